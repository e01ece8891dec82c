/* Option straddles valued day by day: what the caches, the workers and the order of the work are worth. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/grid.h"

#define ONE   "1 asset, 1 year"
#define SIX   "1 asset, 6 years"
#define THREE "3 assets, 2 years"

static const struct measure straddles = MEASURE("value", WORDS_COUNT, "new.counts.straddles");
static const struct measure days = MEASURE("value", WORDS_COUNT, "new.counts.valued_days");
static const struct measure rate =
    MEASURE_BETWEEN("whole", WORDS_COUNT, "new.rate.wall_per_s.estimate",
                    "new.rate.wall_per_s.lower", "new.rate.wall_per_s.upper");
static const struct measure base_rate =
    MEASURE_BETWEEN("whole", WORDS_COUNT, "base.rate.wall_per_s.estimate",
                    "base.rate.wall_per_s.lower", "base.rate.wall_per_s.upper");

/* ---- the three experiments ---------------------------------------------------------------------- */

#define EXPERIMENT_COLUMNS(before)                                                                 \
    GRID_COLUMN("Straddles", &straddles), GRID_COLUMN("Valued days", &days),                       \
        GRID_COLUMN(before, &grid_base_time), GRID_COLUMN("All layers", &grid_new_time),           \
        GRID_COLUMN("Faster", &grid_times), GRID_COLUMN("95 % interval", &grid_times_bounds),      \
        GRID_COLUMN("Straddles a second", &rate)
#define EXPERIMENTS(name)                                                                          \
    GRID_PLAIN("One asset, one year", name, ONE, "wall"),                                          \
        GRID_PLAIN("One asset, six years", name, SIX, "wall"),                                     \
        GRID_PLAIN("Three assets, two years", name, THREE, "wall")

static void add_experiments(struct fill *f)
{
    static const struct grid_column uncached[] = {EXPERIMENT_COLUMNS("No cache")};
    static const struct grid_column original[] = {EXPERIMENT_COLUMNS("Original's caches")};
    static const struct grid_row against_none[] = {EXPERIMENTS("all")};
    static const struct grid_row against_original[] = {EXPERIMENTS("all against no-memoize")};
    static const struct grid tables[] = {
        GRID("straddle-experiments",
             "Straddles without any cache and with all layers, one process, wall time",
             "Experiment", uncached, against_none),
        GRID("straddle-experiments",
             "The same against what the original calls no caches: asset file, assets, overrides, "
             "prices, paths and chain are kept",
             "Experiment", original, against_original),
    };
    if (!grid_section(f, 3, "Three Experiments", tables, COUNT(tables)))
        return;
    struct finding claims[] = {combined_claim(CLAIM_STRADDLES_ONE),
                               combined_claim(CLAIM_STRADDLES_SIX),
                               combined_claim(CLAIM_STRADDLES_THREE)};
    fill_say(f, BLOCK_TEXT,
             "Without any cache every straddle reads its files anew: a ladder's lowest rung, which "
             "the original never had. It gives {}, {} and {} straddles a second for these three, "
             "with its caches, on many more cores and by other prices.",
             claims, COUNT(claims));
}

#define STEP(words_of_it, name) GRID_PLAIN(words_of_it, name, ONE, "cpu")

static void add_ladder(struct fill *f)
{
    static const struct grid_row rows[] = {
        STEP("Asset file", "memo-amt"),
        STEP("and paths, assets, schemas", "+ paths, asset, schemas"),
        STEP("and tickers, schedules, months", "+ tickers, schedule, expand"),
        STEP("and chain, overrides", "+ chain, overrides"),
        STEP("and open prices", "+ prices"),
        STEP("and prices in batches, four days at once", "+ batch-prices, simd"),
    };
    static const struct grid table =
        GRID("straddle-experiments", "One asset and year: layers added to no cache, CPU time",
             "Kept", grid_total, rows);
    grid_section(f, 3, "Cache after Cache", &table, 1);
}

/* ---- what the caches did -------------------------------------------------------------------------- */

#define HITS(cache)   MEASURE("value", WORDS_COUNT, "new.counts.memo_" cache "_hits")
#define MISSES(cache) MEASURE("value", WORDS_COUNT, "new.counts.memo_" cache "_misses")
#define HIT_RATE(cache)                                                                            \
    MEASURE("hit-rate", WORDS_SHARE, "new.counts.memo_" cache "_hits",                             \
            "new.counts.memo_" cache "_misses")
