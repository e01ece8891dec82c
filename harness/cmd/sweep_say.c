#include "harness/cmd/sweep_say.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/cmd/sweep_advice.h"
#include "harness/cmd/sweep_caches.h"

#include <string.h>

void sweep_say_notes(struct bt_run *run, struct sweep_progress *progress)
{
    struct text *notes = &run->notes;
    if (notes->n)
        sweep_progress_wipe(progress);
    for (struct str rest = {notes->p, notes->n}; rest.p && rest.n;) {
        struct str line = str_cut(&rest, '\n');
        log_warn("%.*s", (int)line.n, line.p);
    }
    text_clear(notes);
}

static void say_best(const struct sweep_say *s)
{
    const struct bt_plan *plan = &s->run->plan;
    const char *objective = plan->objective->name;
    char key[BT_KEY_TEXT];
    double values[BT_PARAMS_MAX];
    if (s->best->backtest < 0) {
        log_info("no result has a %s", objective);
        return;
    }
    bt_combination(&plan->combinations, s->best->combination, values);
    bt_plan_key(plan, values, key);
    log_info("best %s: %.4g, %s%s%s%s", objective, s->best->value.value, plan->strategy->name,
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

void sweep_say_summary(const struct sweep_say *s)
{
    const struct bt_run *run = s->run;
    char all[UNITS_TEXT], bars[UNITS_TEXT], took[UNITS_TEXT], from_store[UNITS_TEXT];
    uint64_t resumed = count_named(run, "backtests_from_store");
    log_info("%s backtests (%s from the store), %s bar-backtests in %s",
             units_count(all, (uint64_t)run->digest.results), units_count(from_store, resumed),
             units_count(bars, count_named(run, "bar_backtests")), units_time(took, (double)s->ns));
    if (bt_plan_looks_back(&run->plan))
        log_info("%s results passed the filters", units_count(all, s->delivered));
    if (s->walk->value)
        sweep_walk_say(s->walk);
    else
        say_best(s);
    if (run->plan.synthetic)
        log_info("SYNTHETIC data: nobody ever traded at these prices");
    say_advice(run, count_named(run, "backtests"));
    if (s->caches)
        sweep_caches_say_table(run);
}
