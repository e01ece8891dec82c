#include "harness/cmd/bench_table.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/result/record.h"
#include "harness/stats/describe.h"

#include <math.h>
#include <string.h>

enum { LABEL_SHOWN = 48 };

/* Below this much of a run may be the start of a process, and little the command's own. */
static const double short_ns = 5e6;

/* ---- cells ----------------------------------------------------------------------------------- */

/* Shortened, and nothing in it steers the terminal. */
static const char *label(struct arena *a, const char *text)
{
    struct text out = {0};
    int columns = 0;
    for (const char *p = text; *p && columns < LABEL_SHOWN; columns++) {
        size_t n = str_utf8_bytes(p, strlen(p));
        bool control = (unsigned char)*p < ' ' || *p == 0x7f ||
                       (n == 2 && (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0);
        text_add(&out, n == 0 || control ? "?" : p, n == 0 || control ? 1 : n);
        p += n ? n : 1;
        if (columns == LABEL_SHOWN - 1 && *p)
            text_puts(&out, "...");
    }
    const char *copy = arena_text(a, out.n ? out.p : "");
    text_done(&out);
    return copy;
}

static const char *time_text(struct arena *a, double ns)
{
    char text[UNITS_TEXT];
    return arena_text(a, units_time(text, ns));
}

static const char *span(struct arena *a, double low, double high)
{
    if (!isfinite(low) || !isfinite(high))
        return "n/a";
    return arena_format(a, "%s..%s", time_text(a, low), time_text(a, high));
}

static const char *usage(struct arena *a, const struct benchmark *b, enum benchmark_usage u)
{
    struct benchmark_spread spread = benchmark_spread(b, u);
    char text[UNITS_TEXT];
    if (!isfinite(spread.median))
        return "unavailable";
    if (strcmp(benchmark_usages[u].unit, "bytes") == 0)
        return arena_text(a, units_bytes(text, spread.median));
    if (strcmp(benchmark_usages[u].unit, "ns") == 0)
        return time_text(a, spread.mean); /* a system that counts ticks is right on average only */
    return arena_format(a, "%.9g", spread.median);
}

/* A bound that so few runs cannot give is 0 or infinite. */
static const char *ratios(struct arena *a, double low, double high)
{
    char l[UNITS_TEXT], h[UNITS_TEXT];
    if (!(low > 0 && isfinite(high)))
        return "n/a";
    return arena_format(a, "%s..%s", units_ratio(l, low), units_ratio(h, high));
}

/* ---- the table ------------------------------------------------------------------------------- */

void bench_table_begin(struct bench_shown *shown, const struct bench_group *like)
{
    struct arena *a = &shown->table.arena;
    const char *metric = probe_metrics[like->rule.metric].title;
    const char *heading[TABLE_COLUMNS] = {
        "command",       "runs",   arena_format(a, "median %s", metric),
        "95 % interval", "mean",   "sd",
        "min..max",      "user",   "system",
        "peak memory",   "faults", "switches"};
    int n = 12;
    shown->compares = like->n > 1;
    if (shown->compares) {
        heading[n++] = "ratio";
        heading[n++] = arena_format(a, "%.4g %% interval", 100 * bench_level(like));
    }
    table_cells(&shown->table, heading, n);
}

static void add_row(struct bench_shown *shown, const struct bench_group *g, int i)
{
    struct arena *a = &shown->table.arena;
    const struct benchmark *b = &g->benchmarks[i];
    double v[STATS_MAX];
    cell_values(&b->result, SIDE_BASE, g->rule.metric, v);
    struct stats_summary s = stats_describe(v, benchmark_count(b), RECORD_LEVEL);
    struct stats_interval median = benchmark_median(b, g->rule.metric, RECORD_LEVEL);
    struct stats_interval ratio = {1, 1, 1, 1};
    const char *cells[TABLE_COLUMNS];
    char text[UNITS_TEXT];
    int n = 0;
    if (i > 0)
        ratio = bench_ratio(g, i);
    cells[n++] = label(a, g->commands[i].cell.id);
    cells[n++] = arena_format(a, "%d", benchmark_count(b));
    cells[n++] = time_text(a, median.estimate);
    cells[n++] = span(a, median.low, median.high);
    cells[n++] = time_text(a, s.mean.estimate);
    cells[n++] = time_text(a, s.sd);
    cells[n++] = span(a, s.min, s.max);
    cells[n++] = usage(a, b, BENCHMARK_USER);
    cells[n++] = usage(a, b, BENCHMARK_SYSTEM);
    cells[n++] = usage(a, b, BENCHMARK_RSS);
    cells[n++] = usage(a, b, BENCHMARK_MINOR_FAULTS);
    cells[n++] = usage(a, b, BENCHMARK_VOLUNTARY);
    if (shown->compares) {
        cells[n++] = arena_text(a, units_ratio(text, ratio.estimate));
        cells[n++] = i == 0 ? "reference" : ratios(a, ratio.low, ratio.high);
    }
    table_cells(&shown->table, cells, n);
}

/* The fastest first. */
static void sort_by_ratio(const struct bench_group *g, int order[BENCH_COMMANDS_MAX])
{
    double ratio[BENCH_COMMANDS_MAX] = {1};
    for (int i = 0; i < g->n; i++) {
        int at = i;
        if (i > 0)
            ratio[i] = bench_ratio(g, i).estimate;
        for (; at > 0 && ratio[order[at - 1]] > ratio[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

/* ---- sentences ------------------------------------------------------------------------------- */

static void add_sentence(struct bench_shown *shown, const struct bench_group *g, int i)
{
    struct arena *a = &shown->table.arena;
    struct stats_interval r = bench_ratio(g, i);
    bool few = !(r.low > 0 && isfinite(r.high));
    const char *reference = label(a, g->commands[0].cell.id);
    const char *other = label(a, g->commands[i].cell.id);
    char times[UNITS_TEXT];
    if (few)
        text_printf(&shown->sentences, "\"%s\" against \"%s\": too few runs for an interval\n",
                    other, reference);
    else if (r.high < 1)
        text_printf(&shown->sentences, "\"%s\" is %s (%s) times as fast as \"%s\"\n", other,
                    units_ratio(times, 1 / r.estimate), ratios(a, 1 / r.high, 1 / r.low),
                    reference);
    else if (r.low > 1)
        text_printf(&shown->sentences, "\"%s\" is %s (%s) times as fast as \"%s\"\n", reference,
                    units_ratio(times, r.estimate), ratios(a, r.low, r.high), other);
    else
        text_printf(&shown->sentences, "no difference between \"%s\" and \"%s\" is proven (%s)\n",
                    other, reference, ratios(a, r.low, r.high));
}

/* ---- warnings -------------------------------------------------------------------------------- */

const char *bench_table_start(struct arena *a, double median_ns, double overhead_ns)
{
    char takes[UNITS_TEXT], start[UNITS_TEXT];
    units_time(takes, median_ns);
    if (overhead_ns >= median_ns)
        return arena_format(a,
                            "takes %s, less than the %s that starting a process took when it was "
                            "measured: no share of it can be told",
                            takes, units_time(start, overhead_ns));
    return arena_format(a, "takes %s, of which the start of a process is about %.0f %%", takes,
                        100 * overhead_ns / median_ns);
}

static void warn_of(struct bench_shown *shown, const struct benchmark *b, const char *name,
                    const struct probe_slice *overhead)
{
    struct arena *a = &shown->table.arena;
    bool is_off;
    int n = benchmark_count(b), failures = benchmark_failures(b), left = benchmark_left(b);
    int outliers = benchmark_outliers(b);
    double first = benchmark_first_run(b, &is_off);
    double median = benchmark_median(b, PROBE_WALL, RECORD_LEVEL).estimate;
    shown->is_below = shown->is_below || median <= (double)overhead->wall_ns;
    if (failures)
        log_warn("%s: %d of %d runs failed", name, failures, n);
    if (left)
        log_warn("%s: %d of %d runs left processes running; their CPU time and memory are "
                 "unavailable, and in no figure",
                 name, left, n);
    if (is_off)
        log_warn("%s: the first run took %.2f x the median of the others: caches were cold? "
                 "--warmup and --prepare make all runs alike",
                 name, first);
    if (outliers > is_off)
        log_warn("%s: %d of %d runs are outliers; none was removed", name, outliers, n);
    if (median < short_ns)
        log_warn("%s: %s", name, bench_table_start(a, median, (double)overhead->wall_ns));
}

void bench_table_add(struct bench_shown *shown, const struct bench_group *g,
                     const struct probe_slice *overhead)
{
    int order[BENCH_COMMANDS_MAX] = {0};
    sort_by_ratio(g, order);
    for (int i = 0; i < g->n; i++)
        add_row(shown, g, order[i]);
    for (int i = 1; i < g->n; i++)
        add_sentence(shown, g, i);
    for (int i = 0; i < g->n; i++)
        warn_of(shown, &g->benchmarks[i], label(&shown->table.arena, g->commands[i].cell.id),
                overhead);
    if (g->rule.precision > 0 && !(g->half_width <= g->rule.precision))
        log_warn("%s: the precision was not reached: +-%.2g %% after %d rounds",
                 label(&shown->table.arena, g->commands[0].cell.id), 100 * g->half_width,
                 g->rounds);
}

void bench_table_end(struct bench_shown *shown, const struct probe_slice *overhead, bool shell,
                     FILE *out)
{
    char wall[UNITS_TEXT], cpu[UNITS_TEXT];
    table_print(&shown->table, out);
    fputs(shown->sentences.n ? shown->sentences.p : "", out);
    if (overhead->wall_ns > 0)
        fprintf(out, "spawn overhead: %s wall, %s CPU (%s; %s)\n",
                units_time(wall, (double)overhead->wall_ns),
                units_time(cpu, (double)overhead->cpu_ns),
                shell ? "an empty line for the shell" : "an empty program",
                shown->is_below ? "measured apart, and more than a time above: the machine was busy"
                                : "it is in every time above");
    text_done(&shown->sentences);
    table_done(&shown->table);
}