#define CACHE(words_of_it, of)                                                                     \
    GRID_ROW(words_of_it, "2 workers", "231192", "wall", &of[0], &of[1], &of[2])
#define MEASURES(cache)                                                                            \
    {                                                                                              \
        HITS(cache), MISSES(cache), HIT_RATE(cache)                                                \
    }

static void add_caches(struct fill *f)
{
    static const struct measure paths[] = MEASURES("paths"), amt[] = MEASURES("amt"),
                                asset[] = MEASURES("asset"), schedule[] = MEASURES("schedule"),
                                expand[] = MEASURES("expand"), schemas[] = MEASURES("schemas"),
                                tickers[] = MEASURES("tickers"), chain[] = MEASURES("chain"),
                                overrides[] = MEASURES("overrides"), prices[] = MEASURES("prices");
    static const struct grid_column columns[] = {
        GRID_COLUMN("Hits", &paths[0]),
        GRID_COLUMN("Misses", &paths[1]),
        GRID_COLUMN("Hit rate", &paths[2]),
    };
    static const struct grid_row rows[] = {
        CACHE("Straddles of a month (memo-expand)", expand),
        CACHE("Schedules (memo-schedule)", schedule),
        CACHE("Tickers of a month (memo-tickers)", tickers),
        CACHE("Ticker schemas (memo-schemas)", schemas),
        CACHE("Assets by underlying (memo-asset)", asset),
        CACHE("Asset file (memo-amt)", amt),
        CACHE("Chain of contracts (memo-chain)", chain),
        CACHE("Overrides (memo-overrides)", overrides),
        CACHE("Open prices (memo-prices)", prices),
        CACHE("Canonical paths (memo-paths)", paths),
    };
    static const struct grid table =
        GRID("straddle-full", "The full set: what each cache answered", "Cache", columns, rows);
    if (!grid_section(f, 3, "Hits by Level", &table, 1))
        return;
    document_add(
        f->document, BLOCK_TEXT,
        "A hit above hides those beneath: tickers ask for schemas, schemas for the asset, "
        "the asset for the asset file. Counts are of both workers and exact; what a worker "
        "reads before its first straddle is no miss.");
}

/* ---- workers, order, trips ------------------------------------------------------------------------ */

static void add_workers(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("No cache, two workers", "none, 2 workers", ONE, "wall"),
        GRID_PLAIN("No cache, four workers", "none, 4 workers", ONE, "wall"),
        GRID_PLAIN("All layers, one worker", "all, 1 worker", ONE, "wall"),
        GRID_PLAIN("All layers, two workers", "all, 2 workers", ONE, "wall"),
        GRID_PLAIN("All layers, four workers", "all, 4 workers", ONE, "wall"),
    };
    static const struct grid_row pays[] = {
        GRID_PLAIN("One asset and year, two workers", "all, 2 workers against 1", ONE, "wall"),
        GRID_PLAIN("One asset and year, four workers", "all, 4 workers against 1", ONE, "wall"),
        GRID_OF("straddle-full", "The full set, two workers", "2 workers", "231192", "wall"),
    };
    static const struct grid tables[] = {
        GRID("straddle-matrix", "Against no cache and one worker: one asset and year, wall time",
             "Configuration", grid_total, rows),
        GRID("straddle-matrix", "All layers: workers against one of them, wall time",
             "Configuration", grid_total, pays),
    };
    grid_section(f, 3, "Caches and Workers", tables, COUNT(tables));
}

