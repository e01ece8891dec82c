/* The texts of chain.csv and overrides.csv. */
#include "kernels/straddle/world/parts.h"

#include "harness/base/str.h"

#include <string.h>

static void add_chain_row(const struct world_future *f, int32_t month, struct text *out)
{
    char normal[WORLD_TEXT], actual[WORLD_TEXT], day[DATE_TEXT];
    date_format(day, world_last_trade(month) * (int64_t)DATE_DAY_SECONDS);
    text_printf(out, "%s,%s,%s\n", world_contract(f, month, false, normal),
                world_contract(f, month, true, actual), day);
}

void world_chain_text(const struct world_list *l, const struct world_real *r, struct text *out,
                      long *rows)
{
    *rows = 0;
    text_puts(out, "normalized_future,actual_future,last_date\n");
    for (int i = 0; i < l->n; i++) {
        const struct world_future *f = l->assets[i].future;
        if (!f)
            continue;
        if (l->assets[i].is_real) {
            world_real_chain(r, &l->assets[i], out, rows);
            continue;
        }
        for (int32_t m = 12 * (WORLD_YEAR_MIN - 1); m < 12 * (WORLD_YEAR_MAX + 3); m++)
            if (world_is_listed(f, m % 12) && world_is_chained(f, m)) {
                add_chain_row(f, m, out);
                ++*rows;
            }
    }
}

static bool has_override(const struct world_asset *asset)
{
    for (int i = 0; i < asset->entry_count; i++)
        if (strstr(asset->entries[i], "_OVERRIDE_"))
            return true;
    return false;
}

/* A weekday between the 8th and the 18th: before the last trade of any contract of the next month. */
static int32_t made_up_expiry(const struct world_asset *asset, int32_t month)
{
    int32_t day = (int32_t)date_to_days((struct date){month / 12, month % 12 + 1, 8});
    day += (int32_t)world_draw(asset->seed, 30, (uint64_t)month, 9);
    while (date_weekday(day) >= 5)
        day++;
    return day;
}

void world_overrides_text(const struct world_list *l, const struct world_real *r, struct text *out,
                          long *rows)
{
    *rows = 0;
    text_puts(out, "ticker,expiry\n");
    for (int i = 0; i < l->n; i++) {
        const struct world_asset *asset = &l->assets[i];
        if (!has_override(asset))
            continue;
        if (asset->is_real) {
            world_real_overrides(r, asset, out, rows);
            continue;
        }
        for (int32_t m = 12 * (WORLD_YEAR_MIN - 1) + 10; m < 12 * (WORLD_YEAR_MAX + 1); m++) {
            char day[DATE_TEXT];
            date_format(day, made_up_expiry(asset, m) * (int64_t)DATE_DAY_SECONDS);
            text_printf(out, "%s,%s\n", asset->name, day);
            ++*rows;
        }
    }
}
