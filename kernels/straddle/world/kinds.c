/* What an asset is by its name and its schedule, and what its tickers are called. */
#include "kernels/straddle/world/parts.h"

#include "kernels/straddle/straddle.h"

#include <stdio.h>
#include <string.h>

/* Month of the contract by month of the expiry: the next that is listed, from the following on.
 * clang-format off */
static const struct world_future futures[] = {
    {"C",  "HHKKNNUUZZZH", 0, true },
    {"CL", "GHJKMNQUVXZF", 0, true },
    {"CO", "HJKMNQUVXZFG", 0, true },
    {"GC", "GJJMMQQVVZZG", 0, true },
    {"KC", "HHKKNNUUZZZH", 0, true },
    {"NG", "GHJKMNQUVXZF", 0, true },
    {"S",  "HHKKNNQUXXFF", 0, false},
    {"SB", "HHKKNNVVVHHH", 1, true },
    {"SI", "HHKKNNUUZZZH", 0, false},
    {"W",  "HHKKNNUUZZZH", 0, true },
    {"RX", "HHMMMUUUZZZH", 0, true },
    {"TY", "HHMMMUUUZZZH", 0, true },
    {"US", "HHMMMUUUZZZH", 0, false},
    {"FV", "HHMMMUUUZZZH", 0, true },
    {"OE", "HHMMMUUUZZZH", 0, false},
};

enum kind { METAL, ENERGY, BOND, CREDIT, STOCK, INDEX, CURRENCY, SWAP };
static const struct world_kind kinds[] = {
    [METAL] = {"Commodity",   "COMMODITY", AMT_ES,     AMT_HEDGE_NONFUT, 1500, 3000, 24, 1e2},
    [ENERGY] = {"Commodity",   "COMMODITY", AMT_ES,     AMT_HEDGE_FUT,    4,    400,  32, 1e3},
    [BOND] = {"Rate",        "RATES",     AMT_ES,     AMT_HEDGE_FUT,    100,  150,  6,  1e4},
    [CREDIT] = {"Credit",      "CREDIT",    AMT_CDS_ES, AMT_HEDGE_CDS,    50,   400,  45, 1e3},
    [STOCK] = {"SingleStock", "STOCKS",    AMT_ES,     AMT_HEDGE_NONFUT, 5,    300,  33, 1e2},
    [INDEX] = {"Equity",      "EQUITY",    AMT_ES,     AMT_HEDGE_NONFUT, 500,  9000, 19, 1e2},
    [CURRENCY] = {"Currency",    "FX",        AMT_ES,     AMT_HEDGE_NONFUT, 0.6,  90,   10, 1e4},
    [SWAP] = {"Swap",        "SWAPS",     AMT_NS,     AMT_HEDGE_CALC,   1,    4,    30, 1e4},
};
/* clang-format on */

static const char letters[] = "FGHJKMNQUVXZ";

const struct world_future *world_future_of(const char *code, size_t n)
{
    for (size_t i = 0; i < sizeof futures / sizeof *futures; i++)
        if (str_is((struct str){code, n}, futures[i].code))
            return &futures[i];
    return NULL;
}

char *world_contract(const struct world_future *f, int32_t month, bool chained,
                     char out[WORLD_TEXT])
{
    int year = month / 12;
    char letter = letters[month % 12];
    if (chained)
        snprintf(out, WORLD_TEXT, "%s%c%02d Comdty", f->code, letter, year % 100);
    else
        snprintf(out, WORLD_TEXT, "%s%c%d Comdty", f->code, letter, year);
    return out;
}

/* The third Friday of its month, or the weekday before it in odd months. */
int32_t world_last_trade(int32_t month)
{
    int64_t first = date_to_days((struct date){month / 12, month % 12 + 1, 1});
    int64_t friday = first + (4 - date_weekday(first) + 7) % 7 + 14;
    return (int32_t)(friday - month % 2);
}

bool world_is_listed(const struct world_future *f, int month)
{
    return strchr(f->map, letters[month]) != NULL;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Six letters: two currencies. */
static bool is_pair(const char *name)
{
    return ends_with(name, " Curncy") && strcspn(name, "0123456789 ") == 6 && name[6] == ' ';
}

static enum kind kind_of(const struct world_asset *asset)
{
    const char *name = asset->name;
    if (asset->future)
        return asset->future->map[2] == 'M' ? BOND : ENERGY;
    if (strstr(name, "Comdty"))
        return METAL;
    if (ends_with(name, " Index"))
        return INDEX;
    if (ends_with(name, " Equity"))
        return STOCK;
    if (strstr(asset->entries[0], "_W"))
        return CREDIT;
    return is_pair(name) ? CURRENCY : SWAP;
}

/* "LA Comdty TKRZ" is quoted as "LA Comdty". */
static const char *quote_of(const char *name, struct arena *a)
{
    size_t n = strlen(name);
    if (ends_with(name, " TKRZ"))
        n -= strlen(" TKRZ");
    return str_copy(a, (struct str){name, n});
}

/* One stock in sixteen changed its name. */
static void split_name(struct world_asset *asset, struct arena *a)
{
    asset->old = "";
    if (asset->kind != &kinds[STOCK] || world_draw(asset->seed, 114, 0, 16) != 0)
        return;
    asset->cut = straddle_month(2005 + (int)world_draw(asset->seed, 2, 0, 18), 6);
    asset->old = arena_format(a, "OLD%s", asset->quote);
}

void world_kind_set(struct world_asset *asset, uint64_t seed, struct arena *a)
{
    uint64_t h = seed;
    for (const char *p = asset->name; *p; p++)
        h = rng_mix(h + (unsigned char)*p);
    size_t code = strcspn(asset->name, " ");
    asset->seed = h;
    asset->future =
        strcmp(asset->name + code, " Comdty") == 0 ? world_future_of(asset->name, code) : NULL;
    enum kind kind = kind_of(asset);
    asset->kind = &kinds[kind];
    asset->quote = quote_of(asset->name, a);
    asset->vol = asset->quote;
    asset->near = "1ST_MTH_IMPVOL";
    asset->far = "2ND_MTH_IMPVOL";
    asset->source = AMT_VOL_BBG;
    asset->note = "";
    if (kind == SWAP || (kind == CURRENCY && world_draw(h, 3, 0, 2) == 0)) {
        asset->source = AMT_VOL_CV;
        asset->near = arena_format(a, "%s CV 1M", asset->quote);
        asset->far = arena_format(a, "%s CV 2M", asset->quote);
    }
    split_name(asset, a);
}

/* Those that expire within the world's years; later ones have no other name yet. */
bool world_is_chained(const struct world_future *f, int32_t month)
{
    return f->chained && world_last_trade(month) <= world_last_day();
}

struct world_swap world_swap_of(const char *name)
{
    struct world_swap out;
    size_t currency = strcspn(name, "0123456789 "), tenor = strcspn(name + currency, " ");
    snprintf(out.currency, sizeof out.currency, "%.*s", (int)currency, name);
    snprintf(out.tenor, sizeof out.tenor, "%.*s", (int)tenor, name + currency);
    return out;
}
