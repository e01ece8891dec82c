#include "harness/cmd/run_speed.h"

#include "harness/base/units.h"
#include "harness/result/rate.h"
#include "harness/result/throughput.h"

#include <math.h>
#include <string.h>

static const char *digits(char out[UNITS_TEXT], int n, double value)
{
    snprintf(out, UNITS_TEXT, isfinite(value) ? "%.*g" : "-", n, value);
    return out;
}

static const char *percent(char out[UNITS_TEXT], double share)
{
    snprintf(out, UNITS_TEXT, isfinite(share) ? "%.1f %%" : "-", 100 * share);
    return out;
}

static const char *interval(char out[2 * UNITS_TEXT], struct stats_interval i)
{
    if (isfinite(i.low) && isfinite(i.high))
        snprintf(out, 2 * UNITS_TEXT, "%.3g..%.3g", i.low, i.high);
    else
        snprintf(out, 2 * UNITS_TEXT, "-");
    return out;
}

static const char *const side_names[SIDES] = {"base", "new"};

static void add_rate(struct run_speed *s, const struct cell_result *r, int side)
{
    struct rate rate;
    if (!rate_of(r, side, &rate))
        return;
    struct arena *a = &s->rates.arena;
    char n[UNITS_TEXT], low[UNITS_TEXT], high[UNITS_TEXT], cpu[UNITS_TEXT], all[UNITS_TEXT];
    units_count(low, (uint64_t)rate.wall.low);
    units_count(high, (uint64_t)rate.wall.high);
    if (s->rate_rows++ == 0)
        table_row(&s->rates, "speed", "a second", "95 % interval", "a second of CPU", "in a run",
                  NULL);
    table_row(&s->rates, arena_format(a, "%.48s %s", r->cell->id, side_names[side]),
              arena_format(a, "%s %s/s", units_count(n, (uint64_t)rate.wall.estimate), rate.unit),
              isfinite(rate.wall.high) ? arena_format(a, "%s..%s", low, high) : "-",
              units_count(cpu, (uint64_t)rate.cpu.estimate), units_count(all, (uint64_t)rate.count),
              NULL);
}

static void add_side(struct run_speed *s, const struct cell_result *r, int side)
{
    struct throughput t;
    if (!throughput_of(r, side, &t))
        return;
    if (s->rows++ == 0)
        table_row(&s->table, "ns a bar-backtest", "CPU", "95 % interval", "fastest", "wall",
                  "backtests/s", "of dense", "instructions", "of issue", NULL);
    char label[64], cpu[UNITS_TEXT], bounds[2 * UNITS_TEXT], min[UNITS_TEXT], wall[UNITS_TEXT];
    char rate[UNITS_TEXT], dense[UNITS_TEXT], count[UNITS_TEXT], issue[UNITS_TEXT];
    snprintf(label, sizeof label, "%.48s %s", r->cell->id, side_names[side]);
    table_row(&s->table, label, digits(cpu, 4, t.cpu_ns.estimate), interval(bounds, t.cpu_ns),
              digits(min, 4, t.min_ns), digits(wall, 4, t.wall_ns.estimate),
              units_count(rate, (uint64_t)t.backtests_per_s), percent(dense, t.dense_share),
              digits(count, 4, t.instructions), percent(issue, t.issue_share), NULL);
}

void run_speed_add(struct run_speed *s, const struct cell_result *r)
{
    for (int side = 0; side < SIDES; side++) {
        add_side(s, r, side);
        add_rate(s, r, side);
        if (!s->reason[0])
            snprintf(s->reason, sizeof s->reason, "%s", r->sides[side].instructions_reason);
    }
    for (int i = 0; i < r->count; i++) {
        s->pairs++;
        s->contended += throughput_contended(r, &r->pairs[i]);
        if (r->pairs[i].has_ceiling && s->ceiling.dense_ns <= 0)
            s->ceiling = r->pairs[i].ceiling[0];
    }
    s->best_ipc = r->best_ipc;
}

static void print_ceilings(const struct run_speed *s, FILE *out)
{
    if (s->ceiling.dense_ns > 0)
        fprintf(out,
                "ceilings: %.3f GHz, %.2f instructions a clock, dense (12 operations a bar of 4 "
                "combinations) %.3f ns; %d of %d pairs contended\n",
                s->ceiling.clock_ghz, s->best_ipc, s->ceiling.dense_ns, s->contended, s->pairs);
    else
        fprintf(out, "ceilings: not measured: %s\n",
                ceiling_reason() ? ceiling_reason() : "the CPU could not be chosen");
}

void run_speed_print(const struct run_speed *s, FILE *out)
{
    if (s->rows > 0) {
        fputc('\n', out);
        table_print(&s->table, out);
        print_ceilings(s, out);
    }
    if (s->rate_rows > 0) {
        fputc('\n', out);
        table_print(&s->rates, out);
    }
    if (s->reason[0])
        fprintf(out, "instructions (-): not counted: %s\n", s->reason);
}

void run_speed_done(struct run_speed *s)
{
    table_done(&s->table);
    table_done(&s->rates);
}
