/* The Go benchmark format, for benchstat: a line a pair and side, `BenchmarkName N V unit V unit ...`, under
 * lines `key: value`. ns/op is wall time, as Go's is; cpu-ns/op and net-ns/op are the other metrics; B/op
 * and allocs/op are what one run allocated, where that is known; peak-RSS-bytes the largest process.
 *
 *   both sides (default): blocks "side: base" and "side: new".  benchstat -col side F.txt
 *   --side base, --side new: no such line.                      benchstat base.txt new.txt
 *
 * In names a blank, and what counts as one, is '_'; names that are then the same get #01, #02. */
#include "harness/export/export_rows.h"
#include "harness/export/export_words.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---------------------------------------------------------------------------------- */

/* The bytes of the Unicode blank at p (White_Space beyond ASCII and C1), else 0. */
static size_t wide_blank(const char *p)
{
    static const char *const blanks[] = {"\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8",
                                         "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
                                         "\xE3\x80\x80"};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (strncmp(p, blanks[i], strlen(blanks[i])) == 0)
            return strlen(blanks[i]);
    /* U+2000..U+200A */
    return strncmp(p, "\xE2\x80", 2) == 0 && (unsigned char)p[2] >= 0x80 &&
                   (unsigned char)p[2] <= 0x8A
               ? 3
               : 0;
}

static const char *go_escape(char byte)
{
    return byte == ' ' ? "_" : NULL;
}

static const char *go_name(const char *id, struct arena *a)
{
    struct text clean = {0}, name = {0};
    export_add_clean(&clean, id, NULL);
    text_puts(&name, "Benchmark");
    for (const char *p = clean.p ? clean.p : ""; *p;) {
        size_t wide = wide_blank(p);
        const char first = name.n == strlen("Benchmark") ? (char)toupper((unsigned char)*p) : *p;
        const char *escaped = wide ? "_" : go_escape(*p);
        text_add(&name, escaped ? escaped : &first, 1);
        p += wide ? wide : 1;
    }
    const char *copy = arena_text(a, name.p);
    text_done(&clean);
    text_done(&name);
    return copy;
}

struct go_row {
    const struct export_row *row;
    const char *name; /* of the benchmark, without the side */
};

static int by_name(const void *a, const void *b)
{
    const struct go_row *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->row->benchmark->id, y->row->benchmark->id);
}

static int by_place(const void *a, const void *b)
{
    const struct go_row *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* Ids that became the same name part again: benchstat would mix their samples. */
static void part_names(struct go_row *rows, int n, struct arena *a)
{
    qsort(rows, (size_t)n, sizeof *rows, by_name);
    for (int i = 1, same = 0, first = 0; i < n; i++) {
        if (strcmp(rows[i].name, rows[first].name) != 0) {
            first = i;
            same = 0;
        } else if (strcmp(rows[i].row->benchmark->id, rows[i - 1].row->benchmark->id) != 0)
            same++;
        if (same)
            rows[i].name = arena_format(a, "%s#%02d", rows[i].name, same);
    }
    qsort(rows, (size_t)n, sizeof *rows, by_place);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void add_key(struct text *out, const char *key, const char *value)
{
    text_printf(out, "%s: ", key); /* without a value: it is not set from here on */
    export_add_clean(out, value, NULL);
    text_puts(out, "\n");
}

static void add_value(struct text *out, double value, const char *unit)
{
    if (!isfinite(value))
        return;
    text_puts(out, " ");
    text_add_double(out, value);
    text_printf(out, " %s", unit);
}

static void add_lines(struct text *out, const struct go_row *r)
{
    static const struct {
        int metric;
        const char *unit;
    } columns[] = {
        {PROBE_WALL, "ns/op"    },
        {PROBE_CPU,  "cpu-ns/op"},
        {PROBE_NET,  "net-ns/op"},
    };
    const struct export_side *s = r->row->side;
    int n = s->metrics[PROBE_WALL].n;
    for (int i = 0; i < n; i++) {
        text_printf(out, "%s %.0f", r->name, s->iterations[i]);
        for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
            if (i < s->metrics[columns[k].metric].n)
                add_value(out, s->metrics[columns[k].metric].values[i], columns[k].unit);
        add_value(out, s->allocated_bytes, "B/op");
        add_value(out, s->allocations, "allocs/op");
        add_value(out, s->peak_bytes, "peak-RSS-bytes");
        text_puts(out, "\n");
    }
}

static void add_block(struct text *out, const struct go_row *rows, int n,
                      const struct export_run *run, int which, const char *side)
{
    bool headed = false;
    for (int i = 0; i < n; i++) {
        if (rows[i].row->run != run || rows[i].row->which != which)
            continue;
        if (!headed && side)
            add_key(out, "side", side);
        headed = true;
        add_lines(out, &rows[i]);
    }
}

static void write_go(const struct export_model *m, const struct export_options *options,
                     struct text *out)
{
    struct export_rows all;
    export_rows_make(&all, m, options);
    struct go_row *rows = ARENA_NEW(&all.arena, struct go_row, all.count);
    for (int i = 0; i < all.count; i++)
        rows[i] = (struct go_row){&all.v[i], go_name(all.v[i].benchmark->id, &all.arena)};
    part_names(rows, all.count, &all.arena);
    bool both = options->sides == EXPORT_BOTH;
    for (int i = 0; i < m->count; i++) {
        const struct export_run *run = &m->runs[i];
        add_key(out, "goos", "linux");
        add_key(out, "pkg", run->name);
        add_key(out, "cpu", json_text(json_get(run->environment, "cpu_model")));
        add_block(out, rows, all.count, run, SIDE_BASE, both ? "base" : NULL);
        add_block(out, rows, all.count, run, SIDE_NEW, both ? "new" : NULL);
    }
    export_rows_done(&all);
}

const struct exporter export_go = {
    .name = "go",
    .summary = "Go benchmark text, for benchstat",
    .files = EXPORT_SEVERAL,
    .takes_sides = true,
    .sides = EXPORT_BOTH,
    .write = write_go,
};
