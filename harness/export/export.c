#include "harness/export/export.h"

#include "harness/export/export_rows.h"

#include <string.h>

const struct exporter *const exporters[] = {
#define EXPORT_ADDRESS(row, name) &export_##row,
    EXPORTERS(EXPORT_ADDRESS)
#undef EXPORT_ADDRESS
        NULL,
};

const char *const export_names[] = {
#define EXPORT_NAME(row, name) name,
    EXPORTERS(EXPORT_NAME)
#undef EXPORT_NAME
        NULL,
};

const struct exporter *export_find(const char *name, struct err *e)
{
    for (int i = 0; exporters[i]; i++)
        if (strcmp(exporters[i]->name, name) == 0)
            return exporters[i];
    struct text choices = {0};
    for (int i = 0; exporters[i]; i++)
        text_printf(&choices, "%s%s", i ? ", " : "", exporters[i]->name);
    err_input(e, "expected one of %s; found \"%.60s\"", choices.p, name);
    text_done(&choices);
    return NULL;
}

/* ---- what a format cannot hold --------------------------------------------------------------- */

static bool check_files(const struct exporter *x, const struct export_model *m, struct err *e)
{
    return x->files != EXPORT_ONE || m->count == 1 ||
           err_input(e, "%s: holds one results file, found %d", x->name, m->count);
}

/* A benchmark that failed is a result for formats that can say so; what was skipped is none. */
static bool check_content(const struct exporter *x, const struct export_model *m, struct err *e)
{
    int numbers = 0, failures = 0;
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < m->runs[i].count; k++) {
            const struct export_benchmark *b = &m->runs[i].benchmarks[k];
            numbers += export_was_measured(b);
            failures += !export_was_measured(b) && b->state != EXPORT_SKIPPED;
        }
    return numbers || (x->tells_failures && failures) ||
           err_input(e, "%s: nothing was measured", m->runs[0].path);
}

static bool check_sides(const struct exporter *x, const struct export_options *o, struct err *e)
{
    return o->sides < 0 || x->takes_sides ||
           err_input(e, "%s: tells of both sides at once, no side can be chosen", x->name);
}

static bool check_rows(const struct exporter *x, const struct export_model *m,
                       const struct export_options *o, struct err *e)
{
    struct export_rows rows;
    if (!x->takes_sides)
        return true;
    export_rows_make(&rows, m, o);
    bool ok = rows.count > 0 || err_input(e, "%s: nothing was measured of that side", x->name);
    ok = ok && (x->files != EXPORT_DISTINCT || export_rows_distinct(&rows, e) ||
                err_prefix(e, "%s", x->name));
    export_rows_done(&rows);
    return ok;
}

bool export_text(const struct exporter *x, const struct export_model *m,
                 const struct export_options *options, struct text *out, struct err *e)
{
    struct export_options o = *options;
    if (!check_files(x, m, e) || !check_sides(x, &o, e) || !check_content(x, m, e))
        return false;
    o.sides = o.sides < 0 ? (int)x->sides : o.sides;
    if (!check_rows(x, m, &o, e) || (x->check && !x->check(m, &o, e)))
        return false;
    x->write(m, &o, out);
    return true;
}
