/* Layer 3 and phase 6B of the document: what workers cost to start, and how far they scale. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/grid.h"
#include "reports/characteristics/scaling_table.h"

#include <math.h>

static const struct measure per_worker =
    MEASURE("quotient", WORDS_TIME, "new.metrics.~.median", "scale");

/* The cores that this machine lends; workers beyond them take turns. */
static void say_oversubscribed(struct fill *f, const char *study)
{
    const struct study *any = studies_any(f->studies, study);
    const struct pick cores =
        FILL_RUN(any ? any->id : study, MEASURE("value", WORDS_COUNT, "environment.cores_online"));
    fill_say_picks(
        f, BLOCK_TEXT,
        "Cores of this machine: {}. Rows with more workers than that are oversubscribed. "
        "Their workers take turns on the same cores, so that the rows say what starting "
        "and switching cost, and nothing of a machine with that many cores.",
        &cores, 1);
}

/* ---- layer 3 -------------------------------------------------------------------------------------- */

#define BY_WORKERS(scale_end)                                                                      \
    GRID_PLAIN("2", NULL, "2" scale_end, "wall"), GRID_PLAIN("4", NULL, "4" scale_end, "wall"),    \
        GRID_PLAIN("8", NULL, "8" scale_end, "wall"),                                              \
        GRID_PLAIN("16", NULL, "16" scale_end, "wall")

static void add_worker_init(struct fill *f)
{
    static const struct measure saved =
        MEASURE("saved-each", WORDS_TIME, "base.metrics.~.median", "new.metrics.~.median", "scale");
    static const struct grid_column columns[] = {
        {"Baseline",           &grid_base_time,     "pooled"},
        {"Pooled",             &grid_new_time,      "pooled"},
        {"Pooled, per worker", &per_worker,         "pooled"},
        {"Per-worker savings", &saved,              "pooled"},
        {"Improvement",        &grid_saving,        "pooled"},
        {"95 % interval",      &grid_saving_bounds, "pooled"},
        {"p, two-sided",       &grid_p,             "pooled"},
    };
    static const struct grid_column alone[] = {
        {"bundle-pool alone",   &grid_saving,        "bundle-pool"  },
        {"95 % interval",       &grid_saving_bounds, "bundle-pool"  },
        {"shared-bundle alone", &grid_saving,        "shared-bundle"},
        {"95 % interval",       &grid_saving_bounds, "shared-bundle"},
        {"p, shared-bundle",    &grid_p,             "shared-bundle"},
    };
    static const struct grid_column again[] = {
        {"Baseline, one time",        &grid_base_call,     "persistent"},
        {"Pooled, workers kept",      &grid_new_call,      "persistent"},
        {"Improvement, workers kept", &grid_saving,        "persistent"},
        {"95 % interval",             &grid_saving_bounds, "persistent"},
        {"p, two-sided",              &grid_p,             "persistent"},
        {"Improvement, workers anew", &grid_saving,        "pooled"    },
        {"95 % interval, anew",       &grid_saving_bounds, "pooled"    },
    };
    static const struct grid_row by_workers[] = {BY_WORKERS("")};
    static const struct grid_row ten_times[] = {BY_WORKERS("-again")};
    static const struct pick target =
        FILL_PICK("worker-init", "pooled", "2", "wall",
                  MEASURE("quotient", WORDS_TIME, "new.metrics.~.median", "scale"));
    static const struct grid table =
        GRID("worker-init", "Worker initialization: wall time until each worker has its bundle",
             "Workers", columns, by_workers);
    if (!grid_section(f, 4, "Worker Initialization", &table, 1))
        return;
    grid_interval_line(f, "worker-init", "Two workers", "pooled", "2", "wall");
    combined_target(f, "With two workers: {} each (target: {}: {}).", &target, COMBINED_WORKER);
    grid_fill(f, &(struct grid)GRID("worker-init", "Worker initialization: each layer alone",
                                    "Workers", alone, by_workers));
    grid_fill(f,
              &(struct grid)GRID("worker-init",
                                 "Worker initialization, ten times one after the other: one time",
                                 "Workers", again, ten_times));
    say_oversubscribed(f, "worker-init");
}

void chapter_layer3(struct fill *f)
{
    static const struct combined_row rows[] = {
        {"Additional (on top of Layers 1+2)", "adding layer3"       },
        {"Cumulative (Layers 1+2+3)",         "layer1+layer2+layer3"},
    };
    static const struct pick saving = FILL_PICK("cumulative", "layer1+layer2+layer3", "production",
                                                "wall", MEASURE_RATIO("saving", WORDS_SHARE));
    static const struct pick pooled =
        FILL_PICK("memory", "bundle-pool", "production", NULL,
                  MEASURE("value", WORDS_BYTES, "new.totals[peak_bundle_pool]"));
    fill_heading(f, 2, "Layer 3: Bundle Connection Pooling");
    fill_heading(f, 3, "Overview");
    fill_say(f, BLOCK_TEXT,
             "bundle-pool keeps bundles open, opened when first asked for, the least recently used "
             "closed first, and verified by the content's version.",
             NULL, 0);
    fill_heading(f, 3, "Performance Results");
    add_worker_init(f);
    fill_heading(f, 4, "Scaling Efficiency");
    if (fill_has(f, "scaling")) {
        scaling_table(f, "scaling");
        say_oversubscribed(f, "scaling");
    }
    fill_heading(f, 3, "Layer 3 Combined");
    combined_table(f, "Layer 3 on top of layers 1 and 2, and all three against no layer", rows,
                   COUNT(rows));
    combined_target(f, "Layers 1 to 3 at production scale: time saved {} (target: {}: {}).",
                    &saving, COMBINED_CUMULATIVE);
    fill_say_picks(f, BLOCK_ITEM,
                   "Memory of the pooled bundle: {} (its pages are mapped, not copied).", &pooled,
                   1);
}

