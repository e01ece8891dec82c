/* cupel sweep: the backtest kernel for users: a grid of parameters over market data, as CSV. */
#include "harness/cmd/commands.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/run/interrupt.h"
#include "kernels/backtest/backtest.h"
#include "kernels/backtest/caches.h"
#include "kernels/registry.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct sweep_settings {
    struct bt_settings backtest;
    const char *layers, *csv, *store;
    bool resume, quiet;
};

static const struct opt sweep_options[] = {
    BT_SETTING_ROWS(struct sweep_settings, backtest., "-"),
    {.name = "layers",
                                             .kind = OPT_TEXT,
                                             .offset = offsetof(struct sweep_settings,                                               layers),
                                             .arg = "SET",
                                             .fallback = "all",
                                             .help = "layers that are on: all, none, names, -NAME to take one away"},
    {.name = "csv",
                                             .kind = OPT_TEXT,
                                             .offset = offsetof(struct sweep_settings, csv),
                                             .arg = "FILE|-",
                                             .fallback = "-",
                                             .help = "where the results go; - is standard output"},
    {.name = "store",
                                             .kind = OPT_TEXT,
                                             .offset = offsetof(struct sweep_settings,                                   store),
                                             .arg = "DIR",
                                             .help = "keep results and a checkpoint here; none: nothing is stored"},
    {.name = "resume",
                                             .kind = OPT_FLAG,
                                             .offset = offsetof(struct sweep_settings,                                                                           resume),
                                             .help = "go on with what the store holds"},
    {.name = "quiet",
                                             .kind = OPT_FLAG,
                                             .offset = offsetof(struct sweep_settings,quiet),
                                             .help = "no summary"                            },
    OPT_END,
};

/* ---- csv -------------------------------------------------------------------------------------- */

/* What the consumer of results gathers. */
struct gathered {
    const struct bt_plan *plan; /* set before the first result */
    struct text csv;
    double best; /* largest Sharpe ratio of one symbol */
    int best_symbol;
    double best_values[BT_PARAMS_MAX];
    bool replaced; /* a result of another content than the plan's */
};

/* Undefined is an empty field. 17 digits read back to the same bits. */
static void add_number(struct text *out, double x)
{
    if (isnan(x))
        text_puts(out, ",");
    else
        text_printf(out, ",%.17g", x);
}

static bool has_ranges(const struct bt_plan *plan)
{
    return plan->range_count > 1;
}

static bool is_shown(const struct bt_plan *plan, const struct bt_metric *m)
{
    static const char *const plain[] = {"total_return", "sharpe", "max_drawdown", "orders",
                                        "trades"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(m->name, plain[i]) == 0)
            return false;
    return plan->metrics_all;
}

static void add_header(const struct bt_plan *plan, struct text *out)
{
    text_printf(out, "%ssymbol,key,total_return,sharpe,max_drawdown,orders,trades",
                has_ranges(plan) ? "range," : "");
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (is_shown(plan, m))
            text_printf(out, ",%s", m->name);
    text_puts(out, "\n");
}

static void add_row(const struct bt_plan *plan, const struct bt_result *r, int s, struct text *out)
{
    const struct bt_row *row = &r->rows[s];
    char key[BT_KEY_TEXT];
    bt_plan_key(plan, r->item.values, key);
    if (has_ranges(plan))
        text_printf(out, "%s,", plan->ranges[r->range].name);
    text_printf(out, "%s,%s", plan->symbols[s], key);
    add_number(out, row->total_return);
    add_number(out, row->sharpe);
    add_number(out, row->max_drawdown);
    text_printf(out, ",%lld,%lld", (long long)row->orders, (long long)row->trades);
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (is_shown(plan, m))
            add_number(out, bt_metric_of(m, row));
    text_puts(out, "\n");
}

/* Symbols hold neither commas nor quotes (store/symbol.h): nothing needs quoting. */
static bool gather(void *context, const struct bt_result *r, struct err *e)
{
    (void)e;
    struct gathered *g = context;
    g->replaced = g->replaced || strcmp(r->content, g->plan->content) != 0;
    for (int s = 0; s < g->plan->symbol_count; s++) {
        add_row(g->plan, r, s, &g->csv);
        if (r->rows[s].sharpe > g->best) {
            g->best = r->rows[s].sharpe;
            g->best_symbol = s;
            memcpy(g->best_values, r->item.values, sizeof g->best_values);
        }
    }
    return true;
}

static bool write_csv(const struct text *text, const char *path, struct err *e)
{
    if (strcmp(path, "-") != 0)
        return io_write_output(path, text->p, text->n, e);
    return (fwrite(text->p, 1, text->n, stdout) == text->n && fflush(stdout) == 0) ||
           err_system(e, "standard output");
}

/* Said before hours of computing rather than after. */
static bool can_write_csv(const char *path, struct err *e)
{
    return strcmp(path, "-") == 0 || io_check_output(path, e) || err_prefix(e, "csv");
}

/* ---- summary ---------------------------------------------------------------------------------- */

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void say_best(const struct bt_run *run, const struct gathered *g)
{
    char key[BT_KEY_TEXT];
    if (g->best == -INFINITY) {
        log_info("no backtest has a Sharpe ratio: none of them traded");
        return;
    }
    bt_plan_key(&run->plan, g->best_values, key);
    log_info("best Sharpe ratio: %.3f, %s with %s %s", g->best, run->plan.symbols[g->best_symbol],
             run->plan.strategy->name, key);
}

