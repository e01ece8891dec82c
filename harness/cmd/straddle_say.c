#include "harness/cmd/straddle_say.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/cmd/table.h"

#include <math.h>
#include <string.h>

/* ---- before the table ------------------------------------------------------------------------- */

/* Assets with that note, behind each other. */
static void add_assets(const struct st_run *run, const char *note, struct text *out)
{
    const struct st_tasks *t = &run->tasks;
    const char *comma = "";
    for (int i = 0; i < t->asset_count; i++)
        if (strcmp(t->assets[i].note, note) == 0) {
            text_printf(out, "%s%s", comma, run->env.assets.v[t->assets[i].asset]);
            comma = ", ";
        }
    text_puts(out, "\n");
}

static bool is_first(const struct st_tasks *t, int asset)
{
    for (int i = 0; i < asset; i++)
        if (strcmp(t->assets[i].note, t->assets[asset].note) == 0)
            return false;
    return t->assets[asset].note[0] != '\0';
}

void straddle_say_marks(const struct st_run *run, struct text *out)
{
    const struct st_tasks *t = &run->tasks;
    int made_up = 0;
    for (int i = 0; i < t->asset_count; i++)
        made_up += t->assets[i].is_synthetic;
    if (made_up) {
        text_printf(out,
                    "# SYNTHETIC: %d of %d assets, nobody ever traded at their prices:", made_up,
                    t->asset_count);
        const char *comma = " ";
        for (int i = 0; i < t->asset_count; i++)
            if (t->assets[i].is_synthetic) {
                text_printf(out, "%s%s", comma, run->env.assets.v[t->assets[i].asset]);
                comma = ", ";
            }
        text_puts(out, "\n");
    }
    for (int i = 0; i < t->asset_count; i++)
        if (is_first(t, i)) {
            text_printf(out, "# %s: ", t->assets[i].note);
            add_assets(run, t->assets[i].note, out);
        }
}

/* ---- lines ------------------------------------------------------------------------------------ */

static double a_second(double n, double ns)
{
    return ns > 0 ? n / ns * 1e9 : 0;
}

static const char *state_name(int state)
{
    return state == ST_FAILED ? "failed" : valuation_state_text((enum valuation_state)state);
}

static void say_states(const struct st_run *run)
{
    struct text line = {0};
    char n[UNITS_TEXT];
    for (int s = 0; s <= ST_FAILED; s++)
        if (run->states[s])
            text_printf(&line, "%s%s %s", line.n ? ", " : "", state_name(s),
                        units_count(n, run->states[s]));
    text_printf(&line, "%sdays not valued %s", line.n ? "; " : "", units_count(n, run->not_valued));
    log_info("%s", line.p);
    text_done(&line);
}

void straddle_say_summary(const struct st_run *run, const struct straddle_spent *spent)
{
    char n[UNITS_TEXT], rows[UNITS_TEXT], rate[UNITS_TEXT], row_rate[UNITS_TEXT];
    double wall = spent->wall_ns;
    log_info("%s straddles, %s rows in %.3f s: %s straddles/s, %s rows/s",
             units_count(n, (uint64_t)run->done), units_count(rows, run->rows), wall / 1e9,
             units_count(rate, (uint64_t)a_second((double)run->done, wall)),
             units_count(row_rate, (uint64_t)a_second((double)run->rows, wall)));
    log_info(
        "CPU %.3f s, %.0f %% of one core; %ld worker%s; %.3f s of all before the first straddle: "
        "asset file, chain and overrides read, straddles expanded",
        spent->cpu_ns / 1e9, 100 * spent->cpu_ns / fmax(wall, 1), run->workers,
        run->workers == 1 ? "" : "s", spent->begin_ns / 1e9);
    if (spent->world_ns > 0)
        log_info("before that, finding or making the world took %.3f s", spent->world_ns / 1e9);
    say_states(run);
}

/* ---- caches ----------------------------------------------------------------------------------- */

static const char *count(struct arena *a, uint64_t n)
{
    char text[UNITS_TEXT];
    return arena_text(a, units_count(text, n));
}

static void add_cache(struct table *t, const struct cache_stats *s)
{
    char bytes[UNITS_TEXT];
    double rate = cache_hit_rate(s);
    table_row(t, s->name, count(&t->arena, s->hits), count(&t->arena, s->misses),
              isnan(rate) ? "none" : arena_format(&t->arena, "%.3f", rate),
              count(&t->arena, s->entries), units_bytes(bytes, (double)s->bytes),
              s->entry_limit ? count(&t->arena, s->entry_limit) : "none",
              count(&t->arena, s->evictions), NULL);
}