/* ---- phase 6B -------------------------------------------------------------------------------------- */

#define SHARED_BUNDLE(words_of_it, scale_end)                                                      \
    GRID_PLAIN(words_of_it "2 workers", "shared-bundle", "2" scale_end, "wall"),                   \
        GRID_PLAIN(words_of_it "4 workers", "shared-bundle", "4" scale_end, "wall"),               \
        GRID_PLAIN(words_of_it "8 workers", "shared-bundle", "8" scale_end, "wall")

static void add_shared_context(struct fill *f)
{
    static const struct grid_row times[] = {
        SHARED_BUNDLE("Bundle initialization x ", ""),
        SHARED_BUNDLE("With all columns, ", "-columns"),
        SHARED_BUNDLE("Total speedup, sweep by ", "-sweep"),
    };
    static const struct grid_column columns[GRID_USUAL] = {
        GRID_BEFORE_AFTER("Standard workers", &grid_base_time, "Fork with shared context",
                          &grid_new_time),
    };
    static const struct measure private[] = GRID_LESS(WORDS_BYTES, "counts.worker_private_bytes"),
                                proportional[] = GRID_LESS(WORDS_BYTES, "counts.worker_pss_bytes");
    static const struct grid_column memory[] = {
        GRID_COLUMN("Private, standard", &private[GRID_BEFORE]),
        GRID_COLUMN("Private, copy on write", &private[GRID_AFTER]),
        GRID_COLUMN("Improvement", &private[GRID_FEWER]),
        GRID_COLUMN("Proportional, standard", &proportional[GRID_BEFORE]),
        GRID_COLUMN("Proportional, copy on write", &proportional[GRID_AFTER]),
    };
    static const struct grid_row sizes[] = {
        SHARED_BUNDLE("Bundle, ", ""),
        SHARED_BUNDLE("All columns, ", "-columns"),
    };
    static const struct grid table =
        GRID("shared-context", "Shared bundle context: wall time", "Metric", columns, times);
    if (!grid_section(f, 4, "Shared Bundle Context (Fork Mode)", &table, 1))
        return;
    grid_interval_line(f, "shared-context", "Total speedup by two workers", "shared-bundle",
                       "2-sweep", "wall");
    grid_fill(f, &(struct grid)GRID("shared-context", "Memory per worker, mean over the workers",
                                    "Workers", memory, sizes));
    say_oversubscribed(f, "shared-context");
    document_add(f->document, BLOCK_TEXT,
                 "Platform: fork with copy on write, as on Linux and other Unix systems.");
}

static void add_persistent_pool(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Single optimization run", "persistent-pool", "1-run", "wall"),
        GRID_PLAIN("10 consecutive runs", "persistent-pool", "10-runs", "wall"),
        GRID_PLAIN("Single run, on top of all others", "adding persistent-pool", "1-run", "wall"),
        GRID_PLAIN("10 runs, on top of all others", "adding persistent-pool", "10-runs", "wall"),
    };
    static const struct grid_column columns[GRID_USUAL] = {
        GRID_BEFORE_AFTER("Standard pool", &grid_base_time, "Persistent pool", &grid_new_time),
    };
    static const struct grid table =
        GRID("persistent-pool", "Persistent worker pool: wall time, two workers", "Scenario",
             columns, rows);
    if (!grid_section(f, 4, "Persistent Worker Pool", &table, 1))
        return;
    grid_interval_line(f, "persistent-pool", "Ten consecutive runs", "persistent-pool", "10-runs",
                       "wall");
    document_add(f->document, BLOCK_TEXT,
                 "For who runs one optimization after another in one "
                 "process: what is saved is the workers' start.");
}

void chapter_phase6b(struct fill *f)
{
    static const struct combined_row rows[] = {
        {"Additional (on top of Layers 1 to 3)", "adding phase6b"              },
        {"Total cumulative (Layers 1 to 3, 6B)", "layer1+layer2+layer3+phase6b"},
    };
    fill_heading(f, 2, "Phase 6B: Heavy Operations Optimizations");
    fill_heading(f, 3, "Overview");
    fill_say(
        f, BLOCK_TEXT,
        "shared-bundle opens the bundle once, before the workers are forked; persistent-pool "
        "keeps the workers from one run to the next. Neither does anything in a single process.",
        NULL, 0);
    fill_heading(f, 3, "Performance Results");
    add_shared_context(f);
    add_persistent_pool(f);
    fill_heading(f, 3, "Phase 6B Combined");
    combined_table(f, "Phase 6B on top of layers 1 to 3, and all four against no layer", rows,
                   COUNT(rows));
    fill_say_picks(f, BLOCK_ITEM,
                   "Memory overhead: {} the baseline ({} to {}), peak resident of the parent.",
                   (const struct pick[]){
                       FILL_PICK("cumulative", "layer1+layer2+layer3+phase6b", "production", NULL,
                                 MEASURE("quotient", WORDS_TIMES, "new.totals[resident_peak]",
                                         "base.totals[resident_peak]")),
                       FILL_PICK("cumulative", "layer1+layer2+layer3+phase6b", "production", NULL,
                                 MEASURE("value", WORDS_BYTES, "base.totals[resident_peak]")),
                       FILL_PICK("cumulative", "layer1+layer2+layer3+phase6b", "production", NULL,
                                 MEASURE("value", WORDS_BYTES, "new.totals[resident_peak]")),
                   },
                   3);
}
