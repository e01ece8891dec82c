#include "harness/export/export_rows.h"

#include <stdlib.h>
#include <string.h>

static const char *const side_names[SIDES] = {"base", "new"};

static bool has_values(const struct export_side *s)
{
    return s->present && s->metrics[PROBE_CPU].n && s->metrics[PROBE_WALL].n;
}

static bool is_asked_for(int sides, int which)
{
    return sides == EXPORT_BOTH ||
           sides == (which == SIDE_BASE ? EXPORT_BASE_ONLY : EXPORT_NEW_ONLY);
}

static void add(struct export_rows *r, const struct export_run *run,
                const struct export_benchmark *b, const struct export_options *o)
{
    bool both =
        o->sides == EXPORT_BOTH && b->sides[SIDE_BASE].present && b->sides[SIDE_NEW].present;
    for (int s = 0; s < SIDES; s++) {
        if (!is_asked_for(o->sides, s) || !has_values(&b->sides[s]))
            continue;
        r->v[r->count++] = (struct export_row){
            .name = both ? arena_format(&r->arena, "%s/%s", b->id, side_names[s]) : b->id,
            .side_name = side_names[s],
            .which = s,
            .run = run,
            .benchmark = b,
            .side = &b->sides[s]};
    }
}

void export_rows_make(struct export_rows *r, const struct export_model *m,
                      const struct export_options *options)
{
    int most = 0;
    *r = (struct export_rows){.count = 0};
    for (int i = 0; i < m->count; i++)
        most += SIDES * m->runs[i].count;
    r->v = ARENA_NEW(&r->arena, struct export_row, most + 1);
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < m->runs[i].count; k++)
            if (export_was_measured(&m->runs[i].benchmarks[k]))
                add(r, &m->runs[i], &m->runs[i].benchmarks[k], options);
}

void export_rows_done(struct export_rows *r)
{
    arena_done(&r->arena);
    r->count = 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool export_rows_distinct(const struct export_rows *r, struct err *e)
{
    struct arena a = {0};
    const char **names = ARENA_NEW(&a, const char *, r->count + 1);
    for (int i = 0; i < r->count; i++)
        names[i] = r->v[i].name;
    qsort(names, (size_t)r->count, sizeof *names, by_name);
    bool ok = true;
    for (int i = 1; i < r->count && ok; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            ok = err_input(e, "benchmark \"%.200s\" stands twice in the files", names[i]);
    arena_done(&a);
    return ok;
}
