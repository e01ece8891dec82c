/* Regression testing, and where the layers do not help. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/fits.h"
#include "reports/characteristics/grid.h"
#include "reports/characteristics/memory_share.h"

#include <math.h>
#include <string.h>

void chapter_regression(struct fill *f)
{
    static const struct pick margin =
        FILL_RUN("grid-search", MEASURE("value", WORDS_COUNT, "scenario.margin_percent"));
    fill_heading(f, 2, "Regression Testing");
    fill_heading(f, 3, "CI Integration");
    document_add(f->document, BLOCK_ITEM,
                 "Command: cupel gate, on two builds, two commits or against a stored baseline of "
                 "exact counts");
    fill_say_picks(f, BLOCK_ITEM, "Threshold: a slowdown of more than {} % fails", &margin, 1);
    document_add(f->document, BLOCK_ITEM,
                 "Baseline: the old build itself, run in pairs with the new one; a stored time "
                 "never decides");
    document_add(f->document, BLOCK_ITEM,
                 "A flame graph of the difference stands beside every failure (--profile-on-fail)");
    document_add(
        f->document, BLOCK_CODE,
        "cupel gate --scenario production-grid --base bin:./cupel-before --new layers:all");
    fill_heading(f, 3, "Coverage Metrics");
    struct finding missing = fill_missing(
        f, NULL,
        "which lines the tests reach is no measurement of a run; make check runs the tests");
    fill_say(f, BLOCK_TEXT, "Test coverage: {}.", &missing, 1);
}

/* ---- where they do not help ------------------------------------------------------------------------ */

/* Names of layers whose difference at so many backtests is proven to one side. */
static struct finding proven(struct fill *f, double backtests, bool cheaper)
{
    struct arena *a = f->document->arena;
    const struct study *s = studies_find(f->studies, FITS_STUDY);
    const char *list = "";
    if (!study_model(s))
        return fill_missing(f, s, NULL);
    struct scale_list series = scale_series(study_model(s), a);
    for (int i = 0; i < series.count; i++) {
        struct stats_line line = scale_fit(&series.series[i], SCALE_DIFFERENCE, a);
        struct stats_interval d = stats_line_interval(&line, backtests);
        if (strcmp(series.series[i].name, "all") == 0 || line.n == 0 ||
            (cheaper ? d.high >= 0 : d.low <= 0))
            continue;
        list = arena_format(a, "%s%s%s", list, *list ? ", " : "", series.series[i].name);
    }
    struct finding x = fill_text(f, s, "all scales", "pairs", *list ? list : "none");
    x.rule = arena_format(a, "%s at %.0f", cheaper ? "line-cheaper" : "line-dearer", backtests);
    return x;
}

static void say_small(struct fill *f)
{
    struct finding parts[] = {proven(f, 1, false), proven(f, 25, false)};
    fill_heading(f, 4, "Small Parameter Spaces");
    fill_say(f, BLOCK_ITEM,
             "Layers that are proven to cost more than they save for a single backtest: {}.",
             &parts[0], 1);
    fill_say(f, BLOCK_ITEM, "And for a micro grid: {}.", &parts[1], 1);
}

static void say_memory(struct fill *f)
{
    struct finding parts[] = {memory_share_bytes(f, "all"), memory_share_percent(f, "all")};
    fill_heading(f, 4, "Memory-Constrained Environments");
    fill_say(f, BLOCK_ITEM,
             "All caches of a production run: {} ({} of the base's peak). --preset "
             "memory-constrained bounds them.",
             parts, COUNT(parts));
}

static void say_cores(struct fill *f)
{
    static const struct pick parts[] = {
        FILL_PICK("scaling", "all, 2 workers", "production", "wall",
                  MEASURE_RATIO("times", WORDS_TIMES)),
        FILL_PICK("scaling", "none, 2 workers", "production", "wall",
                  MEASURE_RATIO("times", WORDS_TIMES)),
    };
    const struct study *any = studies_any(f->studies, "grid-search");
    const struct pick cores = FILL_RUN(any ? any->id : "grid-search",
                                       MEASURE("value", WORDS_COUNT, "environment.cores_online"));
    fill_heading(f, 4, "Few Cores");
    fill_say_picks(f, BLOCK_ITEM,
                   "Two workers on a production grid: {} as fast with all layers, {} without. What "
                   "is quick needs them least.",
                   parts, COUNT(parts));
    fill_say_picks(f, BLOCK_ITEM,
                   "Cores of this machine: {}. Nothing here says how more of them would do, but "
                   "for what is marked as extrapolation.",
                   &cores, 1);
}

static void say_counters(struct fill *f)
{
    static const struct pick cycles = FILL_PICK(
        "grid-search", "all", "micro", NULL, MEASURE("value", WORDS_COUNT, "new.totals[cycles]"));
    struct finding x = fill_find(f, &cycles);
    fill_heading(f, 4, "Hardware Counters");
    fill_say(f, BLOCK_ITEM, "Cycles of a micro run with all layers: {}.", &x, 1);
}

void chapter_limits(struct fill *f)
{
    fill_heading(f, 2, "Limitations and Edge Cases");
    fill_heading(f, 3, "When Optimizations May Not Help");
    say_small(f);
    say_memory(f);
    say_cores(f);
    say_counters(f);
    fill_heading(f, 3, "Platform-Specific Behavior");
    document_add(f->document, BLOCK_ITEM,
                 "Fork (Linux): workers share the pages of what was loaded before, copy on write");
    document_add(f->document, BLOCK_ITEM,
                 "Spawn (Windows): not supported; nothing here says anything of it");
    document_add(f->document, BLOCK_ITEM,
                 "Prices of the default bundle are synthetic: nobody traded at them");
}
