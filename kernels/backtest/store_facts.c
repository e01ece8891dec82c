#include "kernels/backtest/store_facts.h"

#include "harness/base/io.h"
#include "kernels/backtest/result_read.h"
#include "kernels/backtest/result_write.h"
#include "kernels/backtest/store_stamps.h"
#include "kernels/backtest/stored.h"
#include "kernels/backtest/strategies.h"

#include <errno.h>
#include <string.h>

/* ---- as JSON ---------------------------------------------------------------------------------- */

static void put_params(const struct bt_strategy *s, struct json *facts)
{
    struct json *params = json_put_array(facts, "params");
    for (int i = 0; i < s->param_count; i++) {
        struct json *param = json_object();
        json_put_text(param, "name", s->params[i].name);
        if (s->params[i].optional)
            json_put_number(param, "fallback", s->params[i].fallback);
        json_push(params, param);
    }
}

struct json *bt_facts_json(const struct bt_plan *p)
{
    struct json *facts = json_object();
    json_put_number(facts, "schema", BT_STORE_SCHEMA);
    struct json *symbols = json_put_array(facts, "symbols");
    for (int s = 0; s < p->symbol_count; s++)
        json_push(symbols, json_of_text(p->symbols[s]));
    json_put_text(facts, "strategy", p->strategy->name);
    if (!bt_strategy_named(p->strategy->name))
        put_params(p->strategy, facts);
    bt_put_rules(p, facts);
    return facts;
}

static bool read_symbols(const struct json *root, struct arena *a, struct bt_plan *out,
                         struct err *e)
{
    const struct json *list;
    if (!json_need_array(root, "symbols", &list, e))
        return false;
    const char **symbols = ARENA_NEW(a, const char *, json_count(list) + 1);
    for (const struct json *s = json_first(list); s; s = json_next(s)) {
        if (json_kind(s) != JSON_TEXT)
            return err_input(e, "symbols: expected texts");
        symbols[out->symbol_count++] = arena_text(a, json_text(s));
    }
    out->symbols = symbols;
    return true;
}

static bool read_param(const struct json *row, struct arena *a, struct bt_param *out, struct err *e)
{
    const char *name;
    out->optional = json_get(row, "fallback") != NULL;
    if (!json_need_text(row, "name", &name, e) ||
        (out->optional && !json_need_number(row, "fallback", &out->fallback, e)))
        return false;
    out->name = arena_text(a, name);
    return true;
}

/* Name and parameters: enough to read results by, none to run. */
static const struct bt_strategy *known_by_facts(const struct json *root, const char *name,
                                                struct arena *a, struct err *e)
{
    const struct json *rows;
    struct bt_strategy *s = ARENA_NEW(a, struct bt_strategy, 1);
    struct bt_param *params = ARENA_NEW(a, struct bt_param, BT_PARAMS_MAX);
    if (!json_need_array(root, "params", &rows, e))
        return NULL;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        if (s->param_count == BT_PARAMS_MAX)
            err_input(e, "params: expected at most %d", (int)BT_PARAMS_MAX);
        if (s->param_count == BT_PARAMS_MAX || !read_param(row, a, &params[s->param_count++], e))
            return NULL;
    }
    s->name = arena_text(a, name);
    s->params = params;
    return s;
}

static const struct bt_strategy *strategy_of(const struct json *root, const char *name,
                                             struct arena *a, struct err *e)
{
    bool by_facts = json_kind(json_get(root, "params")) == JSON_ARRAY && !bt_strategy_named(name);
    return by_facts ? known_by_facts(root, name, a, e) : bt_strategy_find(name, e);
}

/* What a file of facts and a single file of a result call the same. */
static bool read_common(const struct json *root, struct arena *a, struct bt_plan *out,
                        struct err *e)
{
    const char *strategy, *fill;
    if (!json_need_text(root, "strategy", &strategy, e) ||
        !json_need_text(root, "fill", &fill, e) || !json_need_number(root, "fee", &out->fee, e) ||
        !json_need_number(root, "periods_per_year", &out->periods_per_year, e))
        return false;
    out->fill.name = arena_text(a, fill);
    out->strategy = strategy_of(root, strategy, a, e);
    return out->strategy != NULL;
}

bool bt_facts_of_json(const struct json *root, struct arena *a, struct bt_plan *out, struct err *e)
{
    int64_t schema;
    *out = (struct bt_plan){0};
    if (!json_need_int(root, "schema", 0, 1000000, &schema, e))
        return false;
    if (schema != BT_STORE_SCHEMA)
        return err_set(e, ERR_DIFFERENT, "schema: expected %d, found %lld", BT_STORE_SCHEMA,
                       (long long)schema);
    return read_common(root, a, out, e) && read_symbols(root, a, out, e);
}

/* ---- the file --------------------------------------------------------------------------------- */

bool bt_facts_read(const char *path, struct arena *a, struct bt_plan *out, struct err *e)
{
    *out = (struct bt_plan){0};
    struct json *root = json_read_file(path, e);
    bool ok = root && (bt_facts_of_json(root, a, out, e) || err_prefix(e, "%s", path));
    json_free(root);
    return ok;
}

