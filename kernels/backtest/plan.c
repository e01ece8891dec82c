#include "kernels/backtest/plan.h"

#include "kernels/backtest/filter_parse.h"
#include "kernels/backtest/plugged.h"
#include "kernels/backtest/scope.h"
#include "kernels/backtest/strategies.h"
#include "kernels/numerics/cpu.h"
#include "kernels/shared_object.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct bt_fill fills[] = {
    {"close",      BT_CLOSE, 0},
    {"next-open",  BT_OPEN,  1},
    {"next-close", BT_CLOSE, 1},
};

/* One of bt_fill_names; "open" is short for next-open. */
static struct bt_fill fill_named(const char *name)
{
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++)
        if (strcmp(fills[i].name, name) == 0)
            return fills[i];
    return fills[1];
}

/* ---- ids -------------------------------------------------------------------------------------- */

/* Canonical: fields in this order, numbers with 17 digits, no blanks. Changing a byte here makes
 * every stored result a stranger. */
static void canonical(const struct bt_plan *p, const double *values, struct text *out)
{
    text_puts(out, "{\"fee\":");
    text_add_double(out, p->fee);
    text_puts(out, ",\"fill\":\"");
    text_puts(out, p->fill.name);
    text_puts(out, "\",\"params\":{");
    for (int i = 0; i < p->strategy->param_count; i++) {
        text_puts(out, i ? ",\"" : "\"");
        text_puts(out, p->strategy->params[i].name);
        text_puts(out, "\":");
        text_add_double(out, values[i]);
    }
    text_puts(out, "},\"periods_per_year\":");
    text_add_double(out, p->periods_per_year);
    text_puts(out, ",\"strategy\":\"");
    text_puts(out, p->strategy->name);
    text_puts(out, "\"}");
}

static void digits_of(const struct text *text, char out[BT_ID_TEXT])
{
    char hex[SHA256_HEX];
    sha256_of(text->p, text->n, hex);
    memcpy(out, hex, BT_ID_TEXT - 1);
    out[BT_ID_TEXT - 1] = '\0';
}

/* Sixteen digits: two of a million combinations share one with chance 3e-8. */
void bt_plan_id(const struct bt_plan *p, struct bt_item *item)
{
    struct text text = {0};
    if (item->id[0])
        return;
    canonical(p, item->values, &text);
    digits_of(&text, item->id);
    text_done(&text);
}

void bt_plan_item_along(const struct bt_plan *p, struct bt_walk *walk, long backtest,
                        struct bt_item *out)
{
    long combination = bt_plan_combination(p, backtest);
    out->backtest = backtest;
    out->id[0] = '\0';
    if (walk->of != &p->combinations || walk->next != combination)
        *walk = bt_walk_from(&p->combinations, combination);
    bt_walk_next(walk, out->values);
}

void bt_plan_item(const struct bt_plan *p, long backtest, struct bt_item *out)
{
    struct bt_walk walk = {0};
    bt_plan_item_along(p, &walk, backtest, out);
    bt_plan_id(p, out);
}

_Static_assert((int)BT_STAMP_TEXT == (int)BT_ID_TEXT, "both are made by digits_of");

enum { STORED_AT = BT_STAMP_TEXT - 2 }; /* the digit that says what is stored */

static const char digits[] = "0123456789abcdef";

static int stored_in(const struct bt_plan *p)
{
    static const int of_snapshots[] = {[BT_NO_SNAPSHOTS] = 0, [BT_DAILY] = 4, [BT_WEEKLY] = 8};
    return p->metrics_all + 2 * p->trades + of_snapshots[p->snapshots];
}

static void make_stamp(const struct bt_plan *p, const struct bt_range *range, const char *content,
                       char out[BT_STAMP_TEXT])
{
    struct text text = {0};
    text_printf(&text, "%s %s %" PRId64 " %" PRId64, p->code, content, range->from, range->to);
    for (int s = 0; s < p->symbol_count; s++)
        text_printf(&text, " %s", p->symbols[s]);
    digits_of(&text, out);
    text_done(&text);
    out[STORED_AT] = digits[stored_in(p)];
}

