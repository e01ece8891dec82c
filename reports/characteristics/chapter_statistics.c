/* Intervals and tests of what matters most, of every comparison, and what was wrong with the original's p. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/grid.h"

#include <math.h>
#include <string.h>

static const struct headline {
    const char *label, *study, *scale, *metric;
} headlines[] = {
    {"Grid Search, micro",       "grid-search",  "micro",      "cpu" },
    {"Walk Forward, micro",      "walk-forward", "micro",      "cpu" },
    {"Grid Search, production",  "grid-search",  "production", "wall"},
    {"Walk Forward, production", "walk-forward", "production", "wall"},
};

static struct grid_row *rows_of(struct arena *a)
{
    struct grid_row *rows = ARENA_NEW(a, struct grid_row, COUNT(headlines));
    for (int i = 0; i < COUNT(headlines); i++)
        rows[i] = (struct grid_row)GRID_OF(headlines[i].study, headlines[i].label, "all",
                                           headlines[i].scale, headlines[i].metric);
    return rows;
}

static void add_intervals(struct fill *f)
{
    static const struct measure pairs = MEASURE("value", WORDS_COUNT, "compare.~.pairs");
    static const struct measure backtests = MEASURE("value", WORDS_COUNT, "new.counts.backtests");
    static const struct grid_column columns[] = {
        GRID_COLUMN("Pairs", &pairs),
        GRID_COLUMN("Backtests a run", &backtests),
        GRID_COLUMN("Baseline (mean)", &grid_base_mean),
        GRID_COLUMN("95 % CI", &grid_base_bounds),
        GRID_COLUMN("Optimized (mean)", &grid_new_mean),
        GRID_COLUMN("95 % CI, optimized", &grid_new_bounds),
        GRID_COLUMN("p, two-sided", &grid_p),
    };
    const struct grid table = GRID_MADE(
        "grid-search", "Means with Student's intervals (micro: CPU time, production: wall time)",
        "Benchmark", columns, rows_of(f->document->arena), COUNT(headlines));
    grid_section(f, 3, "Confidence Intervals", &table, 1);
}

/* ---- tests ---------------------------------------------------------------------------------------- */

static void add_direction(struct fill *f, struct table *t, const struct headline *h)
{
    struct arena *a = f->document->arena;
    const struct study *s = studies_find(f->studies, h->study);
    const struct json *record = study_record(s, "comparison", "all", h->scale);
    const char *of = arena_format(a, "compare.%s", h->metric);
    if (!record) {
        struct finding missing = fill_missing(f, s, study_reason(s, "all", h->scale, a));
        for (int i = 0; i < 2; i++)
            fill_cell(f, t, &missing);
        return;
    }
    double p = at_number(at(record, of), "signed_rank_p");
    struct finding direction =
        fill_text(f, s, at_text(record, "id"), arena_format(a, "%s.welch.direction", of),
                  at_text(at(record, of), "welch.direction"));
    struct finding significant =
        fill_text(f, s, at_text(record, "id"), arena_format(a, "%s.signed_rank_p", of),
                  p < 0.05 ? "yes" : "no");
    significant.rule = "significant";
    fill_cell(f, t, &direction);
    fill_cell(f, t, &significant);
}

static void add_tests(struct fill *f)
{
    static const struct column columns[] = {
        {"Comparison",              false},
        {"Mean difference (saved)", true },
        {"95 % interval",           true },
        {"In percent",              true },
        {"Interval",                true },
        {"p, signed rank",          true },
        {"p, Welch",                true },
        {"Direction",               false},
        {"Significant at 5 %",      false},
    };
    static const struct measure welch_p = MEASURE("value", WORDS_P, "compare.~.welch.p");
    static const struct measure *const measures[] = {
        &grid_saved_mean, &grid_saved_bounds, &grid_saving, &grid_saving_bounds, &grid_p, &welch_p};
    fill_heading(f, 3, "Significance Testing");
    if (!fill_has(f, "grid-search"))
        return;
    struct table *t = table_new(f->document->arena, "All layers against none: two-sided tests",
                                columns, COUNT(columns));
    for (int i = 0; i < COUNT(headlines); i++) {
        const struct headline *h = &headlines[i];
        fill_label(f, t, h->label);
        for (int m = 0; m < COUNT(measures); m++) {
            struct pick p = {h->study, NULL, "all", h->scale, h->metric, *measures[m]};
            struct finding x = fill_find(f, &p);
            fill_cell(f, t, &x);
        }
        add_direction(f, t, h);
    }
    document_table(f->document, t);
}

