/* Which code is kept with each backtest: bytes, files and time of each way. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/combined.h"
#include "reports/characteristics/grid.h"

static const struct measure base_code = MEASURE("value", WORDS_BYTES, "base.counts.code_bytes");
static const struct measure new_code = MEASURE("value", WORDS_BYTES, "new.counts.code_bytes");
static const struct measure fewer_code =
    MEASURE("fewer", WORDS_SHARE, "new.counts.code_bytes", "base.counts.code_bytes");
static const struct measure base_copies = MEASURE("value", WORDS_COUNT, "base.counts.copies");
static const struct measure new_copies = MEASURE("value", WORDS_COUNT, "new.counts.copies");
static const struct measure base_disk =
    MEASURE("value", WORDS_BYTES, "base.counts.allocated_bytes");
static const struct measure new_disk = MEASURE("value", WORDS_BYTES, "new.counts.allocated_bytes");
static const struct measure fewer_disk =
    MEASURE("fewer", WORDS_SHARE, "new.counts.allocated_bytes", "base.counts.allocated_bytes");

static const struct grid_column code_columns[] = {
    GRID_COLUMN("Code, all files", &base_code), GRID_COLUMN("Code, kept", &new_code),
    GRID_COLUMN("Less code", &fewer_code),      GRID_COLUMN("Files written, before", &base_copies),
    GRID_COLUMN("After", &new_copies),
};

static void add_modes(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Entry file only", "entry-point", "100", "cpu"),
        GRID_PLAIN("Files of strategy.yaml", "yaml", "100", "cpu"),
        GRID_PLAIN("All files, each content once", "content-store", "100", "cpu"),
        GRID_PLAIN("Entry file only, once", "entry-point-content", "100", "cpu"),
    };
    static const struct grid_row times[] = {
        GRID_PLAIN("Entry file only", "entry-point", "100", "cpu"),
        GRID_PLAIN("All files, looked for once", "detect-once", "100", "cpu"),
        GRID_PLAIN("All files, each content once", "content-store", "100", "cpu"),
        GRID_PLAIN("Entry file only, once", "entry-point-content", "100", "cpu"),
    };
    fill_heading(f, 3, "A Hundred Backtests of a Strategy of Five Files");
    if (!fill_has(f, "capture-modes"))
        return;
    grid_fill(f, &(struct grid){"capture-modes",
                                "What is kept of a strategy of five files, a hundred runs", "Kept",
                                code_columns, COUNT(code_columns), rows, COUNT(rows)});
    grid_fill(f, &(struct grid){"capture-modes", "CPU time of keeping it, against all files copied",
                                "Kept", grid_total, GRID_USUAL, times, COUNT(times)});
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
    static const struct grid_row rows[] = {
        GRID_PLAIN("Entry file only", "entry-point", "100", "cpu"),
        GRID_PLAIN("Entry file only, once", "entry-point-content", "100", "cpu"),
    };
    fill_heading(f, 3, "Overhead of a Run");
    if (fill_has(f, "capture-modes"))
        grid_fill(f, &(struct grid){"capture-modes",
                                    "Detection, copies and metadata of one run, CPU time", "Kept",
                                    columns, COUNT(columns), rows, COUNT(rows)});
}

static void add_scaling(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("10", "entry-point", "10", "cpu"),
        GRID_PLAIN("50", "entry-point", "50", "cpu"),
        GRID_PLAIN("100", "entry-point", "100", "cpu"),
        GRID_PLAIN("500", "entry-point", "500", "cpu"),
        GRID_PLAIN("1000", "entry-point", "1000", "cpu"),
        GRID_PLAIN("5000", "entry-point", "5000", "cpu"),
    };
    static const struct grid_row once[] = {
        GRID_PLAIN("10", "content-store", "10", "cpu"),
        GRID_PLAIN("50", "content-store", "50", "cpu"),
        GRID_PLAIN("100", "content-store", "100", "cpu"),
        GRID_PLAIN("500", "content-store", "500", "cpu"),
        GRID_PLAIN("1000", "content-store", "1000", "cpu"),
        GRID_PLAIN("5000", "content-store", "5000", "cpu"),
    };
    static const struct grid_column disk[] = {
        GRID_COLUMN("On disk, all files", &base_disk),
        GRID_COLUMN("On disk, kept", &new_disk),
        GRID_COLUMN("Less disk", &fewer_disk),
    };
    fill_heading(f, 3, "Growth with the Number of Runs");
    if (!fill_has(f, "capture-scaling"))
        return;
    grid_fill(f, &(struct grid){"capture-scaling", "The entry file of a strategy of 19 KiB", "Runs",
                                code_columns, COUNT(code_columns), rows, COUNT(rows)});
    grid_fill(f, &(struct grid){"capture-scaling", "All its files, each content once", "Runs",
                                code_columns, COUNT(code_columns), once, COUNT(once)});
    grid_fill(f, &(struct grid){"capture-scaling",
                                "The entry file: what the file system takes, metadata and folders "
                                "included",
                                "Runs", disk, COUNT(disk), rows, COUNT(rows)});
}

static void add_grid(struct fill *f)
{
    static const struct grid_row rows[] = {
        GRID_PLAIN("Entry file only", "entry-point", "5x4", "cpu"),
        GRID_PLAIN("All files, each content once", "content-store", "5x4", "cpu"),
    };
    fill_heading(f, 3, "A Grid of Five by Four");
    if (fill_has(f, "capture-grid"))
        grid_fill(f, &(struct grid){"capture-grid", "Twenty backtests of a strategy of 19 KiB",
                                    "Kept", code_columns, COUNT(code_columns), rows, COUNT(rows)});
}

void chapter_capture(struct fill *f)
{
    fill_heading(f, 2, "Code Capture: What Is Stored with Each Backtest");
    add_modes(f);
    add_overhead(f);
    add_scaling(f);
    add_grid(f);
}