void straddle_say_caches(const struct st_run *run)
{
    struct cache_stats caches[ST_MEMOS];
    struct table t = {0};
    int n = st_run_caches(run, caches);
    if (n == 0)
        log_info("no caches are on");
    table_row(&t, "cache", "hits", "misses", "rate", "entries", "size", "limit", "evictions", NULL);
    for (int i = 0; i < n; i++)
        add_cache(&t, &caches[i]);
    if (!log_is_quiet())
        table_print(&t, stderr);
    table_done(&t);
    if (n && run->workers > 1)
        log_info("entries and sizes are those of %ld workers together", run->workers);
}

/* ---- more ------------------------------------------------------------------------------------- */

static void say_workers(const struct st_run *run)
{
    struct st_tally t = st_run_tally(run);
    struct pool_stats s = pool_stats(run->pool);
    char warm[UNITS_TEXT], to[UNITS_TEXT], from[UNITS_TEXT];
    uint64_t n = t.v[ST_WARMED];
    log_info("warm-up: %llu workers, %s and %.1f files each, beside what the caches tell",
             (unsigned long long)n, units_time(warm, n ? (double)t.v[ST_WARM_NS] / (double)n : 0.0),
             n ? (double)t.v[ST_WARM_FILES] / (double)n : 0.0);
    log_info("to workers %s, from workers %s; prices are never sent",
             units_bytes(to, (double)s.bytes_sent), units_bytes(from, (double)s.bytes_received));
}

void straddle_say_more(const struct st_run *run, const struct straddle_spent *spent)
{
    static const double full[] = {177840, 231192}; /* 20 and 26 years of 8,892 a year */
    struct st_tally t = st_run_tally(run);
    char queries[UNITS_TEXT], trips[UNITS_TEXT], n[UNITS_TEXT], took[UNITS_TEXT], one[UNITS_TEXT];
    log_info("prices: %s queries in %s trips", units_count(queries, t.v[ST_QUERIES]),
             units_count(trips, t.v[ST_TRIPS]));
    if (run->pool)
        say_workers(run);
    double each = run->done ? (spent->wall_ns - spent->begin_ns) / (double)run->done : 0;
    for (size_t i = 0; i < sizeof full / sizeof *full; i++)
        log_info(
            "ESTIMATE, not measured: %s straddles would take %s, at %s a straddle after expanding",
            units_count(n, (uint64_t)full[i]), units_time(took, full[i] * each),
            units_time(one, each));
}

/* ---- for programs ----------------------------------------------------------------------------- */

static void put_caches(const struct st_run *run, struct json *o)
{
    struct cache_stats caches[ST_MEMOS];
    struct json *all = json_put_object(o, "caches");
    int n = st_run_caches(run, caches);
    for (int i = 0; i < n; i++) {
        struct json *c = json_put_object(all, caches[i].name);
        json_put_number(c, "hits", (double)caches[i].hits);
        json_put_number(c, "misses", (double)caches[i].misses);
        json_put_number(c, "entries", (double)caches[i].entries);
        json_put_number(c, "bytes", (double)caches[i].bytes);
        json_put_number(c, "evictions", (double)caches[i].evictions);
    }
}

struct json *straddle_summary(const struct st_run *run, const struct straddle_spent *spent,
                              const struct kernel_digest *digest)
{
    struct json *o = json_object();
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    json_put_number(o, "seconds", spent->wall_ns / 1e9);
    json_put_number(o, "cpu_seconds", spent->cpu_ns / 1e9);
    json_put_number(o, "begin_seconds", spent->begin_ns / 1e9);
    json_put_number(o, "world_seconds", spent->world_ns / 1e9);
    json_put_number(o, "straddles_per_s", a_second((double)run->done, spent->wall_ns));
    json_put_number(o, "rows_per_s", a_second((double)run->rows, spent->wall_ns));
    json_put_number(o, "workers", (double)run->workers);
    json_put_text(o, "digest", digest->exact);
    struct json *states = json_put_object(o, "states");
    for (int s = 0; s <= ST_FAILED; s++)
        json_put_number(states, state_name(s), (double)run->states[s]);
    struct json *c = json_put_object(o, "counts");
    int n = st_run_counts(run, counts, KERNEL_COUNTS_MAX);
    for (int i = 0; i < n; i++)
        json_put_number(c, counts[i].name, (double)counts[i].value);
    put_caches(run, o);
    return o;
}