void bt_plan_stamp(const struct bt_plan *p, int range, const char *content, char out[BT_STAMP_TEXT])
{
    if (strcmp(content, p->content) == 0)
        memcpy(out, p->roles[range].stamp, BT_STAMP_TEXT);
    else
        make_stamp(p, &p->ranges[range], content, out);
}

/* Both are BT_STAMP_TEXT long, or of no plan. */
bool bt_stamp_serves(const char *stored, const char *asked)
{
    if (strncmp(stored, asked, STORED_AT) != 0 || !stored[STORED_AT])
        return false;
    const char *has = strchr(digits, stored[STORED_AT]), *wants = strchr(digits, asked[STORED_AT]);
    return has && wants && ((wants - digits) & ~(has - digits)) == 0;
}

/* ---- workers ---------------------------------------------------------------------------------- */

static bool count_workers(long asked, long *out, struct err *e)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *out = asked > 0 ? asked : cores > 0 ? cores : 1;
    return asked != 0 || err_input(e, "workers: expected 1 or more, or -1 for all cores, found 0");
}

/* ---- plan ------------------------------------------------------------------------------------- */

static void stamp_ranges(struct bt_plan *out)
{
    for (int r = 0; r < out->range_count; r++)
        make_stamp(out, &out->ranges[r], out->content, out->roles[r].stamp);
}

static bool plan_over(struct bundle *b, const struct bt_settings *s, struct arena *a,
                      struct bt_plan *out, struct err *e)
{
    const struct bundle_info *info = bundle_info(b);
    out->content = arena_text(a, info->content);
    out->synthetic = info->synthetic;
    if (!bt_scope_symbols(s, b, a, out, e) || !bt_scope_ranges(s, b, a, out, e))
        return false;
    stamp_ranges(out);
    return true;
}

static bool find_strategy(const char *name, struct arena *a, struct bt_plan *out, struct err *e)
{
    struct bt_plugged plugged;
    if (!shared_object_is_path(name)) {
        out->strategy = bt_strategy_find(name, e);
        out->code = bt_code_hash();
        return out->strategy != NULL;
    }
    if (!bt_plugged_load(name, a, &plugged, e))
        return false;
    out->strategy = plugged.strategy;
    out->strategy_file = plugged.path;
    out->strategy_sha256 = arena_text(a, plugged.sha256);
    out->code = arena_text(a, plugged.code);
    return true;
}

static bool make_combinations(const struct bt_settings *s, const struct bt_space *space,
                              struct arena *a, struct bt_combinations *out, struct err *e)
{
    if (s->trials && strcmp(s->search, "grid") == 0)
        return err_input(e, "trials: expected it with search random or walk-forward only");
    return s->trials || strcmp(s->search, "random") == 0
               ? bt_combinations_random(space, s->trials, (uint64_t)s->seed, a, out, e)
               : bt_combinations_grid(space, a, out, e);
}

static bool make_search(const struct bt_settings *s, struct arena *a, struct bt_plan *out,
                        struct err *e)
{
    struct bt_space space;
    return find_strategy(s->strategy, a, out, e) &&
           bt_space_parse(out->strategy, s->param, a, &space, e) &&
           make_combinations(s, &space, a, &out->combinations, e) &&
           (!out->strategy_file || bt_plugged_check_asks(&out->combinations, e) ||
            err_prefix(e, "strategy %.300s", s->strategy));
}

static bool make_filter(const char *name, const char *text, struct arena *a,
                        const struct bt_filter **out, struct err *e)
{
    *out = NULL;
    if (!text)
        return true;
    struct bt_filter *filter = ARENA_NEW(a, struct bt_filter, 1);
    *out = filter;
    return bt_filter_parse(text, filter, e) || err_prefix(e, "%s", name);
}

/* Metrics that only `all` computes are computed when somebody decides by them. */
static bool make_judgement(const struct bt_settings *s, struct arena *a, struct bt_plan *out,
                           struct err *e)
{
    out->objective = bt_objective_find(s->objective, e);
    out->objective_metric = out->objective ? bt_objective_metric(out->objective) : NULL;
    if (!out->objective ||
        !make_filter("window_filter", s->window_filter, a, &out->window_filter, e) ||
        !make_filter("final_filter", s->final_filter, a, &out->final_filter, e))
        return false;
    bool walks = strcmp(s->search, "walk-forward") == 0;
    if (walks && (out->window_filter || out->final_filter))
        return err_input(e, "%s: a walk-forward search chooses by its objective; expected none",
                         out->window_filter ? "window_filter" : "final_filter");
    out->window_filter_text = s->window_filter ? arena_text(a, s->window_filter) : NULL;
    out->final_filter_text = s->final_filter ? arena_text(a, s->final_filter) : NULL;
    out->metrics_all = strcmp(s->metrics, "all") == 0 ||
                       !bt_objective_metric(out->objective)->core ||
                       (out->window_filter && !bt_filter_is_core(out->window_filter)) ||
                       (out->final_filter && !bt_filter_is_core(out->final_filter));
    return true;
}

