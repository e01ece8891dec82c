#include "harness/profile/callgrind_names.h"

#include "harness/base/mem.h"

#include <string.h>

enum { IDS_MAX = 1 << 22 };

static bool keep(struct callgrind_names *n, long id, const char *name)
{
    if (id < 0 || id >= IDS_MAX)
        return false;
    if (id >= n->capacity) {
        long more = id < 512 ? 1024 : 2 * id;
        n->v = mem_resize(MEM_BASE, n->v, (size_t)more * sizeof *n->v);
        memset(n->v + n->capacity, 0, (size_t)(more - n->capacity) * sizeof *n->v);
        n->capacity = more;
    }
    n->v[id] = name;
    return true;
}

const char *callgrind_names_read(struct callgrind_names *n, struct str text, struct arena *a)
{
    long id;
    if (text.n == 0 || text.p[0] != '(')
        return str_copy(a, text);
    struct str rest = {text.p + 1, text.n - 1};
    struct str number = str_cut(&rest, ')');
    if (!rest.p || !str_to_long(number, &id))
        return NULL;
    if (rest.n > 1 && rest.p[0] == ' ')
        return keep(n, id, str_copy(a, (struct str){rest.p + 1, rest.n - 1})) ? n->v[id] : NULL;
    return id >= 0 && id < n->capacity ? n->v[id] : NULL;
}

void callgrind_names_done(struct callgrind_names *n)
{
    mem_free(MEM_BASE, n->v);
    *n = (struct callgrind_names){0};
}
