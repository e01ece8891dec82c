#include "harness/cmd/sweep_caches.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/cmd/table.h"
#include "kernels/backtest/caches.h"
#include "kernels/cache/advice.h"
#include "kernels/pool/pool.h"

#include <math.h>
#include <signal.h>

/* ---- what is asked ---------------------------------------------------------------------------- */

static volatile sig_atomic_t asked_to_say, asked_to_clear;

static void note(int number)
{
    if (number == SIGUSR1)
        asked_to_say = 1;
    else
        asked_to_clear = 1;
}

void sweep_caches_watch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
}

static uint64_t done_of(const struct bt_run *run)
{
    return (uint64_t)run->digest.results + run->counts.failed;
}

bool sweep_caches_due(const struct bt_run *run, long every, uint64_t *logged)
{
    uint64_t done = done_of(run);
    if (every > 0 && done / (uint64_t)every > *logged / (uint64_t)every) {
        *logged = done;
        asked_to_say = 1;
    }
    return asked_to_say || asked_to_clear;
}

/* Workers hold caches of their own: they end, and the next step forks others. */
static void clear(struct bt_run *run)
{
    struct err ignored; /* all of them: none can be unknown */
    struct cache_stats caches[BT_CACHES_MAX];
    if (bt_run_caches(run, caches, BT_CACHES_MAX) == 0 ||
        !bt_run_clear_caches(run, NULL, &ignored)) {
        log_info("no caches are on");
        return;
    }
    if (run->pool)
        pool_restart(run->pool);
    log_info("caches cleared%s", run->pool ? ", those of the workers too" : "");
}

void sweep_caches_tend(struct bt_run *run)
{
    if (asked_to_say) {
        asked_to_say = 0;
        sweep_caches_say_lines(run);
    }
    if (asked_to_clear) {
        asked_to_clear = 0;
        clear(run);
    }
}

/* ---- what is said ----------------------------------------------------------------------------- */

static void say_text(struct text *text)
{
    for (struct str rest = {text->p, text->n}; rest.p && rest.n;) {
        struct str line = str_cut(&rest, '\n');
        log_info("%.*s", (int)line.n, line.p);
    }
    text_done(text);
}

static bool in_workers(const struct bt_run *run)
{
    return run->plan.workers > 1;
}

static void say_whose(const struct bt_run *run)
{
    if (in_workers(run))
        log_info(
            "requests are those of %ld workers and this process; entries and bytes, which each "
            "worker has of its own, are not known here",
            run->plan.workers);
}

void sweep_caches_say_lines(const struct bt_run *run)
{
    struct text text = {0};
    char done[UNITS_TEXT];
    text_printf(&text, "caches after %s backtests:\n", units_count(done, done_of(run)));
    bt_run_print_caches(run, false, &text);
    say_text(&text);
    say_whose(run);
}

static const char *number(struct arena *a, uint64_t n)
{
    char text[UNITS_TEXT];
    return arena_text(a, units_count(text, n));
}

static const char *size(struct arena *a, double bytes)
{
    char text[UNITS_TEXT];
    return arena_text(a, units_bytes(text, bytes));
}

static const char *limit(struct arena *a, const struct cache_stats *s)
{
    return s->byte_limit    ? size(a, (double)s->byte_limit)
           : s->entry_limit ? arena_format(a, "%s entries", number(a, s->entry_limit))
                            : "none";
}

static void add_row(struct table *t, const struct cache_stats *s, bool known)
{
    struct arena *a = &t->arena;
    double rate = cache_hit_rate(s);
    table_row(t, s->name, number(a, s->hits), number(a, s->misses),
              isnan(rate) ? "none" : arena_format(a, "%.3f", rate),
              known ? number(a, s->entries) : "?", known ? size(a, (double)s->bytes) : "?",
              limit(a, s), number(a, s->evictions), number(a, s->refusals),
              cache_rate_verdict(s)->word, known ? cache_memory_verdict(s)->word : "?", NULL);
}

/* Where sizes are not known they say nothing about memory. */
static void advise(const struct cache_stats *s, bool known, struct text *out)
{
    if (known || cache_is_covered(s)) {
        cache_advise(s, out);
        return;
    }
    const struct cache_verdict *rate = cache_rate_verdict(s);
    text_printf(out, "%s: hit rate %s: %s%s%s\n", s->name, rate->word, rate->advice,
                rate->after ? s->setting : "", rate->after ? rate->after : "");
}

void sweep_caches_say_table(const struct bt_run *run)
{
    struct cache_stats caches[BT_CACHES_MAX];
    struct table t = {0};
    struct text advice = {0};
    int n = bt_run_caches(run, caches, BT_CACHES_MAX);
    if (n == 0)
        log_info("no caches are on");
    table_row(&t, "cache", "hits", "misses", "rate", "entries", "size", "limit", "evictions",
              "refusals", "hit rate", "memory", NULL);
    for (int i = 0; i < n; i++) {
        add_row(&t, &caches[i], !in_workers(run));
        advise(&caches[i], !in_workers(run), &advice);
    }
    if (!log_is_quiet())
        table_print(&t, stderr);
    table_done(&t);
    say_text(&advice);
    if (n)
        say_whose(run);
}
