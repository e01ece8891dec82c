#include "kernels/store/import.h"

#include "harness/base/mem.h"
#include "kernels/store/dates.h"

#include <assert.h>
#include <string.h>

/* What is known of a symbol, by the writer's id. */
struct seen {
    char symbol[BUNDLE_SYMBOL_MAX + 1];
    size_t n;
    int64_t last_time;
    uint32_t follower; /* the asset whose row came after this one's last: the likely next again */
};

struct import {
    const char *path;
    struct bundle_writer *writer;
    struct import_report *report;
    bool skip;
    struct seen *seen;
    uint32_t seen_n, seen_capacity;
    uint32_t last; /* asset of the row before */
};

static bool is_symbol(const struct seen *s, struct str symbol)
{
    return s->n == symbol.n && memcmp(s->symbol, symbol.p, symbol.n) == 0;
}

static void add_seen(struct import *im, struct str symbol)
{
    if (im->seen_n == im->seen_capacity) {
        im->seen_capacity = im->seen_capacity ? 2 * im->seen_capacity : 64;
        im->seen = mem_resize(MEM_BASE, im->seen, im->seen_capacity * sizeof *im->seen);
    }
    struct seen *s = &im->seen[im->seen_n++];
    *s = (struct seen){.n = symbol.n, .last_time = INT64_MIN};
    memcpy(s->symbol, symbol.p, symbol.n);
}

/* Files are regular: the symbol is that of the row before, or the one that followed it last time. */
static bool find_asset(struct import *im, struct str symbol, uint32_t *id, struct err *e)
{
    if (im->seen_n > 0) {
        *id = im->last;
        if (is_symbol(&im->seen[*id], symbol))
            return true;
        *id = im->seen[*id].follower;
        if (is_symbol(&im->seen[*id], symbol))
            return true;
    }
    if (!bundle_writer_asset(im->writer, symbol, id, e))
        return false;
    if (*id == im->seen_n)
        add_seen(im, symbol);
    return true;
}

static bool ascends(const struct seen *s, const struct csv_bar *bar, enum csv_fault *fault,
                    struct err *e)
{
    assert(s);
    char now[DATE_TEXT], before[DATE_TEXT];
    if (bar->row.time > s->last_time)
        return true;
    bool same = bar->row.time == s->last_time;
    *fault = same ? CSV_FAULT_DUPLICATE : CSV_FAULT_DESCENDING;
    date_format(now, bar->row.time);
    if (same)
        return err_input(e, "date %s of %s stands twice", now, s->symbol);
    return err_input(e, "date %s of %s comes after %s", now, s->symbol,
                     date_format(before, s->last_time));
}

/* *fault stays CSV_FAULT_COUNT when the error is not the row's. */
static bool take(struct import *im, struct csv_bar *bar, enum csv_fault *fault, struct err *e)
{
    *fault = CSV_FAULT_SYMBOL;
    bool known = find_asset(im, bar->symbol, &bar->row.asset, e);
    assert(!known || bar->row.asset < im->seen_n);
    if (!known || !ascends(&im->seen[bar->row.asset], bar, fault, e))
        return err_prefix(e, "%s:%ld", im->path, bar->line);
    *fault = CSV_FAULT_COUNT;
    im->seen[im->last].follower = bar->row.asset;
    im->last = bar->row.asset;
    im->seen[im->last].last_time = bar->row.time;
    im->report->rows++;
    im->report->rounded_prices += bar->rounded;
    if (bar->outside && im->report->outside.count++ == 0)
        im->report->outside.first_line = bar->line;
    return bundle_writer_row(im->writer, &bar->row, e);
}

static void count_fault(struct import_report *report, enum csv_fault fault, long line)
{
    report->skipped++;
    if (report->faults[fault].count++ == 0)
        report->faults[fault].first_line = line;
}

static bool take_all(struct import *im, struct csv *c, struct err *e)
{
    struct csv_bar bar;
    enum csv_fault fault;
    for (;;) {
        switch (csv_next(c, &bar, &fault, e)) {
        case CSV_END: return true;
        case CSV_FAILED: return false;
        case CSV_ROW:
            if (take(im, &bar, &fault, e))
                continue;
            break;
        case CSV_BAD: break;
        }
        if (!im->skip || fault == CSV_FAULT_COUNT)
            return false;
        count_fault(im->report, fault, bar.line);
    }
}

static void keep_extra_columns(const struct csv *c, struct import_report *report, struct arena *a)
{
    const char *const *names = csv_extra_columns(c, &report->extra_count);
    const char **kept = ARENA_NEW(a, const char *, report->extra_count);
    for (int i = 0; i < report->extra_count; i++)
        kept[i] = arena_text(a, names[i]);
    report->extra_columns = kept;
}

static bool some_row(const struct import_report *report, const char *path, struct err *e)
{
    if (report->rows > 0)
        return true;
    if (report->skipped == 0)
        return err_input(e, "%s:1: no rows after the header", path);
    return err_input(e, "%s: none of the %ld rows can be used", path, report->skipped);
}

bool import_csv(const char *path, struct bundle_writer *w, bool skip, struct import_report *out,
                struct arena *a, struct err *e)
{
    *out = (struct import_report){0};
    struct csv *c = csv_open(path, e);
    if (!c)
        return false;
    struct import im = {.path = path, .writer = w, .report = out, .skip = skip};
    keep_extra_columns(c, out, a);
    bool ok = take_all(&im, c, e) && some_row(out, path, e);
    out->bytes = csv_bytes(c);
    mem_free(MEM_BASE, im.seen);
    csv_close(c);
    return ok;
}
