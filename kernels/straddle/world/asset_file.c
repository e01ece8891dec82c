/* The text of amt.yaml: backtest settings with the weights' anchors, rule tables, schedules, assets. */
#include "kernels/straddle/world/parts.h"

#include "harness/base/str.h"

#include <string.h>

static const char *const sources[] = {
    [AMT_VOL_BBG] = "BBG", [AMT_VOL_CV] = "CV", [AMT_VOL_BBG_LMEVOL] = "BBG_LMEVOL"};
static const char *const models[] = {
    [AMT_ES] = "ES", [AMT_CDS_ES] = "CDS_ES", [AMT_NS] = "NS", [AMT_BS] = "BS"};

static const struct group_row {
    const char *group, *toggle;
    double weight, multiplier;
} groups[] = {
    {"Commodity",   "COMMODITY", 0.05,  0.75},
    {"Credit",      "CREDIT",    0.05,  1   },
    {"Currency",    "FX",        0.025, 1   },
    {"Equity",      "EQUITY",    0.1,   0.5 },
    {"Rate",        "RATES",     0.05,  1   },
    {"SingleStock", "STOCKS",    0.05,  0.1 },
    {"Swap",        "SWAPS",     0.05,  1   },
};
enum { GROUPS = sizeof groups / sizeof *groups };

static void add_backtest(const struct world_settings *s, struct text *out)
{
    text_printf(out,
                "# Assets of option straddles. %s\n"
                "backtest:\n"
                "  schema_prefix: result\n"
                "  expiry_overrides: overrides.csv\n"
                "  backtest_start: %d-01-01\n"
                "  aum: 800.0\n"
                "  leverage: 20.0\n"
                "  signal_window: 365\n"
                "  strategy_toggles:\n",
                s->real ? "What is marked \"Synthetic: true\" was made of a seed."
                        : "SYNTHETIC: made of a seed, nobody traded at these prices.",
                WORLD_YEAR_MIN);
    for (int i = 0; i < GROUPS; i++)
        text_printf(out, "    weight_%c%s: &%s %g\n", groups[i].toggle[0] | 0x20,
                    groups[i].toggle + 1, groups[i].toggle, groups[i].weight);
    text_puts(out, "  residual_accumulate:\n    winsorize_input: yes\n    calc:\n"
                   "      - pearson\n      - tau\n      - sign\n"
                   "  asset_risk: &RISK\n    scale: yes\n    calc: [prod]\n"
                   "  class_risk: *RISK\n");
}

static void add_groups(struct text *out)
{
    text_puts(out, "group_risk_multiplier_table:\n"
                   "  Columns: [group, multiplier]\n"
                   "  Types: [unique_character, numeric]\n"
                   "  Rows:\n");
    for (int i = 0; i < GROUPS; i++)
        text_printf(out, "    - [%s, %g]\n", groups[i].group, groups[i].multiplier);
    text_puts(out, "group_table:\n"
                   "  Columns: [field, rgx, value]\n"
                   "  Types: [character, unique_character, character]\n"
                   "  Rows:\n");
    for (int i = 0; i < GROUPS; i++)
        text_printf(out, "    - [Class, '^%s$', '%s']\n", groups[i].group, groups[i].toggle);
    text_puts(out, "    - [Underlying, '^.*$', 'error']\n");
}

/* First match holds, hence the row for all at the end. */
static void add_rules(const struct world_list *l, struct text *out)
{
    static const struct {
        const char *name, *otherwise;
        uint64_t values;
    } tables[] = {
        {"subgroup_table", "none", 10},
        {"limit_table",    "l0",   40},
        {"region_table",   "r0",   4 }
    };
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        text_printf(out,
                    "%s:\n"
                    "  Columns: [field, rgx, value]\n"
                    "  Types: [character, unique_character, character]\n"
                    "  Rows:\n",
                    tables[t].name);
        for (int i = 0; i < l->n; i++)
            text_printf(out, "    - [Underlying, '^%s$', '%c%d']\n", l->assets[i].name,
                        tables[t].name[0],
                        (int)world_draw(l->assets[i].seed, 40, t, tables[t].values));
        text_printf(out, "    - [Underlying, '^.*$', '%s']\n", tables[t].otherwise);
    }
}

