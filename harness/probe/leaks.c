#include "harness/probe/leaks.h"

#include "harness/base/mem.h"
#include "harness/base/str.h"
#include "harness/base/units.h"

static void add_leak(struct text *out, enum mem_component component)
{
    char blocks[UNITS_TEXT], bytes[UNITS_TEXT];
    struct mem_counts c = mem_counts(component);
    uint64_t left = c.allocations - c.frees;
    if (left == 0 && c.held_bytes == 0)
        return;
    text_printf(out, "%s%s block%s, %s bytes of %s",
                out->n ? "; " : "leak: ", units_count(blocks, left), left == 1 ? "" : "s",
                units_count(bytes, c.held_bytes), mem_component_name(component));
}

bool leaks_none(struct err *e)
{
    struct text said = {0};
    for (int i = 0; i < MEM_COMPONENT_COUNT; i++)
        if (i != MEM_BASE)
            add_leak(&said, (enum mem_component)i);
    if (!said.n)
        return true;
    err_set(e, ERR_FAILED, "%s", said.p);
    text_done(&said);
    return false;
}
