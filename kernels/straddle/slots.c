#include "kernels/straddle/base.h"
#include "kernels/straddle/tickers_pack.h"

#include <string.h>

/* ---- how values are freed --------------------------------------------------------------------- */

static void free_block(const void *block)
{
    mem_free(MEM_ASSETS, (void *)(uintptr_t)block);
}

static void free_schedule(const void *schedule)
{
    mem_free(MEM_BASE, (void *)(uintptr_t)schedule);
}

static void free_amt(const void *amt)
{
    amt_free((struct amt *)(uintptr_t)amt);
}

static void free_schemas(const void *schemas)
{
    tickers_schemas_free((struct ticker_schemas *)(uintptr_t)schemas);
}

static void free_chain(const void *chain)
{
    chain_free((struct chain *)(uintptr_t)chain);
}

static void free_overrides(const void *overrides)
{
    overrides_free((struct overrides *)(uintptr_t)overrides);
}

static void free_prices(const void *prices)
{
    prices_close((struct prices *)(uintptr_t)prices);
}

/* ---- values as text, for who compares two of them --------------------------------------------- */

static void print_paths(const void *value, struct text *out)
{
    const struct st_file *file = value;
    text_printf(out, "%u %s", file->number, file->path);
}

static void print_asset(const void *value, struct text *out)
{
    const struct amt_asset *a = value;
    text_printf(out, "%s|%s|%s|%s|%.17g|%d|%d|%d", a->name, a->underlying, a->group, a->schedule,
                a->weight_cap, (int)a->model, (int)a->vol.source, (int)a->hedge.source);
    text_printf(out, "|%s|%s|%s|%s|%s|%s|%s|%s|%ld|%s|%s|%s|%s|%s|%d", a->vol.ticker, a->vol.near,
                a->vol.far, a->hedge.ticker, a->hedge.field, a->hedge.code, a->hedge.month_map,
                a->hedge.market, a->hedge.min_year_offset, a->hedge.hedge, a->hedge.hedge1,
                a->hedge.currency, a->hedge.tenor, a->note, a->is_synthetic);
}

static void print_amt(const void *value, struct text *out)
{
    const struct amt *amt = value;
    for (int i = 0; i < amt->asset_count; i++) {
        print_asset(&amt->assets[i], out);
        text_puts(out, "\n");
    }
    for (int i = 0; i < amt->schedule_count; i++) {
        text_puts(out, amt->schedules[i].name);
        for (int k = 0; k < amt->schedules[i].n; k++)
            text_printf(out, "|%s", amt->schedules[i].entries[k]);
        text_puts(out, "\n");
    }
}

static void print_straddles(const struct straddle *v, int n, struct text *out)
{
    char text[STRADDLE_TEXT];
    for (int i = 0; i < n; i++) {
        text_add(out, text, straddle_print(&v[i], text));
        text_puts(out, "\n");
    }
}

static void print_schedule(const void *value, struct text *out)
{
    const struct schedule *schedule = value;
    print_straddles(schedule->entries, schedule->n, out);
}

static void print_expand(const void *value, struct text *out)
{
    const struct st_month *month = value;
    print_straddles(month->v, month->n, out);
}

/* Opaque: told by what they take. */
static void print_schemas(const void *value, struct text *out)
{
    text_printf(out, "%zu bytes", tickers_schemas_bytes(value));
}

static void print_tickers(const void *value, struct text *out)
{
    struct tickers t;
    st_tickers_unpack(value, &t);
    text_printf(out, "%s %s", t.vol.ticker, t.vol.field);
    for (int i = 0; i < t.hedge_count; i++)
        text_printf(out, "|%s %s", t.hedges[i].ticker, t.hedges[i].field);
}

static void print_chain(const void *value, struct text *out)
{
    text_printf(out, "%ld rows, %zu bytes", chain_rows(value), chain_bytes(value));
}

static void print_overrides(const void *value, struct text *out)
{
    text_printf(out, "%ld rows, %zu bytes", overrides_rows(value), overrides_bytes(value));
}

static void print_prices(const void *value, struct text *out)
{
    text_puts(out, prices_kind_words[prices_kind_of(value)]);
}

/* ---- rows ------------------------------------------------------------------------------------- */

#define ROW(slot, free, print) [ST_SLOT_##slot] = {#slot, st_base_##slot, free, print}

const struct st_slot_row st_slots[ST_SLOT_COUNT] = {
    ROW(paths, free_block, print_paths),
    ROW(amt, free_amt, print_amt),
    ROW(asset, free_block, print_asset),
    ROW(schedule, free_schedule, print_schedule),
    ROW(expand, free_block, print_expand),
    ROW(schemas, free_schemas, print_schemas),
    ROW(tickers, free_block, print_tickers),
    ROW(chain, free_chain, print_chain),
    ROW(overrides, free_overrides, print_overrides),
    ROW(prices, free_prices, print_prices),
    ROW(series, NULL, NULL),
    ROW(value, NULL, NULL),
};
