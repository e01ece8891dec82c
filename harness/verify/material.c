#include "harness/verify/material.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"
#include "kernels/store/bundle.h"
#include "kernels/store/dates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMES_MIN = 16, NONE = -1 };

/* What is copied: rows first..n-1. */
struct cut {
    const struct bar_row *rows;
    long first, n;
    const struct bundle_asset *assets;
    int asset_count;
};

/* ---- copies ----------------------------------------------------------------------------------- */

/* Up to 6 % lower, each bar by another share, so that signals change and not the scale alone; the
 * prices of a bar keep their order. */
static int64_t lowered(int64_t price, int64_t time, uint32_t asset)
{
    int64_t share = (int64_t)(rng_mix((uint64_t)time * 31 + asset) % 64);
    return price - price * share / 1024;
}

static struct bar_row other_prices(struct bar_row row)
{
    row.open = lowered(row.open, row.time, row.asset);
    row.high = lowered(row.high, row.time, row.asset);
    row.low = lowered(row.low, row.time, row.asset);
    row.close = lowered(row.close, row.time, row.asset);
    return row;
}

/* Ids are given anew: an asset may have no bar in the cut. */
static bool write_rows(const struct cut *c, bool others, struct bundle_writer *w, struct arena *a,
                       struct err *e)
{
    int64_t *ids = ARENA_NEW_RAW(a, int64_t, c->asset_count);
    for (int i = 0; i < c->asset_count; i++)
        ids[i] = NONE;
    for (long i = c->first; i < c->n; i++) {
        struct bar_row row = others ? other_prices(c->rows[i]) : c->rows[i];
        if (row.asset >= (uint32_t)c->asset_count)
            return err_input(e, "row %ld: asset %u is not listed", i, row.asset);
        uint32_t id;
        if (ids[row.asset] == NONE) {
            if (!bundle_writer_asset(w, str_of(c->assets[row.asset].symbol), &id, e))
                return false;
            ids[row.asset] = id;
        }
        row.asset = (uint32_t)ids[row.asset];
        if (!bundle_writer_row(w, &row, e))
            return false;
    }
    return true;
}

static bool write_copy(const struct cut *c, const struct bundle_info *info, bool others,
                       const char *dir, struct arena *a, struct err *e)
{
    struct bundle_target target = {
        .dir = dir, .source = info->source, .synthetic = info->synthetic};
    struct bundle_writer *w = bundle_writer_open(&target, e);
    if (!w)
        return false;
    if (write_rows(c, others, w, a, e))
        return bundle_writer_commit(w, NULL, a, e);
    bundle_writer_abandon(w);
    return false;
}

/* ---- times ------------------------------------------------------------------------------------ */

/* The first row of the last n times; 0: of all. */
static long row_of_last(const struct bar_row *rows, long n, long last)
{
    long times = 0, i = n;
    while (i > 0 && (last == 0 || times < last || rows[i - 1].time == rows[i].time)) {
        i--;
        times += i == n - 1 || rows[i].time != rows[i + 1].time;
    }
    return i;
}

/* As the ends of a range are written: a day, or its minute. */
static const char *moment(int64_t time, struct arena *a)
{
    char text[DATE_TEXT];
    date_format(text, time);
    char *copy = arena_text(a, text);
    if (strlen(copy) > 10) {
        copy[10] = 'T';
        copy[16] = '\0';
    }
    return copy;
}

static void cut_in_halves(struct material *m, const struct cut *c, struct arena *a)
{
    int64_t *times = ARENA_NEW_RAW(a, int64_t, c->n - c->first + 1);
    long *bars = ARENA_NEW(a, long, c->asset_count);
    for (long i = c->first; i < c->n; i++) {
        if (m->times == 0 || times[m->times - 1] != c->rows[i].time)
            times[m->times++] = c->rows[i].time;
        long n = c->rows[i].asset < (uint32_t)c->asset_count ? ++bars[c->rows[i].asset] : 0;
        m->longest = n > m->longest ? n : m->longest;
    }
    long middle = m->times / 2;
    if (m->times < TIMES_MIN)
        return;
    m->first_half =
        arena_format(a, "first=%s:%s", moment(times[0], a), moment(times[middle - 1], a));
    m->second_half =
        arena_format(a, "second=%s:%s", moment(times[middle], a), moment(times[m->times - 1], a));
}

/* ---- life ------------------------------------------------------------------------------------- */

char *material_root(const char *work, struct arena *a, struct err *e)
{
    /* As run/pair names its folders: it removes those of dead processes. */
    char *root = arena_format(a, "%s/cupel-%ld-XXXXXX", io_passing_folder(work), (long)getpid());
    if (mkdtemp(root))
        return root;
    err_system(e, "work folder %s", root);
    return NULL;
}

static bool make_root(struct material *m, const char *work, struct arena *a, struct err *e)
{
    m->root = material_root(work, a, e);
    if (!m->root)
        return false;
    m->bundle = arena_format(a, "%s/bundle", m->root);
    m->replacement = arena_format(a, "%s/replacement", m->root);
    m->store = arena_format(a, "%s/store", m->root);
    return true;
}

static bool fill_root(struct material *m, struct bundle *b, long last, struct arena *a,
                      struct err *e)
{
    struct bundle_asset *assets;
    struct cut c = {0};
    c.rows = bundle_rows(b, &c.n);
    if (!bundle_assets(b, a, &assets, &c.asset_count, e))
        return false;
    c.assets = assets;
    c.first = row_of_last(c.rows, c.n, last);
    m->synthetic = bundle_info(b)->synthetic;
    cut_in_halves(m, &c, a);
    if (m->times < TIMES_MIN)
        return err_input(e, "expected at least %d bar times, found %ld", TIMES_MIN, m->times);
    return write_copy(&c, bundle_info(b), false, m->bundle, a, e) &&
           write_copy(&c, bundle_info(b), true, m->replacement, a, e);
}

bool material_open(struct material *m, const char *dir, long last, const char *work,
                   struct arena *a, struct err *e)
{
    *m = (struct material){0};
    if (!bundle_verify(dir, e) || !make_root(m, work, a, e))
        return false;
    struct bundle *b = bundle_open(dir, e);
    bool ok = b && (fill_root(m, b, last, a, e) || err_prefix(e, "%s", dir));
    bundle_close(b);
    if (!ok)
        material_close(m);
    return ok;
}

void material_close(struct material *m)
{
    struct err unused; /* a folder left behind is no reason to fail what was verified */
    if (m->root)
        (void)!io_remove_tree(m->root, &unused);
    m->root = NULL;
}

bool material_swap(struct material *m, struct err *e)
{
    char aside[4096];
    snprintf(aside, sizeof aside, "%s.aside", m->bundle);
    m->swapped = !m->swapped;
    return io_rename(m->bundle, aside, e) && io_rename(m->replacement, m->bundle, e) &&
           io_rename(aside, m->replacement, e);
}

bool material_reset(struct material *m, struct err *e)
{
    return !m->swapped || material_swap(m, e);
}

bool material_new_store(const struct material *m, struct err *e)
{
    return io_remove_tree(m->store, e);
}
