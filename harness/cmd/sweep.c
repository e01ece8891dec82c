/* cupel sweep: the backtest kernel for users: a search over parameters and market data, as tables. */
#include "harness/cmd/commands.h"

#include "harness/base/log.h"
#include "harness/cmd/sweep_caches.h"
#include "harness/cmd/sweep_capture.h"
#include "harness/cmd/sweep_loop.h"
#include "harness/cmd/sweep_space.h"
#include "harness/run/interrupt.h"
#include "kernels/backtest/backtest.h"
#include "kernels/capture/capture.h"
#include "kernels/registry.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

struct sweep_settings {
    struct bt_settings backtest;
    struct sweep_capture_settings capture;
    struct sweep_outputs_settings outputs;
    const char *layers, *store;
    bool resume, quiet, progress, no_progress, cache_stats;
};

#define AT(field) offsetof(struct sweep_settings, field)

/* clang-format off */
static const struct opt sweep_options[] = {
    BT_SETTING_ROWS(struct sweep_settings, backtest., "-"),
    {.name = "layers", .kind = OPT_TEXT, .offset = AT(layers),
     .env = "CUPEL_LAYERS", .arg = "SET", .fallback = "all",
     .help = "layers that are on: all, exact (those that change no bit), none, names, -NAME to take one away"},
    {.name = "out", .kind = OPT_TEXT, .offset = AT(outputs.out),
     .arg = "FILE|-",
     .help = "where the results go; - is standard output, which is the default"},
    {.name = "format", .kind = OPT_TEXT, .offset = AT(outputs.format),
     .arg = "FORMAT", .choices = emitter_formats, .fallback = "csv",
     .help = "of results and summary: csv, or json (one object a line)"},
    {.name = "csv", .kind = OPT_TEXT, .offset = AT(outputs.csv),
     .arg = "FILE|-", .help = "short for --out FILE --format csv"},
    {.name = "summary", .kind = OPT_TEXT, .offset = AT(outputs.summary),
     .arg = "FILE|-",
     .help = "where all ranges together go: each combination, or the walk-forward report"},
    {.name = "store", .kind = OPT_TEXT, .offset = AT(store),
     .arg = "DIR", .help = "keep results and a checkpoint here; none: nothing is stored"},
    {.name = "resume", .kind = OPT_FLAG, .offset = AT(resume),
     .help = "go on with what the store holds"},
    {.name = "source", .kind = OPT_TEXTS, .offset = AT(capture.source), .arg = "FILE",
     .help = "the strategy's code, kept in the store; once for each file, first the one that a reader begins with"},
    {.name = "capture", .kind = OPT_TEXT, .offset = AT(capture.mode), .arg = "MODE",
     .choices = capture_mode_names, .fallback = "entry-point",
     .help = "which files --source stands for: those, with all that they include, those of strategy.yaml; off: as --no-capture"},
    {.name = "capture-how", .kind = OPT_TEXT, .offset = AT(capture.how), .arg = "HOW",
     .choices = capture_how_names, .fallback = "copies",
     .help = "copies: each sweep has its own; content: each distinct content once, in DIR/objects, by SHA-256"},
    {.name = "no-capture", .kind = OPT_FLAG, .offset = AT(capture.none),
     .help = "keep neither code nor parameters in the store"},
    {.name = "progress", .kind = OPT_FLAG, .offset = AT(progress),
     .help = "say how far it is also where standard error is no terminal"},
    {.name = "no-progress", .kind = OPT_FLAG,
     .offset = AT(no_progress), .help = "nowhere"},
    {.name = "cache-stats", .kind = OPT_FLAG,
     .offset = AT(cache_stats),
     .help = "at the end: what the caches did, and what that means"},
    {.name = "quiet", .kind = OPT_FLAG, .offset = AT(quiet),
     .help = "nothing but warnings and errors"},
    OPT_END,
};
/* clang-format on */

/* ---- the command ------------------------------------------------------------------------------ */

