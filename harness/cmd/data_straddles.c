/* cupel data straddles: all that option straddles are valued from, in one folder. */
#include "harness/cmd/commands.h"
#include "harness/cmd/data.h"

#include "harness/base/units.h"
#include "kernels/store/dates.h"
#include "kernels/straddle/world.h"

#include <stdio.h>
#include <string.h>

struct straddles_settings {
    const char *out, *real, *prices;
    long seed, assets;
    bool replace;
};

#define AT(field) offsetof(struct straddles_settings, field)

/* clang-format off */
static const struct opt straddles_options[] = {
    DATA_MAKE_ROWS(struct straddles_settings, "folder"),
    {.name = "real", .kind = OPT_TEXT, .offset = AT(real), .arg = "DIR",
     .help = "real lists and prices: see below; without it all is made up"},
    DATA_SEED_ROW(struct straddles_settings),
    {.name = "assets", .kind = OPT_INT, .offset = AT(assets), .arg = "N", .min = WORLD_ASSETS_MIN,
     .max = WORLD_ASSETS_MAX,
     .help = "live assets; default: 189, or those of the real list"},
    {.name = "prices", .kind = OPT_TEXT, .offset = AT(prices), .arg = "KINDS",
     .fallback = "blocks",
     .help = "price files, by comma: blocks, sqlite, parquet"},
    OPT_END,
};
/* clang-format on */

static bool read_kinds(const char *text, unsigned *kinds, struct err *e)
{
    *kinds = 0;
    for (struct str rest = str_of(text), word; rest.p;) {
        int k = 0;
        word = str_cut(&rest, ',');
        while (k < PRICES_KIND_COUNT && !str_is(word, prices_kind_words[k]))
            k++;
        if (k == PRICES_KIND_COUNT)
            return err_input(e, "prices: expected blocks, sqlite or parquet, found \"%.*s\"",
                             (int)(word.n < 40 ? word.n : 40), word.p);
        *kinds |= 1u << k;
    }
    return true;
}

static void print_world(const char *dir, const struct world_info *info)
{
    char rows[UNITS_TEXT], a_month[UNITS_TEXT], first[DATE_TEXT], last[DATE_TEXT];
    units_count(rows, (uint64_t)info->price_rows);
    units_count(a_month, (uint64_t)info->a_month);
    if (info->synthetic)
        printf("SYNTHETIC   nobody traded at these prices\n");
    else if (info->real < info->live)
        printf("SYNTHETIC   all but %d of the assets: nobody traded at their prices\n", info->real);
    printf("assets      %d, %d of them live, %s straddles a month\n", info->assets, info->live,
           a_month);
    printf("prices      %s rows, %s .. %s\n", rows,
           date_format(first, info->first_day * (int64_t)DATE_DAY_SECONDS),
           date_format(last, info->last_day * (int64_t)DATE_DAY_SECONDS));
    printf("contracts   %ld in the chain, %ld expiries in the overrides\n", info->chain_rows,
           info->override_rows);
    printf("source      %s\n", info->source);
    printf("world       %s\n", dir);
    printf("content     %s\n", info->content);
}

static enum err_code run_straddles(const struct invocation *in, struct err *e)
{
    const struct straddles_settings *s = in->settings;
    struct world_info info;
    struct world_settings world = {
        .dir = s->out,
        .real = s->real,
        .seed = (uint64_t)s->seed,
        .assets = (int)s->assets,
        .replace = s->replace,
    };
    if (!read_kinds(s->prices, &world.kinds, e))
        return e->code;
    world.stop = data_stop_flag();
    if (!world_make(&world, &info, in->arena, e))
        return e->code;
    print_world(s->out, &info);
    return ERR_OK;
}

const struct command command_data_straddles = {
    .name = "data straddles",
    .arguments = "--out DIR [--real DIR] [--seed N] [--assets N] [--prices KINDS]",
    .summary = "make what option straddles are valued from",
    .details =
        "A folder with amt.yaml (assets and schedules), chain.csv (names of contracts),\n"
        "overrides.csv (expiries), prices and manifest.json. Without --real all of it is made of\n"
        "the seed, the same bytes on every machine: 189 live assets with 741 straddles a month,\n"
        "231,192 for expiries 2001..2026.\n\n"
        "--real takes straddles_all.csv.gz, contract_expiries.csv, commodities_curve.csv,\n"
        "commodities_daily.csv and vol_rates_daily.csv: assets and schedules are the real list's,\n"
        "CL, NG and LA have real prices and expiries. Volatility of CL is OVX, near and far "
        "alike;\n"
        "of NG and LA it is realised, not implied. All other assets are made up and marked\n"
        "\"Synthetic: true\". The folder appears whole or not at all.",
    .options = straddles_options,
    .settings_size = sizeof(struct straddles_settings),
    .run = run_straddles,
};
