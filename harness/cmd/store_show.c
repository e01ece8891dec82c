/* cupel store show: one stored result. */
#include "harness/cmd/commands.h"
#include "harness/cmd/store.h"

#include "harness/base/json.h"
#include "kernels/backtest/result_write.h"
#include "kernels/backtest/store_summary.h"
#include "kernels/backtest/stored_curve.h"
#include "kernels/store/dates.h"

#include <stdio.h>
#include <string.h>

struct show_settings {
    const char *range, *bundle, *returns;
    bool trades, curve;
};

static const char *const returns_choices[] = {"monthly", "yearly", NULL};

#define AT(field) offsetof(struct show_settings, field)

static const struct opt show_options[] = {
    {.name = "range",
     .kind = OPT_TEXT,
     .offset = AT(range),
     .arg = "NAME",
     .help = "of which range; needed when the store has it of several"                    },
    {.name = "trades",
     .kind = OPT_FLAG,
     .offset = AT(trades),
     .help = "its trades as CSV: symbol, bars of the range from 0 on"   },
    {.name = "curve",
     .kind = OPT_FLAG,
     .offset = AT(curve),
     .help = "its equity as CSV: date, equity of all symbols together"},
    {.name = "returns",
     .kind = OPT_TEXT,
     .offset = AT(returns),
     .arg = "PERIODS",
     .choices = returns_choices,
     .help = "its returns as CSV: period, return"},
    {.name = "bundle",
     .kind = OPT_TEXT,
     .offset = AT(bundle),
     .arg = "DIR",
     .help = "its market data, for dates; where it was, when not given"},
    OPT_END,
};

/* ---- which ------------------------------------------------------------------------------------ */

/* Looks in the range that is asked for, or in all; two that have it are one too many. */
static bool find(struct bt_store *s, const char *range, const char *id, struct bt_stored *out,
                 struct err *e)
{
    const char *const *ranges;
    const char *found_in = NULL;
    int n;
    if (!bt_store_ranges(s, &ranges, &n, e))
        return false;
    for (int r = 0; r < n; r++) {
        struct bt_stored one;
        bool found;
        if (range && strcmp(ranges[r], range) != 0)
            continue;
        bool ok = bt_store_get(s, ranges[r], id, &one, &found, e);
        bt_stored_done(&one);
        if (!ok)
            return false;
        if (found && found_in)
            return err_input(e, "range: %s is there of %s and of %s; expected one of them", id,
                             found_in, ranges[r]);
        found_in = found ? ranges[r] : found_in;
    }
    bool found = false;
    if (found_in && !bt_store_get(s, found_in, id, out, &found, e))
        return false;
    return found || err_input(e, "%s: no result %s%s%s", s->dir, id, range ? " of the range " : "",
                              range ? range : "");
}

static bool is_id(const char *word)
{
    return strlen(word) == BT_ID_TEXT - 1 && strspn(word, "0123456789abcdef") == BT_ID_TEXT - 1;
}

/* ---- what ------------------------------------------------------------------------------------- */

static void print_json(const struct bt_stored *r)
{
    struct text line = {0}, out = {0};
    struct err e;
    bt_result_write(&r->plan, r->result, &line);
    struct json *root = json_parse((struct str){line.p, line.n}, "result", &e);
    json_print_pretty(root, &out);
    puts(out.p);
    json_free(root);
    text_done(&line);
    text_done(&out);
}

static bool print_trades(const struct bt_stored *r, struct err *e)
{
    if (!r->result->trades)
        return err_input(e, "result %s: stored without its trades (sweep --trades)",
                         r->result->item.id);
    printf("symbol,entry_bar,exit_bar\n");
    for (int s = 0; s < r->plan.symbol_count; s++)
        for (long t = 0; t < r->result->trades[s].n; t++) {
            const struct bt_span *span = &r->result->trades[s].v[t];
            printf("%s,%lld,", r->plan.symbols[s], (long long)span->entry);
            if (span->exit >= 0)
                printf("%lld", (long long)span->exit);
            putchar('\n');
        }
    return true;
}

static void print_curve(const struct bt_curve *c)
{
    char date[DATE_TEXT];
    printf("date,equity\n");
    for (long p = 0; p < c->n; p++) {
        fputs(date_format(date, c->day[p]), stdout);
        store_print_number(c->equity[p]);
        putchar('\n');
    }
}

static void print_returns(const struct bt_curve *c, bool yearly, struct arena *a)
{
    struct bt_period_return *returns = ARENA_NEW_RAW(a, struct bt_period_return, c->n + 1);
    long n = bt_curve_returns(c, yearly, returns);
    printf("%s,return\n", yearly ? "year" : "month");
    for (long i = 0; i < n; i++) {
        printf(yearly ? "%04d" : "%04d-%02d", returns[i].year, returns[i].month);
        store_print_number(returns[i].value);
        putchar('\n');
    }
}

static bool print_result(const struct show_settings *settings, struct bt_store *s,
                         const struct bt_stored *r, struct err *e)
{
    struct bt_curve curve;
    if (settings->trades)
        return print_trades(r, e);
    if (!settings->curve && !settings->returns) {
        print_json(r);
        return true;
    }
    if (!bt_curve_make(s, r, settings->bundle, &s->arena, &curve, e))
        return false;
    if (settings->curve)
        print_curve(&curve);
    else
        print_returns(&curve, strcmp(settings->returns, "yearly") == 0, &s->arena);
    return true;
}

static bool show(const struct show_settings *settings, struct bt_store *s, const char *word,
                 struct err *e)
{
    char id[BT_ID_TEXT];
    struct bt_stored r = {0};
    if (is_id(word))
        memcpy(id, word, BT_ID_TEXT);
    else if (!bt_store_find_key(s, word, id, e))
        return false;
    bool ok = find(s, settings->range, id, &r, e);
    ok = ok && r.result && print_result(settings, s, &r, e);
    bt_stored_done(&r);
    return ok;
}

static enum err_code run_show(const struct invocation *in, struct err *e)
{
    const struct show_settings *settings = in->settings;
    struct bt_store s;
    if (settings->trades + settings->curve + (settings->returns != NULL) > 1) {
        err_input(e, "trades, curve, returns: expected one of them");
        return e->code;
    }
    bool ok =
        bt_store_open(in->words.v[0], BT_LOOK, &s, e) && show(settings, &s, in->words.v[1], e);
    bt_store_close(&s);
    return ok ? ERR_OK : e->code;
}

const struct command command_store_show = {
    .name = "store show",
    .arguments = "DIR ID|PARAMETERS [--range NAME]",
    .summary = "show one stored result: numbers, trades, equity, returns",
    .details =
        "Named by its id, or by its parameters as the sweep's CSV has them (5-20). Without "
        "options\n"
        "one JSON object, whatever form it is stored in. Bars are counted from the first of the\n"
        "range and symbol; a trade without an exit is open. A return is that of all symbols\n"
        "together from the end of one month or year to the next, the first one's over the cash "
        "that\n"
        "they began with.\n\n"
        "  cupel store show runs/w1 5-20 --returns yearly",
    .options = show_options,
    .settings_size = sizeof(struct show_settings),
    .min_words = 2,
    .max_words = 2,
    .run = run_show,
};