static enum bt_snapshots snapshots_named(const char *name)
{
    return strcmp(name, "daily") == 0    ? BT_DAILY
           : strcmp(name, "weekly") == 0 ? BT_WEEKLY
                                         : BT_NO_SNAPSHOTS;
}

bool bt_plan_make(const struct bt_settings *s, struct arena *a, struct bt_plan *out, struct err *e)
{
    *out = (struct bt_plan){
        .bundle_dir = s->bundle ? arena_text(a, s->bundle) : NULL,
        .fill = fill_named(s->fill),
        .fee = s->fee,
        .periods_per_year = s->periods_per_year,
        .trades = s->trades,
        .snapshots = snapshots_named(s->snapshots),
        .continue_on_error = s->continue_on_error,
        .force_rerun = s->force_rerun,
        .batch = s->batch_size,
        .checkpoint_batch = s->checkpoint_batch_size,
        .index_after = s->checkpoint_index_after,
        .hang_ms = (long)(s->worker_timeout * 1000),
        .bundles_max = s->max_bundle_pool_size,
        .asset_lists_max = s->lru_maxsize,
        .group_bytes = (size_t)(s->cache_size_gb * (1 << 30)),
        .history_reuse = s->history_cache_reuse,
        .history_bytes = (size_t)(s->history_cache_mb * (1 << 20)),
        .check_caches = s->check_caches,
    };
    if (!s->bundle)
        return err_input(e, "bundle: expected a folder of market data, found none");
    if (!count_workers(s->workers, &out->workers, e) || !cpu_sets(s->disable_simd, &out->cpu, e) ||
        !make_search(s, a, out, e) || !make_judgement(s, a, out, e) ||
        !bundle_version(s->bundle, &out->version, e) || !bundle_verify(s->bundle, e))
        return false;
    struct bundle *b = bundle_open(s->bundle, e);
    bool ok = b && plan_over(b, s, a, out, e);
    bundle_close(b);
    return ok;
}

int bt_plan_find_range(const struct bt_plan *p, const char *name)
{
    for (int r = 0; r < p->range_count; r++)
        if (strcmp(p->ranges[r].name, name) == 0)
            return r;
    return -1;
}

/* Whole numbers need no search for their shortest form; most are, and nothing else is said of them. */
static int put_whole(char *out, bool more, double value)
{
    int n = 0;
    if (more)
        out[n++] = '-';
    if (value < 0)
        out[n++] = '-';
    n += (int)str_print_whole((uint64_t)fabs(value), out + n);
    out[n] = '\0';
    return n;
}

static int put_value(char *out, size_t room, bool more, const struct bt_param *param, double value)
{
    bool whole = value == floor(value) && fabs(value) < 1e15;
    if (whole && !param->optional && room > STR_WHOLE + 3)
        return put_whole(out, more, value);
    const char *dash = more ? "-" : "", *name = param->optional ? param->name : "";
    const char *equals = param->optional ? "=" : "";
    return whole ? snprintf(out, room, "%s%s%s%lld", dash, name, equals, (long long)value)
                 : snprintf(out, room, "%s%s%s%.15g", dash, name, equals, value);
}

void bt_plan_key(const struct bt_plan *p, const double *values, char out[BT_KEY_TEXT])
{
    int n = 0;
    out[0] = '\0';
    for (int i = 0; i < p->strategy->param_count && n < BT_KEY_TEXT; i++) {
        const struct bt_param *param = &p->strategy->params[i];
        if (param->optional && values[i] == param->fallback)
            continue;
        n += put_value(out + n, (size_t)(BT_KEY_TEXT - n), n > 0, param, values[i]);
    }
}
