/* Which code is kept with each backtest: bytes, files and time of each way. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/grid.h"

/* What the files hold, how many are written, what they take of the file system. */
static const struct measure code[] = GRID_LESS(WORDS_BYTES, "counts.code_bytes");
static const struct measure copies[] = GRID_LESS(WORDS_COUNT, "counts.copies");
static const struct measure allocated[] = GRID_LESS(WORDS_BYTES, "counts.allocated_bytes");

static const struct grid_column code_columns[] = {
    GRID_COLUMN("Code, all files", &code[GRID_BEFORE]),
    GRID_COLUMN("Code, kept", &code[GRID_AFTER]),
    GRID_COLUMN("Less code", &code[GRID_FEWER]),
    GRID_COLUMN("Files written, before", &copies[GRID_BEFORE]),
    GRID_COLUMN("After", &copies[GRID_AFTER]),
};

#define ENTRY_ONLY(scale) GRID_PLAIN("Entry file only", "entry-point", scale, "cpu")
#define ENTRY_ONCE        GRID_PLAIN("Entry file only, once", "entry-point-content", "100", "cpu")
#define ALL_ONCE(scale)   GRID_PLAIN("All files, each content once", "content-store", scale, "cpu")

static void add_modes(struct fill *f)
{
    static const struct grid_row rows[] = {
        ENTRY_ONLY("100"),
        GRID_PLAIN("Files of strategy.yaml", "yaml", "100", "cpu"),
        ALL_ONCE("100"),
        ENTRY_ONCE,
    };
    static const struct grid_row times[] = {
        ENTRY_ONLY("100"),
        GRID_PLAIN("All files, looked for once", "detect-once", "100", "cpu"),
        ALL_ONCE("100"),
        ENTRY_ONCE,
    };
    static const struct grid tables[] = {
        GRID("capture-modes", "What is kept of a strategy of five files, a hundred runs", "Kept",
             code_columns, rows),
        GRID("capture-modes", "CPU time of keeping it, against all files copied", "Kept",
             grid_total, times),
    };
    if (!grid_section(f, 3, "A Hundred Backtests of a Strategy of Five Files", tables,
                      COUNT(tables)))
        return;
    struct finding claims[] = {combined_claim(CLAIM_CAPTURE_LESS)};
    fill_say(f, BLOCK_TEXT,
             "The original's document claims {} less for the entry file alone. Bytes are those of "
             "the files; what the file system takes for them, folders included, stands below.",
             claims, COUNT(claims));
}

/* A run is one backtest's capture: detection, copies, metadata. */
static void add_overhead(struct fill *f)
{
    static const struct measure base_run =
        MEASURE("quotient", WORDS_TIME, "base.metrics.~.median", "base.counts.runs");
    static const struct measure new_run =
        MEASURE("quotient", WORDS_TIME, "new.metrics.~.median", "new.counts.runs");
    static const struct grid_column columns[] = {
        GRID_COLUMN("All files", &base_run),
        GRID_COLUMN("Kept", &new_run),
        GRID_COLUMN("Improvement", &grid_saving),
        GRID_COLUMN("95 % interval", &grid_saving_bounds),
    };
    static const struct grid_row rows[] = {ENTRY_ONLY("100"), ENTRY_ONCE};
    static const struct grid table =
        GRID("capture-modes", "Detection, copies and metadata of one run, CPU time", "Kept",
             columns, rows);
    grid_section(f, 3, "Overhead of a Run", &table, 1);
}

#define BY_RUNS(way)                                                                               \
    GRID_PLAIN("10", way, "10", "cpu"), GRID_PLAIN("50", way, "50", "cpu"),                        \
        GRID_PLAIN("100", way, "100", "cpu"), GRID_PLAIN("500", way, "500", "cpu"),                \
        GRID_PLAIN("1000", way, "1000", "cpu"), GRID_PLAIN("5000", way, "5000", "cpu")

static void add_scaling(struct fill *f)
{
    static const struct grid_row entry[] = {BY_RUNS("entry-point")};
    static const struct grid_row once[] = {BY_RUNS("content-store")};
    static const struct grid_column disk[] = {
        GRID_COLUMN("On disk, all files", &allocated[GRID_BEFORE]),
        GRID_COLUMN("On disk, kept", &allocated[GRID_AFTER]),
        GRID_COLUMN("Less disk", &allocated[GRID_FEWER]),
    };
    static const struct grid tables[] = {
        GRID("capture-scaling", "The entry file of a strategy of 19 KiB", "Runs", code_columns,
             entry),
        GRID("capture-scaling", "All its files, each content once", "Runs", code_columns, once),
        GRID("capture-scaling",
             "The entry file: what the file system takes, metadata and folders included", "Runs",
             disk, entry),
    };
    grid_section(f, 3, "Growth with the Number of Runs", tables, COUNT(tables));
}

static void add_grid(struct fill *f)
{
    static const struct grid_row rows[] = {ENTRY_ONLY("5x4"), ALL_ONCE("5x4")};
    static const struct grid table = GRID(
        "capture-grid", "Twenty backtests of a strategy of 19 KiB", "Kept", code_columns, rows);
    grid_section(f, 3, "A Grid of Five by Four", &table, 1);
}

void chapter_capture(struct fill *f)
{
    fill_heading(f, 2, "Code Capture: What Is Stored with Each Backtest");
    add_modes(f);
    add_overhead(f);
    add_scaling(f);
    add_grid(f);
}
