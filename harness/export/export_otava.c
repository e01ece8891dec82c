/* CSV for Apache Otava (change points over time): time,commit,branch and a column a benchmark and metric,
 * ID.cpu_ns, ID.wall_ns, ID.cpu_ratio; a row a results file, in order of time. Of the new side, if not told
 * otherwise. Otava reads no gaps: a benchmark that is not in every file is left out, with a warning. */
#include "harness/export/export_rows.h"
#include "harness/export/export_words.h"

#include "harness/base/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *csv_escape(char byte)
{
    return byte == '"' ? "\"\"" : NULL;
}

static void add_field(struct text *out, const char *value, const char *more)
{
    bool quoted = strpbrk(value, ",\"\n\r") != NULL;
    text_puts(out, quoted ? "\"" : "");
    export_add_clean(out, value, csv_escape);
    text_puts(out, more);
    text_puts(out, quoted ? "\"" : "");
}

/* ---- columns -------------------------------------------------------------------------------- */

enum { CPU, WALL, RATIO, COLUMNS };

static const char *const endings[] = {
    [CPU] = ".cpu_ns", [WALL] = ".wall_ns", [RATIO] = ".cpu_ratio"};

static double value_of(const struct export_row *r, int column)
{
    const struct export_contrast *c = &r->benchmark->contrasts[PROBE_CPU];
    switch (column) {
    case CPU: return r->side->metrics[PROBE_CPU].median;
    case WALL: return r->side->metrics[PROBE_WALL].median;
    default: return c->pairs && r->which == SIDE_NEW ? c->ratio : (double)NAN;
    }
}

static const struct export_row *find(const struct export_rows *rows, const struct export_run *run,
                                     const char *name)
{
    for (int i = 0; i < rows->count; i++)
        if (rows->v[i].run == run && strcmp(rows->v[i].name, name) == 0)
            return &rows->v[i];
    return NULL;
}

static bool in_all(const struct export_rows *rows, const struct export_model *m, const char *name,
                   int column)
{
    for (int i = 0; i < m->count; i++) {
        const struct export_row *r = find(rows, &m->runs[i], name);
        if (!r || !isfinite(value_of(r, column)))
            return false;
    }
    return true;
}

/* Which rows of the first file make columns; a ratio that is nowhere is no gap. */
static int choose(const struct export_rows *rows, const struct export_model *m,
                  bool (*chosen)[COLUMNS])
{
    int left_out = 0;
    for (int i = 0; i < rows->count; i++) {
        bool first = rows->v[i].run == &m->runs[0];
        for (int c = 0; c < COLUMNS && first; c++)
            chosen[i][c] = in_all(rows, m, rows->v[i].name, c);
        left_out += first ? !chosen[i][CPU] : !find(rows, &m->runs[0], rows->v[i].name);
    }
    return left_out;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void add_head(struct text *out, const struct export_rows *rows, bool (*chosen)[COLUMNS])
{
    text_puts(out, "time,commit,branch");
    for (int i = 0; i < rows->count; i++)
        for (int c = 0; c < COLUMNS; c++)
            if (chosen[i][c]) {
                text_puts(out, ",");
                add_field(out, rows->v[i].name, endings[c]);
            }
    text_puts(out, "\n");
}

static void add_line(struct text *out, const struct export_rows *rows, bool (*chosen)[COLUMNS],
                     const struct export_run *run, const struct export_options *o)
{
    add_field(out, run->timestamp, "");
    text_puts(out, ",");
    add_field(out, o->commit ? o->commit : run->commit, "");
    text_puts(out, ",");
    add_field(out, o->branch ? o->branch : run->branch, "");
    for (int i = 0; i < rows->count; i++)
        for (int c = 0; c < COLUMNS; c++)
            if (chosen[i][c]) {
                text_puts(out, ",");
                text_add_double(out, value_of(find(rows, run, rows->v[i].name), c));
            }
    text_puts(out, "\n");
}

static int by_time(const void *a, const void *b)
{
    const struct export_run *const *x = a, *const *y = b;
    int order = strcmp((*x)->timestamp, (*y)->timestamp); /* ISO 8601, all in UTC */
    return order ? order : (*x > *y) - (*x < *y);
}

static bool check_otava(const struct export_model *m, const struct export_options *options,
                        struct err *e)
{
    struct export_rows rows;
    bool any = false;
    export_rows_make(&rows, m, options);
    for (int i = 0; i < rows.count && !any; i++)
        any = rows.v[i].run == &m->runs[0] && in_all(&rows, m, rows.v[i].name, CPU);
    export_rows_done(&rows);
    return any || err_input(e, "otava: no benchmark is in all of the files");
}

static void write_otava(const struct export_model *m, const struct export_options *options,
                        struct text *out)
{
    struct export_rows rows;
    export_rows_make(&rows, m, options);
    bool(*chosen)[COLUMNS] = arena_alloc(&rows.arena, sizeof(bool[COLUMNS]) * (size_t)rows.count);
    const struct export_run **runs = ARENA_NEW(&rows.arena, const struct export_run *, m->count);
    int left_out = choose(&rows, m, chosen);
    if (left_out)
        log_warn("otava: %d benchmarks that are not in every file are left out", left_out);
    for (int i = 0; i < m->count; i++)
        runs[i] = &m->runs[i];
    qsort(runs, (size_t)m->count, sizeof(const struct export_run *), by_time);
    add_head(out, &rows, chosen);
    for (int i = 0; i < m->count; i++)
        add_line(out, &rows, chosen, runs[i], options);
    export_rows_done(&rows);
}

const struct exporter export_otava = {
    .name = "otava",
    .summary = "CSV for Apache Otava: a row a results file",
    .files = EXPORT_SEVERAL,
    .takes_sides = true,
    .sides = EXPORT_NEW_ONLY,
    .check = check_otava,
    .write = write_otava,
};