bool bt_facts_write(const struct bt_plan *facts, const char *path, struct err *e)
{
    struct json *root = bt_facts_json(facts);
    bool ok = json_write_file(root, path, e);
    json_free(root);
    return ok;
}

bool bt_facts_replace(const struct bt_plan *facts, const char *path, struct err *e)
{
    struct text aside = {0};
    text_printf(&aside, "%s.damaged", path);
    bool ok = (!io_exists(path) || io_rename(path, aside.p, e)) && bt_facts_write(facts, path, e);
    text_done(&aside);
    return ok;
}

static bool same_fact(const struct json *ours, const struct json *stored, const char *path,
                      struct err *e)
{
    struct text here = {0}, there = {0};
    json_print(ours, &here);
    json_print(stored, &there);
    bool same = strcmp(here.p, there.p) == 0;
    if (!same)
        err_input(e, "%s: made with %s %.160s, this run has %.160s", path, json_key(ours), there.p,
                  here.p);
    text_done(&here);
    text_done(&there);
    return same;
}

/* The schema is the first. */
static bool same_facts(const struct json *ours, const struct json *stored, const char *path,
                       bool *damaged, struct err *e)
{
    for (const struct json *f = json_first(ours); f; f = json_next(f)) {
        const struct json *there = json_get(stored, json_key(f));
        *damaged = !there || json_kind(there) != json_kind(f);
        if (*damaged)
            return err_input(e, "%s: damaged: %s is missing", path, json_key(f));
        if (!same_fact(f, there, path, e))
            return false;
    }
    return true;
}

bool bt_facts_compare(const struct bt_plan *plan, const char *path, bool *damaged, struct err *e)
{
    struct json *stored = json_read_file(path, e), *ours = bt_facts_json(plan);
    *damaged = !stored && e->code == ERR_INPUT;
    bool same = stored && same_facts(ours, stored, path, damaged, e);
    json_free(ours);
    json_free(stored);
    return same;
}

/* ---- held against the results ----------------------------------------------------------------- */

struct fitting {
    const struct bt_plan *facts;
    long fitting;
};

static bool fit_one(void *context, const char *range, const char *id, struct str payload,
                    struct err *e)
{
    struct fitting *f = context;
    struct bt_stored r;
    char stamp[BT_STAMP_TEXT];
    if (!bt_result_stamp(payload, stamp))
        return true; /* damaged: it says nothing */
    bool fits = bt_stored_read(f->facts, range, id, payload, &r, e) && bt_stored_fits(&r, e);
    bt_stored_done(&r);
    f->fitting += fits;
    return fits;
}

bool bt_facts_fit(const struct bt_plan *facts, struct result_store *results, long *fitting,
                  struct err *e)
{
    long damaged;
    struct fitting f = {.facts = facts};
    bool ok = !results || result_store_stream(results, NULL, fit_one, &f, &damaged, e);
    *fitting = f.fitting;
    return ok;
}

/* ---- found ------------------------------------------------------------------------------------ */

struct finding {
    struct arena *arena;
    struct bt_plan *out;
    const char **source;
    bool found;
};

static bool symbols_of_rows(const struct json *result, struct arena *a, struct bt_plan *out,
                            struct err *e)
{
    const struct json *rows;
    const char *symbol;
    if (!json_need_array(result, "rows", &rows, e))
        return false;
    const char **symbols = ARENA_NEW(a, const char *, json_count(rows) + 1);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        if (!json_need_text(row, "symbol", &symbol, e))
            return false;
        symbols[out->symbol_count++] = arena_text(a, symbol);
    }
    out->symbols = symbols;
    return true;
}

/* The first that tells is enough: all the others are held against it. */
static bool ask_result(void *context, const char *range, const char *id, struct str payload,
                       struct err *e)
{
    struct finding *f = context;
    struct err silent;
    char stamp[BT_STAMP_TEXT];
    if (!bt_result_stamp(payload, stamp))
        return true;
    struct json *root = json_parse(payload, id, &silent); /* packed ones are none */
    *f->out = (struct bt_plan){0};
    f->found = root && read_common(root, f->arena, f->out, &silent) &&
               symbols_of_rows(root, f->arena, f->out, &silent);
    json_free(root);
    if (!f->found)
        return true;
    *f->source = arena_format(f->arena, "result %s of %s", id, range);
    return err_input(e, "found"); /* ends the stream */
}

static bool ask_results(struct result_store *results, struct finding *f, struct err *e)
{
    long damaged;
    bool ok = !results || result_store_stream(results, NULL, ask_result, f, &damaged, e);
    return f->found || (ok && err_input(e, "no stored result tells it"));
}

bool bt_facts_find(const char *stamps, struct result_store *results, struct arena *a,
                   struct bt_plan *out, const char **source, long *fitting, struct err *e)
{
    struct finding f = {.arena = a, .out = out, .source = source};
    *fitting = 0;
    if (stamps && bt_stamps_facts(stamps, a, out, e) && bt_facts_fit(out, results, fitting, e)) {
        *source = arena_text(a, stamps);
        return true;
    }
    return ask_results(results, &f, e) && bt_facts_fit(out, results, fitting, e);
}
