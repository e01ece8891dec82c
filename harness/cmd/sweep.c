/* cupel sweep: the backtest kernel for users: a search over parameters and market data, as tables. */
#include "harness/cmd/commands.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/cmd/sweep_advice.h"
#include "harness/cmd/sweep_caches.h"
#include "harness/cmd/sweep_capture.h"
#include "harness/cmd/sweep_progress.h"
#include "harness/cmd/sweep_space.h"
#include "harness/cmd/sweep_table.h"
#include "harness/cmd/sweep_walk.h"
#include "harness/probe/machine.h"
#include "harness/run/interrupt.h"
#include "kernels/backtest/backtest.h"
#include "kernels/backtest/lookback.h"
#include "kernels/capture/capture.h"
#include "kernels/registry.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

struct sweep_settings {
    struct bt_settings backtest;
    struct sweep_capture_settings capture;
    const char *layers, *out, *csv, *format, *summary, *store;
    bool resume, quiet, progress, no_progress, cache_stats;
};

#define AT(field) offsetof(struct sweep_settings, field)

/* clang-format off */
static const struct opt sweep_options[] = {
    BT_SETTING_ROWS(struct sweep_settings, backtest., "-"),
    {.name = "layers", .kind = OPT_TEXT, .offset = AT(layers),
     .env = "CUPEL_LAYERS", .arg = "SET", .fallback = "all",
     .help = "layers that are on: all, exact (those that change no bit), none, names, -NAME to take one away"},
    {.name = "out", .kind = OPT_TEXT, .offset = AT(out),
     .arg = "FILE|-",
     .help = "where the results go; - is standard output, which is the default"},
    {.name = "format", .kind = OPT_TEXT, .offset = AT(format),
     .arg = "FORMAT", .choices = emitter_formats, .fallback = "csv",
     .help = "of results and summary: csv, or json (one object a line)"},
    {.name = "csv", .kind = OPT_TEXT, .offset = AT(csv),
     .arg = "FILE|-", .help = "short for --out FILE --format csv"},
    {.name = "summary", .kind = OPT_TEXT, .offset = AT(summary),
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

/* ---- results ---------------------------------------------------------------------------------- */

struct sweep {
    const struct sweep_settings *settings;
    struct bt_run *run;                  /* set before the first result */
    struct sweep_table results, summary; /* closed where nothing is written */
    struct sweep_walk walk;              /* of a walk-forward search */
    struct sweep_progress progress;
    struct bt_best best; /* of the results, or of the summary where there are several ranges */
    uint64_t delivered, logged;
    int64_t begun_ns, flushed_ns;
    bool replaced;  /* a result of another content than the plan's */
    bool finishing; /* all is computed */
};

/* Where one range is all there is, its summary is that of the result. */
static bool sum_up(struct sweep *s, const struct bt_result *r, struct err *e)
{
    struct bt_combined alone = {&r->item, r->rows, 1};
    return bt_best_observe(s->run, &s->best, r->item.backtest, r->rows, bt_settle, e) &&
           (!s->summary.out.out || sweep_table_combined(&s->summary, &alone, e));
}

/* Results must not wait for more of them when somebody reads along. `since`: for how long. */
static bool pass_on(struct sweep *s, int64_t since, struct err *e)
{
    static const int64_t interval_ns = 200000000;
    if (s->delivered == 0)
        return true;
    int64_t now = probe_now_ns();
    if (since && now - since < interval_ns)
        return true;
    s->flushed_ns = now;
    return emitter_flush(&s->results.out, e);
}

/* A job can be thousands of backtests, whose results pass through here one by one: whoever waits for
 * them, or for the end, need not wait for all of it. */
static bool while_it_runs(struct sweep *s, const struct bt_result *r, struct err *e)
{
    enum { SELDOM = 32 };
    if (!interrupt_none(e))
        return false;
    if (s->finishing || s->delivered % SELDOM != 0)
        return true;
    sweep_progress_tick(&s->progress, r->item.backtest);
    return pass_on(s, s->flushed_ns ? s->flushed_ns : s->begun_ns, e);
}

static bool take_result(void *context, const struct bt_result *r, struct err *e)
{
    struct sweep *s = context;
    const struct bt_plan *plan = &s->run->plan;
    s->replaced = s->replaced || strcmp(r->content, plan->content) != 0;
    if (s->walk.value)
        sweep_walk_observe(&s->walk, r);
    if (!sweep_table_result(&s->results, r, e))
        return false;
    s->delivered++;
    return (plan->range_count > 1 || sum_up(s, r, e)) && while_it_runs(s, r, e);
}

static bool take_combined(void *context, const struct bt_combined *c, struct err *e)
{
    struct sweep *s = context;
    if (s->run->plan.range_count == 1)
        return true;
    return bt_best_observe(s->run, &s->best, c->item->backtest, c->rows, bt_settle_combined, e) &&
           (!s->summary.out.out || sweep_table_combined(&s->summary, c, e)) && interrupt_none(e);
}

/* ---- what is said ----------------------------------------------------------------------------- */

/* Told once. */
static void say_notes(struct sweep *s)
{
    struct text *notes = &s->run->notes;
    if (notes->n)
        sweep_progress_wipe(&s->progress);
    for (struct str rest = {notes->p, notes->n}; rest.p && rest.n;) {
        struct str line = str_cut(&rest, '\n');
        log_warn("%.*s", (int)line.n, line.p);
    }
    text_clear(notes);
}

static void say_best(const struct sweep *s)
{
    const struct bt_plan *plan = &s->run->plan;
    const char *objective = plan->objective->name;
    char key[BT_KEY_TEXT];
    double values[BT_PARAMS_MAX];
    if (s->best.backtest < 0) {
        log_info("no result has a %s", objective);
        return;
    }
    bt_combination(&plan->combinations, s->best.combination, values);
    bt_plan_key(plan, values, key);
    log_info("best %s: %.4g, %s%s%s%s", objective, s->best.value.value, plan->strategy->name,
             key[0] ? " with " : "", key, plan->symbol_count > 1 ? ", mean over symbols" : "");
}

static uint64_t count_named(const struct bt_run *run, const char *name)
{
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    for (int i = bt_run_counts(run, counts, KERNEL_COUNTS_MAX) - 1; i >= 0; i--)
        if (strcmp(counts[i].name, name) == 0)
            return counts[i].value;
    return 0;
}

static void say_advice(const struct bt_run *run, uint64_t computed)
{
    const struct sweep_advice *row = sweep_advice_for(
        sweep_advice_rows,
        (struct sweep_mode){.backtests = computed,
                            .layers = (run->layers & ~((uint64_t)1 << BT_LAYER_workers)) != 0,
                            .workers = run->plan.workers > 1});
    char n[UNITS_TEXT];
    if (row)
        log_info("advice: %s backtests: %s (%s)", units_count(n, computed), row->advice,
                 row->source);
}

static void say_summary(const struct sweep *s, int64_t ns)
{
    const struct bt_run *run = s->run;
    char all[UNITS_TEXT], bars[UNITS_TEXT], took[UNITS_TEXT], from_store[UNITS_TEXT];
    uint64_t resumed = count_named(run, "backtests_from_store");
    log_info("%s backtests (%s from the store), %s bar-backtests in %s",
             units_count(all, (uint64_t)run->digest.results), units_count(from_store, resumed),
             units_count(bars, count_named(run, "bar_backtests")), units_time(took, (double)ns));
    if (bt_plan_looks_back(&run->plan))
        log_info("%s results passed the filters", units_count(all, s->delivered));
    if (s->walk.value)
        sweep_walk_say(&s->walk);
    else
        say_best(s);
    if (run->plan.synthetic)
        log_info("SYNTHETIC data: nobody ever traded at these prices");
    say_advice(run, count_named(run, "backtests"));
    if (s->settings->cache_stats || s->settings->backtest.cache_log_every)
        sweep_caches_say_table(run);
}

/* ---- the run ---------------------------------------------------------------------------------- */

/* Between slices. */
static bool look_up(struct sweep *s, long at, struct err *e)
{
    bool last = at == bt_plan_backtests(&s->run->plan); /* what is said then is said at the end */
    long every = last ? 0 : s->settings->backtest.cache_log_every;
    say_notes(s);
    if (sweep_caches_due(s->run, every, &s->logged)) {
        sweep_progress_wipe(&s->progress);
        sweep_caches_tend(s->run);
    }
    sweep_progress_tick(&s->progress, at);
    return pass_on(s, s->flushed_ns, e);
}

/* What was done before an error or a signal is kept; what saving it meets is no news beside that. */
static bool stop(struct sweep *s, struct err *e)
{
    struct err ignored;
    bool saved = bt_run_save(s->run, &ignored);
    bool passed = s->finishing || pass_on(s, 0, &ignored); /* rows that came before */
    (void)passed;
    sweep_progress_wipe(&s->progress);
    say_notes(s);
    if (e->code == ERR_INTERRUPTED && s->run->store && saved)
        err_set(e, ERR_INTERRUPTED, "interrupted; --resume goes on");
    return false;
}

static bool run_all(struct sweep *s, struct err *e)
{
    struct bt_run *run = s->run;
    long n = bt_plan_backtests(&run->plan), slice = bt_run_slice(run);
    long count = run->plan.combinations.count;
    for (long lo = 0, hi; lo < n; lo = hi) {
        long range_end = (lo / count + 1) * count;
        hi = lo + slice < range_end ? lo + slice : range_end;
        if (!interrupt_none(e) || !bt_run_step(run, lo, hi, e) || !look_up(s, hi, e))
            return stop(s, e);
    }
    s->finishing = true;
    if (!bt_run_finish(run, e))
        return stop(s, e);
    sweep_progress_wipe(&s->progress);
    say_notes(s);
    return true;
}

/* Results of two contents must not stand in one table; data that were edited in place have one. */
static bool same_bundle(const struct sweep *s, struct err *e)
{
    const struct bt_plan *plan = &s->run->plan;
    struct bundle_version now;
    if (!bundle_version(plan->bundle_dir, &now, e))
        return false;
    return (bundle_version_equal(now, plan->version) && !s->replaced) ||
           err_input(e, "%s: replaced while the sweep ran; run it again", plan->bundle_dir);
}

/* ---- outputs ---------------------------------------------------------------------------------- */

static const char *out_of(const struct sweep_settings *s)
{
    return s->csv ? s->csv : s->out ? s->out : "-";
}

static const char *out_option(const struct sweep_settings *s)
{
    return s->csv ? "csv" : "out";
}

static void clear_away(const char *path)
{
    int n = path && strcmp(path, "-") != 0 ? io_remove_leftovers(path) : 0;
    if (n)
        log_info("%s: removed %d temporary file%s of killed runs", path, n, n == 1 ? "" : "s");
}

static bool open_outputs(struct sweep *s, struct err *e)
{
    const struct sweep_settings *set = s->settings;
    const struct bt_plan *plan = &s->run->plan;
    clear_away(out_of(set));
    clear_away(set->summary);
    if (bt_plan_walks(plan))
        sweep_walk_open(&s->walk, plan);
    if (!sweep_table_open(&s->results, plan, false, set->format, out_of(set), e))
        return err_prefix(e, "%s", out_option(set));
    return !set->summary || s->walk.value ||
           sweep_table_open(&s->summary, plan, true, set->format, set->summary, e) ||
           err_prefix(e, "summary");
}

static bool commit_outputs(struct sweep *s, struct err *e)
{
    const struct sweep_settings *set = s->settings;
    if (!emitter_commit(&s->results.out, e))
        return false;
    if (!set->summary)
        return true;
    return (s->walk.value ? sweep_walk_write(&s->walk, set->format, set->summary, e)
                          : emitter_commit(&s->summary.out, e)) ||
           err_prefix(e, "summary");
}

static void close_outputs(struct sweep *s)
{
    emitter_abandon(&s->results.out);
    emitter_abandon(&s->summary.out);
    sweep_walk_done(&s->walk);
}

static bool sweep(struct sweep *s, struct err *e)
{
    int64_t begin = s->begun_ns = probe_now_ns();
    const struct sweep_settings *set = s->settings;
    bool shown = set->progress || isatty(STDERR_FILENO) == 1;
    sweep_progress_open(&s->progress, s->run, shown && !set->no_progress);
    say_notes(s);
    if (!open_outputs(s, e) || !run_all(s, e) || !same_bundle(s, e))
        return false;
    if (s->walk.value)
        sweep_walk_take_best(&s->walk, &s->run->selection);
    int64_t ns = probe_now_ns() - begin;
    if (!commit_outputs(s, e))
        return false;
    say_summary(s, ns);
    uint64_t failed = s->run->counts.failed;
    return failed == 0 ||
           err_set(e, ERR_FAILED, "%llu backtests failed; %s", (unsigned long long)failed,
                   s->run->store ? "--resume runs them again" : "the table holds the others");
}

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
    if (s->csv && s->out)
        return err_input(e, "--csv is short for --out: expected one of them");
    if (s->csv && strcmp(s->format, "csv") != 0)
        return err_input(e, "--csv: expected --out with --format %s", s->format);
    if (s->progress && s->no_progress)
        return err_input(e, "--progress and --no-progress: expected one of them");
    return true;
}

/* Said before hours of computing rather than after. */
static bool can_write(const struct sweep_settings *s, struct err *e)
{
    if (!io_check_output(out_of(s), e))
        return err_prefix(e, "%s", out_option(s));
    if (!s->summary)
        return true;
    if (strcmp(s->summary, out_of(s)) == 0)
        return err_input(e,
                         "summary: expected another file than that of the results, found \"%.60s\"",
                         s->summary);
    return io_check_output(s->summary, e) || err_prefix(e, "summary");
}

/* Before there are results; nothing of it is an error. */
static void begin_store(const struct sweep *s, const struct opt_texts *line)
{
    sweep_capture(&(struct sweep_capture){.settings = &s->settings->capture,
                                          .backtest = &s->settings->backtest,
                                          .run = s->run,
                                          .store = s->settings->store,
                                          .words = line});
    sweep_space_warn(s->run, s->settings->store);
}

static void set_signals(void)
{
    interrupt_watch();
    sweep_caches_watch();
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves is an error of ours to tell, not our death */
}

static enum err_code run_sweep(const struct invocation *in, struct err *e)
{
    const struct sweep_settings *set = in->settings;
    uint64_t layers;
    if (!settings_agree(set, e) || !can_write(set, e) ||
        !kernel_layers_parse(&kernel_backtest, set->layers, &layers, e))
        return e->code;
    log_set_quiet(set->quiet);
    set_signals();
    struct sweep s = {.settings = set, .best = bt_best_none()};
    struct bt_run_target target = {
        .store = set->store,
        .resume = set->resume || set->backtest.force_rerun,
        .consumer = {.context = &s, .result = take_result, .combined = take_combined}
    };
    if (set->capture.source.n && !set->store)
        log_info("--source: code is kept with --store DIR, and read by nobody else");
    s.run = bt_run_open(&set->backtest, layers, target, e);
    if (s.run && set->store)
        begin_store(&s, &in->line);
    bool ok = s.run && sweep(&s, e);
    close_outputs(&s);
    bt_run_close(s.run);
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
        "own in DIR/backtests (cupel storage); that it cannot is a warning, and fails no sweep.\n\n"
        "With --continue-on-error a backtest that fails is named on standard error, is not in the\n"
        "table nor in the checkpoint, and the exit status is 1. SIGUSR1 says what the caches do,\n"
        "SIGUSR2 empties them.",
    .options = sweep_options,
    .settings_size = sizeof(struct sweep_settings),
    .run = run_sweep,
};