static void add_order(struct fill *f)
{
    static const struct measure clustered =
        MEASURE("hit-rate", WORDS_SHARE, "base.counts.memo_tickers_hits",
                "base.counts.memo_tickers_misses");
    static const struct measure shuffled = MEASURE(
        "hit-rate", WORDS_SHARE, "new.counts.memo_tickers_hits", "new.counts.memo_tickers_misses");
    static const struct grid_column columns[] = {
        GRID_COLUMN("Sorted", &grid_base_time),
        GRID_COLUMN("Shuffled", &grid_new_time),
        GRID_COLUMN("Saved by shuffling", &grid_saving),
        GRID_COLUMN("95 % interval", &grid_saving_bounds),
        GRID_COLUMN("Tickers' hit rate, sorted", &clustered),
        GRID_COLUMN("Shuffled", &shuffled),
    };
    static const struct grid_row rows[] = {
        GRID_PLAIN("At most 64 entries a cache", "shuffled, 64 entries", "3 years", "cpu"),
        GRID_PLAIN("At most 1,024", "shuffled, 1,024 entries", "3 years", "cpu"),
        GRID_PLAIN("No limit", "shuffled, no limit", "3 years", "cpu"),
    };
    static const struct grid table = GRID(
        "straddle-locality", "Three years of all assets: sorted order against shuffled, CPU time",
        "Caches", columns, rows);
    grid_section(f, 3, "Locality", &table, 1);
}

static void add_batches(struct fill *f)
{
    static const struct measure trips[] = {
        MEASURE("value", WORDS_COUNT, "base.counts.price_trips"),
        MEASURE("value", WORDS_COUNT, "new.counts.price_trips"),
    };
    static const struct grid_column columns[] = {
        GRID_COLUMN("Trips, one a straddle", &trips[0]),
        GRID_COLUMN("Trips, in batches", &trips[1]),
        GRID_COLUMN("Improvement", &grid_saving),
        GRID_COLUMN("95 % interval", &grid_saving_bounds),
    };
    static const struct grid_row rows[] = {
        GRID_PLAIN("SQLite, batches of 8", "batch of 8", "sqlite", "cpu"),
        GRID_PLAIN("SQLite, batches of 64", "batch of 64", "sqlite", "cpu"),
        GRID_PLAIN("SQLite, batches of 512", "batch of 512", "sqlite", "cpu"),
        GRID_PLAIN("Blocks, batches of 64", "batch of 64", "blocks", "cpu"),
    };
    static const struct grid table =
        GRID("straddle-batch", "Prices asked for one straddle or for several at a time, CPU time",
             "Store", columns, rows);
    grid_section(f, 3, "Prices in Batches", &table, 1);
}

/* ---- the full set --------------------------------------------------------------------------------- */

static void add_full(struct fill *f)
{
    static const struct grid_column columns[] = {
        GRID_COLUMN("Before", &grid_base_time),
        GRID_COLUMN("After", &grid_new_time),
        GRID_COLUMN("Improvement", &grid_saving),
        GRID_COLUMN("95 % interval", &grid_saving_bounds),
        GRID_COLUMN("Straddles a second, before", &base_rate),
        GRID_COLUMN("After", &rate),
    };
    static const struct grid_row rows[] = {
        GRID_PLAIN("One worker, then two", "2 workers", "231192", "wall"),
        GRID_PLAIN("Two workers: a day at a time, then four", "simd", "231192", "wall"),
    };
    static const struct pick whole[] = {
        FILL_PICK("straddle-full", "2 workers", "231192", "wall",
                  MEASURE("value", WORDS_COUNT, "new.counts.straddles")),
        FILL_PICK("straddle-full", "2 workers", "231192", "wall",
                  MEASURE("value", WORDS_COUNT, "new.counts.valued_days")),
        FILL_PICK("straddle-full", "2 workers", "231192", "wall",
                  MEASURE("value", WORDS_TIME, "new.metrics.~.median")),
    };
    fill_heading(f, 3, "The Full Set");
    if (!fill_has(f, "straddle-full"))
        return;
    fill_say_picks(f, BLOCK_TEXT,
                   "All straddles of the list, {} of them, {} valued days into binary rows with "
                   "their digest: {} by two workers (run, not estimated).",
                   whole, COUNT(whole));
    grid_fill(
        f, &(struct grid)GRID("straddle-full", "The full set, wall time", "Change", columns, rows));
}

void chapter_straddles(struct fill *f)
{
    fill_heading(f, 2, "Option Straddles: Memoized Backtests");
    document_add(
        f->document, BLOCK_TEXT,
        "Straddles on futures, shares, currencies and swaps, each valued on every day from "
        "entry to expiry. Prices are made of a seed unless the scenario names a folder of "
        "real ones.");
    add_experiments(f);
    add_ladder(f);
    add_caches(f);
    add_workers(f);
    add_order(f);
    add_batches(f);
    add_full(f);
}
