/* Every asset is found by its Underlying and selected once when it is live, in order; what its schedule
 * and tickers are made of holds or is refused; every straddle made of it comes back from its text. */
#include "tests/fuzz/fuzz.h"

#include "harness/base/mem.h"
#include "kernels/straddle/amt.h"
#include "kernels/straddle/schedule.h"
#include "kernels/straddle/tickers.h"

#include <string.h>

enum { MONTH = 12 * 2024 + 11, ENTRIES_MAX = 64 };

static void check_schedule(const struct amt *amt, const struct amt_asset *a)
{
    struct err e = {0};
    struct straddle straddles[ENTRIES_MAX], again;
    const struct amt_schedule *text = amt_schedule_find(amt, a->schedule);
    FUZZ_HOLDS(text && text->n <= ENTRIES_MAX);
    struct schedule *s = schedule_of(text, a->underlying, &e);
    if (!s) {
        fuzz_refused(&e);
        return;
    }
    schedule_expand(s, MONTH, straddles);
    for (int i = 0; i < s->n; i++) {
        char out[STRADDLE_TEXT];
        straddle_print(&straddles[i], out);
        FUZZ_HOLDS(straddle_parse(str_of(out), &again, &e));
        FUZZ_HOLDS(memcmp(&again, &straddles[i], sizeof again) == 0);
    }
    mem_free(MEM_BASE, s);
}

static void check_tickers(const struct amt_asset *a)
{
    struct err e = {0};
    struct arena arena = {0};
    struct tickers near, far;
    struct ticker_schemas *s = tickers_schemas(a, &e);
    if (!s) {
        fuzz_refused(&e);
        return;
    }
    FUZZ_HOLDS(tickers_of_month(s, STRADDLE_FAR, MONTH, NULL, &arena, &far, &e));
    FUZZ_HOLDS(tickers_of_month(s, STRADDLE_NEAR, MONTH, NULL, &arena, &near, &e));
    FUZZ_HOLDS(near.hedge_count >= 1 && near.hedge_count <= TICKERS_HEDGES_MAX);
    FUZZ_HOLDS(near.hedge_count == far.hedge_count);
    for (int i = 0; i < near.hedge_count; i++)
        FUZZ_HOLDS(strcmp(near.hedges[i].ticker, far.hedges[i].ticker) == 0);
    if (a->vol.source == AMT_VOL_BBG && strcmp(a->vol.far, "NONE") != 0)
        FUZZ_HOLDS(strcmp(far.vol.field, a->vol.far) == 0);
    tickers_schemas_free(s);
    arena_done(&arena);
}

static void check(const struct amt *amt)
{
    struct err e = {0};
    struct arena arena = {0};
    int live = 0;
    const struct amt_asset **out = ARENA_NEW(&arena, const struct amt_asset *, amt->asset_count);
    for (int i = 0; i < amt->asset_count; i++) {
        const struct amt_asset *a = &amt->assets[i];
        FUZZ_HOLDS(amt_find(amt, str_of(a->underlying)) == a);
        live += amt_is_live(a);
        if (amt_is_live(a)) {
            check_schedule(amt, a);
            check_tickers(a);
        }
    }
    FUZZ_HOLDS(amt_select(amt, "", out, &e) == live);
    for (int i = 1; i < live; i++)
        FUZZ_HOLDS(strcmp(out[i - 1]->underlying, out[i]->underlying) < 0);
    arena_done(&arena);
}

void fuzz_amt(struct str bytes)
{
    struct err e = {0};
    struct amt *amt = amt_parse(bytes, "F", &e);
    if (amt)
        check(amt);
    else
        fuzz_refused(&e);
    amt_free(amt);
}
