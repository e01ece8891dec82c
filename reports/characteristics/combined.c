#include "reports/characteristics/combined.h"

#include "reports/characteristics/grid.h"

#include <math.h>

void combined_table(struct fill *f, const char *caption, const struct combined_row *rows, int count)
{
    static const struct grid_column columns[] = {
        GRID_COLUMN("Baseline", &grid_base_time), GRID_COLUMN("Optimized", &grid_new_time),
        GRID_COLUMN("Speedup", &grid_saving),     GRID_COLUMN("95 % interval", &grid_saving_bounds),
        GRID_COLUMN("Times faster", &grid_times), GRID_COLUMN("p, two-sided", &grid_p),
    };
    static const struct {
        const char *scale, *metric, *words;
    } scales[] = {
        {"production", "wall", "production, wall time"},
        {"micro",      "cpu",  "micro, CPU time"      },
    };
    struct arena *a = f->document->arena;
    struct grid_row *all = ARENA_NEW(a, struct grid_row, count * COUNT(scales));
    int n = 0;
    if (!fill_has(f, "cumulative"))
        return;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < COUNT(scales); k++)
            all[n++] = (struct grid_row)GRID_PLAIN(
                arena_format(a, "%s: %s", rows[i].label, scales[k].words), rows[i].name,
                scales[k].scale, scales[k].metric);
    grid_fill(f, &(struct grid)GRID_MADE("cumulative", caption, "Speedup", columns, all, n));
}

/* ---- targets --------------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    double limit;
    bool below;
} targets[] = {
    [COMBINED_HIT_RATE] = {"above 60 %",                   60,           false},
    [COMBINED_HISTORY] = {"below 200 MiB",                200 * 0x1p20, true },
    [COMBINED_WORKER] = {"below 50 ms a worker",         50e6,         true },
    [COMBINED_MEMORY] = {"below 2 % of the base's peak", 2,            true },
    [COMBINED_CUMULATIVE] = {"at least 90 %",                90,           false},
};

void combined_judge(struct fill *f, const struct finding *x, enum combined_target target,
                    struct finding out[3])
{
    (void)f;
    bool known = !fill_is_missing(x);
    bool met = targets[target].below ? x->value < targets[target].limit
                                     : x->value >= targets[target].limit;
    out[0] = *x;
    out[1] = (struct finding){
        .kind = "target", .text = targets[target].text, .value = targets[target].limit};
    out[2] = (struct finding){.kind = "label",
                              .text = !known ? "not to be said"
                                      : met  ? "met"
                                             : "missed",
                              .tone = !known ? TONE_DIM
                                      : met  ? TONE_GOOD
                                             : TONE_BAD,
                              .value = (double)NAN};
}

void combined_target(struct fill *f, const char *text, const struct pick *p,
                     enum combined_target target)
{
    struct finding x = fill_find(f, p), parts[3];
    combined_judge(f, &x, target, parts);
    fill_say(f, BLOCK_TEXT, text, parts, COUNT(parts));
}

/* ---- claims ---------------------------------------------------------------------------------------- */

struct finding combined_claim(enum combined_claim claim)
{
    static const char *const claims[] = {
        [CLAIM_SAVING] = "74.97 %",      [CLAIM_TIMES] = "3.99 x",
        [CLAIM_MICRO_P] = "0.983",       [CLAIM_WALK_P] = "0.919",
        [CLAIM_ASSET_LIST] = "99.8 %",   [CLAIM_WORKFLOW] = "501.6 %",
        [CLAIM_MEMORY_RATIO] = "0.80 x", [CLAIM_BREAK_EVEN] = "50",
        [CLAIM_STRADDLES_ONE] = "60",    [CLAIM_STRADDLES_SIX] = "113",
        [CLAIM_STRADDLES_THREE] = "83",  [CLAIM_CAPTURE_LESS] = "83 %",
    };
    return (struct finding){.kind = "claim", .text = claims[claim], .value = (double)NAN};
}
