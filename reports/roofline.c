#include "reports/roofline.h"

#include <math.h>
#include <string.h>

/* ---- what a bar-backtest takes --------------------------------------------------------------------- */

enum { BY_BAR, BY_FOUR };

/* Operations on doubles (add, subtract, multiply, divide, the lesser of two: a fused one would be two) and
 * bytes that are loaded or stored, of accounting and metrics. What makes the signals depends on the strategy
 * and is not counted.
 *
 * bar by bar (numerics/account.c, numerics/metrics.c), a bar:
 *     account    2 / (prices), 1 *, 1 + (equity)    loads 1 + 8 + 8, stores 8
 *     returns    1 /, 1 -                           loads 16, stores 8
 *     Sharpe     1 + (mean); 1 -, 1 *, 1 +          loads 8, and 8 again
 *     drawdown   1 /, 1 -                           loads 8
 *     together   12 operations, 73 bytes
 * four at a time (numerics/dense.h), a bar of four combinations: of the 12 vector operations 8 are
 * arithmetic (sub, 3 mul, 2 min, 2 add; the others shift and blend), on four doubles each: 8 a combination. Three
 * factors of 8 bytes are loaded for all four, a combination's hashes are 2 loads every 8 bars, its positions one
 * of 8 bytes every 64: 6 + 2 + 0.125 bytes. */
static const struct roofline_work works[] = {
    [BY_BAR] = {"bar by bar",                  12, 73,    "numerics/account.c, metrics.c"},
    [BY_FOUR] = {"four combinations at a time", 8,  8.125, "numerics/dense.h"             },
};

static bool has_layer(const char *layers, const char *name)
{
    for (struct str rest = str_of(layers); rest.p;)
        if (str_is(str_cut(&rest, ','), name))
            return true;
    return false;
}

const struct roofline_work *roofline_work_of(const char *layers, bool *nominal)
{
    bool all = strcmp(layers, "all") == 0, events = all || has_layer(layers, "events");
    *nominal = events;
    return &works[events || has_layer(layers, "simd") ? BY_FOUR : BY_BAR];
}

/* ---- ceilings -------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *rate, *set;
} levels[ROOFLINE_LEVELS] = {
    {"L1",   "l1_bytes_per_s",   "l1_bytes"  },
    {"L2",   "l2_bytes_per_s",   "l2_bytes"  },
    {"L3",   "l3_bytes_per_s",   "l3_bytes"  },
    {"DRAM", "dram_bytes_per_s", "dram_bytes"},
};

static bool read_ceilings(const struct model_file *f, struct roofline *out)
{
    const struct json *found = NULL;
    for (const struct json *r = json_first(f->file.records); r && !found; r = json_next(r))
        found = result_is(r, "ceilings") ? r : NULL;
    *out = (struct roofline){.flops_per_s = at_number(found, "flops"),
                             .flops_by = at_text(found, "flops_by"),
                             .clock_ghz = at_number(found, "clock_ghz")};
    for (int i = 0; i < ROOFLINE_LEVELS; i++)
        out->level[i] = (struct roofline_level){levels[i].name, at_number(found, levels[i].rate),
                                                at_number(found, levels[i].set)};
    return found && out->flops_per_s > 0;
}

/* ---- points ---------------------------------------------------------------------------------------- */

/* The layers are the key's first word (speed.h). */
static const char *layers_of(const struct speed_row *row, struct arena *a)
{
    struct str rest = str_of(row->key);
    return str_copy(a, str_cut(&rest, ' '));
}

static struct roofline_point point_of(const struct speed_row *row, struct arena *a)
{
    struct roofline_point p = {.name = row->name,
                               .pairs = row->count,
                               .bar_ns = row->ns.estimate,
                               .instructions = row->instructions};
    const struct roofline_work *work = roofline_work_of(layers_of(row, a), &p.nominal);
    p.intensity = work->flops / work->bytes;
    p.flops_per_s = (struct stats_interval){work->flops / row->ns.estimate * 1e9,
                                            work->flops / row->ns.high * 1e9,
                                            work->flops / row->ns.low * 1e9, row->ns.coverage};
    return p;
}

/* Several workers are not one core. */
static bool is_one_core(const struct speed_row *row)
{
    const char *workers = strstr(row->key, "\"workers\":");
    return !workers || strncmp(workers + strlen("\"workers\":"), "1,", 2) == 0 ||
           strncmp(workers + strlen("\"workers\":"), "1}", 2) == 0;
}

bool roofline_of(const struct model_file *f, struct arena *a, struct roofline *out)
{
    if (!speed_has(f) || !read_ceilings(f, out))
        return false;
    struct speed_list list = speed_rows(f, a);
    out->points = ARENA_NEW(a, struct roofline_point, list.count);
    for (int i = 0; i < list.count; i++)
        if (is_one_core(&list.rows[i]))
            out->points[out->count++] = point_of(&list.rows[i], a);
    return out->count > 0;
}