static void add_schedules(const struct world_list *l, struct text *out)
{
    int known = 0;
    text_puts(out, "expiry_schedules:\n");
    for (int i = 0; i < l->n; i++) {
        const struct world_asset *asset = &l->assets[i];
        if (asset->schedule <= known)
            continue;
        known = asset->schedule;
        text_printf(out, "  schedule%d: [", known);
        for (int k = 0; k < asset->entry_count; k++)
            text_printf(out, "%s%s", k ? ", " : "", asset->entries[k]);
        text_puts(out, "]\n");
    }
}

/* "OLD:2023-06:NEW" where the name changed. */
static void add_ticker(const struct world_asset *asset, const char *ticker, struct text *out)
{
    if (*asset->old)
        text_printf(out, "\"%s:%04d-%02d:%s\"", asset->old, asset->cut / 12, asset->cut % 12 + 1,
                    ticker);
    else
        text_printf(out, "\"%s\"", ticker);
}

static void add_vol(const struct world_asset *asset, struct text *out)
{
    text_printf(out, "    Vol:\n      Source: %s\n      Ticker: ", sources[asset->source]);
    add_ticker(asset, asset->vol, out);
    text_printf(out, "\n      Near: \"%s\"\n      Far: \"%s\"\n", asset->near, asset->far);
}

static void add_nonfut(const struct world_asset *asset, struct text *out)
{
    text_puts(out, "    Hedge: {Source: nonfut, Ticker: ");
    add_ticker(asset, asset->quote, out);
    text_puts(out, ", Field: PX_LAST}\n");
}

static void add_fut(const struct world_asset *asset, struct text *out)
{
    const struct world_future *f = asset->future;
    text_printf(out,
                "    Hedge: {Source: fut, fut_code: %s, fut_month_map: %s, min_year_offset: %ld, "
                "market_code: Comdty}\n",
                f->code, f->map, f->min_year_offset);
}

static void add_cds(const struct world_asset *asset, struct text *out)
{
    text_printf(out, "    Hedge: {Source: cds, hedge: \"%s CDSI 5Y\", hedge1: \"%s CDSI DUR\"}\n",
                asset->quote, asset->quote);
}

static void add_calc(const struct world_asset *asset, struct text *out)
{
    struct world_swap swap = world_swap_of(asset->name);
    text_printf(out, "    Hedge: {Source: calc, ccy: %s, tenor: \"%s\"}\n", swap.currency,
                swap.tenor);
}

static void add_asset(const struct world_asset *asset, struct text *out)
{
    static void (*const add_hedge[])(const struct world_asset *, struct text *) = {
        [AMT_HEDGE_FUT] = add_fut,
        [AMT_HEDGE_NONFUT] = add_nonfut,
        [AMT_HEDGE_CDS] = add_cds,
        [AMT_HEDGE_CALC] = add_calc,
    };
    const struct world_kind *kind = asset->kind;
    text_printf(out,
                "  %s:\n"
                "    Underlying: \"%s\"\n"
                "    Class: %s\n"
                "    Description: \"%s, straddles on %s\"\n"
                "    Market: {Field: PX_LAST, Tickers: [\"%s\"]}\n"
                "    Options: schedule%d\n",
                asset->name, asset->name, kind->group, kind->group, asset->quote, asset->quote,
                asset->schedule);
    if (asset->is_live)
        text_printf(out, "    WeightCap: *%s\n", kind->toggle);
    else
        text_puts(out, "    WeightCap: 0 # not live\n");
    add_vol(asset, out);
    text_printf(out,
                "    Valuation: {Model: %s, S: hedge, X: strike, t: expiry_date - date, v: vol}\n",
                models[kind->model]);
    add_hedge[kind->hedge](asset, out);
    text_printf(out, "    Costs: {Spread: %d.%d, Unit: bp, MinTicket: %d}\n",
                (int)world_draw(asset->seed, 50, 0, 30), (int)world_draw(asset->seed, 51, 0, 10),
                1000 * (1 + (int)world_draw(asset->seed, 52, 0, 20)));
    if (*asset->note)
        text_printf(out, "    Note: \"%s\"\n", asset->note);
    if (!asset->is_real)
        text_puts(out, "    Synthetic: true\n");
}

void world_asset_text(const struct world_list *l, const struct world_settings *s, struct text *out)
{
    add_backtest(s, out);
    add_groups(out);
    add_rules(l, out);
    add_schedules(l, out);
    text_puts(out, "amt:\n");
    for (int i = 0; i < l->n; i++)
        add_asset(&l->assets[i], out);
}