/* The claim's p is one-sided for "faster": the other tail, doubled, is what two-sided means. */
static struct finding two_sided(struct fill *f, enum combined_claim claim)
{
    struct finding x = combined_claim(claim);
    double p = 0;
    if (str_to_double(str_of(x.text), &p))
        x.text = words(f->document->arena, WORDS_P, 2 * (1 - p));
    return x;
}

static void say_wrong_tail(struct fill *f)
{
    struct finding parts[] = {combined_claim(CLAIM_MICRO_P), combined_claim(CLAIM_WALK_P),
                              two_sided(f, CLAIM_MICRO_P), two_sided(f, CLAIM_WALK_P)};
    fill_say(f, BLOCK_TEXT,
             "The original gives p = {} and {} for its micro scale and calls both \"not "
             "significant\". Those are one-sided, of the tail "
             "\"faster\", and it was slower: the wrong tail. Two-sided they are {} and {}; by the "
             "first its grid search was proven slower at "
             "the usual level. Here every p is two-sided, with its direction beside it.",
             parts, COUNT(parts));
}

/* ---- every comparison ------------------------------------------------------------------------------ */

static void add_study(struct fill *f, struct table *t, const struct study *s)
{
    static const struct measure ratio = MEASURE_RATIO("value", WORDS_RATIO);
    static const struct measure bounds = MEASURE_BOUNDS("value", WORDS_RATIO);
    static const struct measure pairs = MEASURE("value", WORDS_COUNT, "compare.~.pairs");
    const struct model_file *m = study_model(s);
    for (int i = 0; m && i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        struct pick p[] = {
            {s->id, NULL, c->name, c->scale, "cpu",  ratio },
            {s->id, NULL, c->name, c->scale, "cpu",  bounds},
            {s->id, NULL, c->name, c->scale, "cpu",  grid_p},
            {s->id, NULL, c->name, c->scale, "wall", ratio },
            {s->id, NULL, c->name, c->scale, "wall", bounds},
            {s->id, NULL, c->name, c->scale, "cpu",  pairs },
        };
        fill_label(f, t, arena_format(t->arena, "%s: %s", s->id, c->id));
        for (int k = 0; k < COUNT(p); k++) {
            struct finding x = fill_find(f, &p[k]);
            fill_cell(f, t, &x);
        }
    }
}

static void add_all(struct fill *f)
{
    static const struct column columns[] = {
        {"Comparison",            false},
        {"CPU time, new / base",  true },
        {"95 % interval",         true },
        {"p, two-sided",          true },
        {"Wall time, new / base", true },
        {"95 % interval, wall",   true },
        {"Pairs",                 true },
    };
    fill_heading(f, 3, "All Comparisons");
    struct table *t =
        table_new(f->document->arena, "Every comparison of every study", columns, COUNT(columns));
    for (int i = 0; i < f->studies->count; i++)
        add_study(f, t, &f->studies->list[i]);
    if (table_rows(t) == 0)
        return;
    document_add(f->document, BLOCK_FOLD, "Every comparison of every study");
    document_table(f->document, t);
    document_add(f->document, BLOCK_FOLD_END, "%s", "");
}

void chapter_statistics(struct fill *f)
{
    fill_heading(f, 2, "Statistical Validation Results");
    add_intervals(f);
    add_tests(f);
    say_wrong_tail(f);
    add_all(f);
}
