#include "kernels/straddle/names.h"

#include "harness/base/mem.h"

#include <string.h>

uint32_t st_names_number(struct st_names *names, const char *text)
{
    for (uint32_t i = 0; i < names->n; i++)
        if (strcmp(names->v[i], text) == 0)
            return i;
    names->v = mem_resize(MEM_BASE, names->v, (names->n + 1) * sizeof *names->v);
    names->v[names->n] = mem_text(MEM_BASE, text);
    return names->n++;
}

void st_names_done(struct st_names *names)
{
    for (uint32_t i = 0; i < names->n; i++)
        mem_free(MEM_BASE, names->v[i]);
    mem_free(MEM_BASE, names->v);
    *names = (struct st_names){0};
}