static void say_summary(const struct bt_run *run, const struct gathered *g, double ns)
{
    char all[UNITS_TEXT], bars[UNITS_TEXT], took[UNITS_TEXT], from_store[UNITS_TEXT];
    long n = bt_plan_backtests(&run->plan);
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    uint64_t bar_backtests = 0, resumed = 0;
    for (int i = bt_run_counts(run, counts, KERNEL_COUNTS_MAX) - 1; i >= 0; i--) {
        if (strcmp(counts[i].name, "bar_backtests") == 0)
            bar_backtests = counts[i].value;
        if (strcmp(counts[i].name, "backtests_from_store") == 0)
            resumed = counts[i].value;
    }
    log_info("%s backtests (%s from the store), %s bar-backtests in %s",
             units_count(all, (uint64_t)n), units_count(from_store, resumed),
             units_count(bars, bar_backtests), units_time(took, ns));
    say_best(run, g);
    if (run->plan.synthetic)
        log_info("SYNTHETIC data: nobody ever traded at these prices");
}

/* ---- the command ------------------------------------------------------------------------------ */

static void say_lines(const struct text *lines, void (*say)(const char *format, ...))
{
    for (struct str rest = {lines->p, lines->n}; rest.p && rest.n;) {
        struct str line = str_cut(&rest, '\n');
        say("%.*s", (int)line.n, line.p);
    }
}

/* Told once. */
static void say_notes(struct text *notes)
{
    say_lines(notes, log_warn);
    text_clear(notes);
}

static void say_caches(const struct bt_run *run, bool advice)
{
    struct text lines = {0};
    bt_run_print_caches(run, advice, &lines);
    say_lines(&lines, log_info);
    text_done(&lines);
}

/* Results of two contents must not stand in one table; data that were edited in place have one. */
static bool same_bundle(const struct bt_run *run, const struct gathered *g, struct err *e)
{
    struct bundle_version now;
    if (!bundle_version(run->plan.bundle_dir, &now, e))
        return false;
    return (bundle_version_equal(now, run->plan.version) && !g->replaced) ||
           err_input(e, "%s: replaced while the sweep ran; run it again", run->plan.bundle_dir);
}

/* What is done when a signal comes is stored. */
static bool stop(struct bt_run *run, struct err *e)
{
    if (!bt_run_finish(run, e))
        return false;
    return err_set(e, ERR_INTERRUPTED,
                   run->store ? "interrupted; --resume goes on" : "interrupted");
}

static bool run_all(struct bt_run *run, long log_every, struct err *e)
{
    long n = bt_plan_backtests(&run->plan), slice = bt_run_slice(run);
    for (long lo = 0; lo < n; lo += slice) {
        if (!interrupt_none(e))
            return stop(run, e);
        if (!bt_run_step(run, lo, lo + slice < n ? lo + slice : n, e))
            return false;
        say_notes(&run->notes);
        if (log_every && lo + slice < n && (lo + slice) / log_every > lo / log_every)
            say_caches(run, false);
    }
    return bt_run_finish(run, e);
}

static bool sweep(const struct sweep_settings *s, struct bt_run *run, struct gathered *g,
                  struct err *e)
{
    double begin = now_ns();
    say_notes(&run->notes);
    add_header(&run->plan, &g->csv);
    bool ran = run_all(run, s->backtest.cache_log_every, e);
    say_notes(&run->notes);
    if (!ran || !same_bundle(run, g, e))
        return false;
    double ns = now_ns() - begin;
    if (!write_csv(&g->csv, s->csv, e))
        return false;
    say_summary(run, g, ns);
    if (s->backtest.cache_log_every)
        say_caches(run, true);
    return run->counts.failed == 0 ||
           err_input(e, "%llu backtests failed", (unsigned long long)run->counts.failed);
}

static enum err_code run_sweep(const struct invocation *in, struct err *e)
{
    const struct sweep_settings *s = in->settings;
    uint64_t layers;
    if (s->resume && !s->store) {
        err_input(e, "--resume needs --store DIR");
        return e->code;
    }
    if (!can_write_csv(s->csv, e) || !kernel_layers_parse(&kernel_backtest, s->layers, &layers, e))
        return e->code;
    log_set_quiet(s->quiet);
    interrupt_watch();
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves is an error of ours to tell, not our death */
    struct gathered g = {.best = -INFINITY};
    struct bt_run_target target = {
        .store = s->store, .resume = s->resume, .consumer = {.context = &g, .result = gather}};
    struct bt_run *run = bt_run_open(&s->backtest, layers, target, e);
    g.plan = run ? &run->plan : NULL;
    bool ok = run && sweep(s, run, &g, e);
    text_done(&g.csv);
    bt_run_close(run);
    return ok ? ERR_OK : e->code;
}

const struct command command_sweep = {
    .name = "sweep",
    .arguments = "--bundle DIR --param NAME=VALUES... [OPTIONS]",
    .summary = "backtest a grid of parameters over market data, results as CSV",
    .details =
        "Every combination of the parameters that the strategy allows (fast < slow) is tested "
        "over\n"
        "every symbol: long or flat, all cash, a fee on each side. Columns: symbol, key (the\n"
        "parameters), total_return, sharpe, max_drawdown, orders, trades (an open one counts);\n"
        "17 digits; an undefined Sharpe ratio is an empty field.\n\n"
        "  cupel sweep --bundle data/mag7 --symbols AAPL --param fast=2:100 --param slow=2:100 \\\n"
        "      --store runs/w1 --csv w1.csv\n\n"
        "A run that was killed or interrupted goes on with --resume, whatever its layers and "
        "workers were. A\n"
        "store remembers the data, symbols, strategy, fill, fee and range of its results, and is\n"
        "refused for any other.",
    .options = sweep_options,
    .settings_size = sizeof(struct sweep_settings),
    .run = run_sweep,
};
