#include "harness/cmd/sweep_progress.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/probe/machine.h"
#include "kernels/backtest/caches.h"

#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_UNKNOWN = 80, LINE = 256 };
static const int64_t terminal_interval_ns = 200000000, plain_interval_ns = 5000000000;
static const double memory_s = 3;

void sweep_progress_open(struct sweep_progress *p, const struct bt_run *run, bool wanted)
{
    *p = (struct sweep_progress){
        .out = wanted && !log_is_quiet() ? stderr : NULL,
        .terminal = isatty(STDERR_FILENO) == 1,
        .now_ns = probe_now_ns,
        .run = run,
        .range = -1,
        .seen_ns = probe_now_ns(),
    };
    p->shown_ns = p->terminal ? 0 : p->seen_ns;
}

/* ---- what it tells ---------------------------------------------------------------------------- */

static uint64_t done_of(const struct bt_run *run)
{
    return (uint64_t)run->digest.results + run->counts.failed;
}

static long selected_in(const struct bt_run *run, int range)
{
    long n = 0, count = run->plan.combinations.count;
    for (long i = 0; i < count; i++)
        n += bt_selected(&run->selection, &run->plan, range * count + i);
    return n;
}

/* The most that ranges after this one can hold. */
static double later(const struct bt_plan *plan, int range)
{
    double n = 0;
    for (int r = range + 1; r < plan->range_count; r++)
        n += plan->roles[r].window >= 0 && plan->roles[r].phase != BT_TRAIN
                 ? 1
                 : (double)plan->combinations.count;
    return n;
}

/* Weights of what was before the first count are left out, so that the mean is right from the start. */
void sweep_rate_add(struct sweep_rate *r, double rate, double seconds)
{
    double keep = exp(-seconds / memory_s);
    r->sum = r->sum * keep + rate * (1 - keep);
    r->weight = r->weight * keep + 1 - keep;
}

double sweep_rate_now(const struct sweep_rate *r)
{
    return r->weight > 0 ? r->sum / r->weight : (double)NAN;
}

static void look_at_rate(struct sweep_progress *p, int64_t now)
{
    uint64_t done = done_of(p->run);
    double dt = (double)(now - p->seen_ns) / 1e9;
    if (dt <= 0 || done == p->seen)
        return;
    sweep_rate_add(&p->rate, (double)(done - p->seen) / dt, dt);
    p->seen = done;
    p->seen_ns = now;
}

/* Of all caches together, 0..1; NaN: nobody asked. */
static double hit_rate(const struct bt_run *run)
{
    struct cache_stats caches[BT_CACHES_MAX], all = {0};
    for (int i = bt_run_caches(run, caches, BT_CACHES_MAX) - 1; i >= 0; i--) {
        all.hits += caches[i].hits;
        all.misses += caches[i].misses;
    }
    return cache_hit_rate(&all);
}

static int range_of(const struct sweep_progress *p, char out[LINE])
{
    const struct bt_plan *plan = &p->run->plan;
    out[0] = '\0';
    return plan->range_count == 1 ? 0
                                  : snprintf(out, LINE, "[%d/%d] %s ", p->range + 1,
                                             plan->range_count, plan->ranges[p->range].name);
}

static size_t line_of(const struct sweep_progress *p, char out[LINE])
{
    const struct bt_plan *plan = &p->run->plan;
    char done[UNITS_TEXT], total[UNITS_TEXT], rate[UNITS_TEXT], left[UNITS_TEXT];
    uint64_t in_range = done_of(p->run) - p->range_begin;
    double hits = hit_rate(p->run), per_second = sweep_rate_now(&p->rate);
    int n = range_of(p, out);
    n += snprintf(out + n, LINE - (size_t)n, "%s  %s/%s", plan->strategy->name,
                  units_count(done, in_range), units_count(total, (uint64_t)p->range_total));
    double rest = (double)p->range_total - (double)in_range + later(plan, p->range);
    if (per_second > 0)
        n += snprintf(out + n, LINE - (size_t)n, "  %s/s  %s left",
                      units_count(rate, (uint64_t)per_second),
                      units_time(left, rest / per_second * 1e9));
    if (!isnan(hits))
        n += snprintf(out + n, LINE - (size_t)n, "  cache hits %.3f", hits);
    return (size_t)n < LINE ? (size_t)n : LINE - 1;
}

/* ---- showing ---------------------------------------------------------------------------------- */

static int width_of(const struct sweep_progress *p)
{
    struct winsize size;
    if (p->width > 0)
        return p->width;
    return ioctl(fileno(p->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                            : WIDTH_UNKNOWN;
}

/* One column stays free on a terminal: a full last one would wrap, and \r not come back. */
static void show(struct sweep_progress *p, int64_t now)
{
    char line[LINE];
    size_t n = line_of(p, line);
    size_t room = p->terminal ? (size_t)width_of(p) - 1 : LINE;
    n = n < room ? n : room;
    if (p->terminal)
        fprintf(p->out, "\r%.*s\x1b[K", (int)n, line);
    else
        fprintf(p->out, "cupel: %.*s\n", (int)n, line);
    fflush(p->out);
    p->live = p->terminal;
    p->shown_ns = now;
}

static void enter_range(struct sweep_progress *p, int range)
{
    p->range_begin = p->range < 0 ? 0 : done_of(p->run);
    p->range = range;
    p->range_total = selected_in(p->run, range);
}

void sweep_progress_tick(struct sweep_progress *p, long at)
{
    const struct bt_plan *plan = &p->run->plan;
    if (!p->out)
        return;
    int64_t now = p->now_ns();
    long count = plan->combinations.count;
    if (p->range < 0)
        enter_range(p, 0);
    bool ends = at >= (p->range + 1) * count; /* of the range */
    if (now - p->shown_ns >= (p->terminal ? terminal_interval_ns : plain_interval_ns) ||
        (ends && !p->terminal)) {
        look_at_rate(p, now);
        show(p, now);
    }
    if (ends && p->range + 1 < plan->range_count)
        enter_range(p, p->range + 1);
}

void sweep_progress_wipe(struct sweep_progress *p)
{
    if (!p->live)
        return;
    fputs("\r\x1b[K", p->out);
    fflush(p->out);
    p->live = false;
    p->shown_ns = 0;
}