/* A setting that could have no effect is a mistake. */
static bool settings_agree(const struct sweep_settings *s, struct err *e)
{
    const char *alone = s->resume                               ? "resume"
                        : s->backtest.force_rerun               ? "force-rerun"
                        : s->backtest.trades                    ? "trades"
                        : strcmp(s->backtest.snapshots, "none") ? "snapshots"
                                                                : NULL;
    if (alone && !s->store)
        return err_input(e, "--%s needs --store DIR", alone);
    if (s->progress && s->no_progress)
        return err_input(e, "--progress and --no-progress: expected one of them");
    return true;
}

/* Before there are results; nothing of it is an error. */
static void begin_store(const struct sweep_settings *set, const struct bt_run *run,
                        const struct opt_texts *line)
{
    sweep_capture(&(struct sweep_capture){.settings = &set->capture,
                                          .backtest = &set->backtest,
                                          .run = run,
                                          .store = set->store,
                                          .words = line});
    sweep_space_warn(run, set->store);
}

static void set_signals(void)
{
    interrupt_watch_others(); /* a strategy may be a plugin */
    sweep_caches_watch();
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves is an error of ours to tell, not our death */
}

static enum err_code run_sweep(const struct invocation *in, struct err *e)
{
    const struct sweep_settings *set = in->settings;
    uint64_t layers;
    if (!settings_agree(set, e) || !sweep_outputs_check(&set->outputs, e) ||
        !kernel_layers_parse(&kernel_backtest, set->layers, &layers, e))
        return e->code;
    log_set_quiet(set->quiet);
    set_signals();
    struct sweep_loop s = sweep_loop_begin(&set->outputs);
    s.shown = (set->progress || isatty(STDERR_FILENO) == 1) && !set->no_progress;
    s.cache_stats = set->cache_stats;
    s.cache_log_every = set->backtest.cache_log_every;
    struct bt_run_target target = {.store = set->store,
                                   .resume = set->resume || set->backtest.force_rerun,
                                   .consumer = sweep_loop_consumer(&s)};
    if (set->capture.source.n && !set->store)
        log_info("--source: code is kept with --store DIR, and read by nobody else");
    s.run = bt_run_open(&set->backtest, layers, target, e);
    if (s.run && set->store)
        begin_store(set, s.run, &in->line);
    bool ok = s.run && sweep_loop_run(&s, e);
    sweep_loop_close(&s);
    return ok ? ERR_OK : e->code;
}

const struct command command_sweep = {
    .name = "sweep",
    .arguments = "--bundle DIR [--param NAME=VALUES]... [OPTIONS]",
    .summary = "search parameters of a strategy over market data, results as CSV or JSON",
    .details =
        "Every combination of the parameters that the strategy allows (fast < slow), or a search\n"
        "among them, is tested over every symbol: long or flat, all cash, a fee on each side. A\n"
        "result is a row for each symbol: [range,] symbol, key (the parameters), total_return,\n"
        "sharpe, max_drawdown, orders, trades (an open one counts); 17 digits; what is undefined\n"
        "is an empty field. --format json gives one object a line, the first of which describes\n"
        "the table.\n\n"
        "  cupel sweep --bundle data/mag7 --symbols AAPL --param fast=2:100 --param slow=2:100 \\\n"
        "      --store runs/w1 --snapshots daily --out w1.csv\n\n"
        "Results are written as they come. A file is there when all of it is; what was piped\n"
        "before an error cannot be taken back, the exit status tells. --summary has all ranges\n"
        "together in one row a combination and symbol (\"mean\" is over symbols); of a\n"
        "walk-forward search, the best of each window on train, validation and test.\n\n"
        "A run that was killed or interrupted goes on with --resume, whatever its layers and\n"
        "workers were. A store remembers the symbols, strategy, fill and fee of its results, and\n"
        "is refused for any other; results of other data or code are computed again.\n\n"
        "A store keeps the sweep's parameters and the code that --source names, in a folder of "
        "its\n"
        "own in DIR/backtests (cupel storage); that it cannot is a warning, and fails no sweep.\n"
        "With --capture-how content, files that many sweeps of a store share are in it once.\n\n"
        "With --continue-on-error a backtest that fails is named on standard error, is not in the\n"
        "table nor in the checkpoint, and the exit status is 1. SIGUSR1 says what the caches do,\n"
        "SIGUSR2 empties them.",
    .options = sweep_options,
    .settings_size = sizeof(struct sweep_settings),
    .run = run_sweep,
};
