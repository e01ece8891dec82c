#include "kernels/backtest/base_load.h"

#include "kernels/backtest/result_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of all that is stored, listed before anything is read. */
struct listing {
    struct arena arena;
    struct stored {
        const char *range, *id;
        struct stored *next;
    } * first;
};

static bool list_one(void *context, const char *range, const char *id, struct err *e)
{
    (void)e;
    struct listing *list = context;
    struct stored *s = ARENA_NEW(&list->arena, struct stored, 1);
    *s =
        (struct stored){arena_text(&list->arena, range), arena_text(&list->arena, id), list->first};
    list->first = s;
    return true;
}

static int compare_items(const void *a, const void *b)
{
    return strcmp(((const struct bt_item *)a)->id, ((const struct bt_item *)b)->id);
}

/* The plan's combinations in the order of their ids. */
static struct bt_item *items_by_id(const struct bt_run *run, struct arena *a)
{
    long n = run->plan.combinations.count;
    struct bt_item *items = ARENA_NEW_RAW(a, struct bt_item, n);
    for (long i = 0; i < n; i++)
        bt_plan_item(&run->plan, i, &items[i]);
    qsort(items, (size_t)n, sizeof *items, compare_items);
    return items;
}

/* Parses it; a result of another plan is let go. false: unreadable. */
static bool parse_one(struct bt_run *run, const struct stored *s, const struct bt_item *items,
                      struct text *payload, struct bt_result **out, struct err *e)
{
    bool found;
    struct bt_item item = {0};
    snprintf(item.id, sizeof item.id, "%s", s->id);
    const struct bt_item *ours =
        bsearch(&item, items, (size_t)run->plan.combinations.count, sizeof *items, compare_items);
    int range = bt_plan_find_range(&run->plan, s->range);
    *out = NULL;
    text_clear(payload);
    if (!result_store_get(run->store, s->range, s->id, payload, &found, e))
        return false;
    run->counts.results_parsed++;
    if (!ours || range < 0)
        return true;
    item = *ours;
    item.backtest += range * run->plan.combinations.count;
    *out = bt_result_read(&run->plan, range, &item, (struct str){payload->p, payload->n}, e);
    return *out != NULL;
}

bool bt_base_load(struct bt_run *run, struct bt_sink *sink, struct err *e)
{
    struct listing list = {0};
    struct text payload = {0};
    struct err problem;
    long damaged;
    bool ok = result_store_each(run->store, list_one, &list, &damaged, e);
    const struct bt_item *items = items_by_id(run, &list.arena);
    for (const struct stored *s = list.first; ok && s; s = s->next) {
        struct bt_result *result;
        if (!parse_one(run, s, items, &payload, &result, &problem))
            bt_sink_problem(sink, &problem);
        else if (result)
            ok = sink->take(sink->context, result, e);
    }
    text_done(&payload);
    arena_done(&list.arena);
    return ok;
}
