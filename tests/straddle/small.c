#include "tests/straddle/small.h"

#include "harness/base/rng.h"
#include "kernels/store/dates.h"
#include "tests/test.h"

#include <limits.h>
#include <string.h>

static const char amt[] =
    "expiry_schedules:\n"
    "  futures: [N0_OVERRIDE_33.3, F10_OVERRIDE_12.5]\n"
    "  fridays: [N0_F3_50, N5_BDb_50]\n"
    "  credit: [%s]\n"
    "amt:\n"
    "  AA Comdty:\n"
    "    Underlying: AA Comdty\n"
    "    Class: Commodity\n"
    "    Options: futures\n"
    "    WeightCap: 0.05\n"
    "    Vol: {Source: BBG, Ticker: AA1 Comdty, Near: NEAR_IV, Far: FAR_IV}\n"
    "    Valuation: {Model: ES, S: px, X: strike, t: expiry_date - date, v: vol}\n"
    "    Hedge: {Source: fut, fut_code: AA, fut_month_map: GHJKMNQUVXZF, min_year_offset: 0,\n"
    "            market_code: Comdty}\n"
    "  BB Index:\n"
    "    Underlying: BB Index\n"
    "    Class: Equity\n"
    "    Options: fridays\n"
    "    WeightCap: 0.1\n"
    "    Vol: {Source: CV, Ticker: BB, Near: BB_NEAR, Far: BB_FAR}\n"
    "    Valuation: {Model: ES, S: px, X: strike, t: expiry_date - date, v: vol}\n"
    "    Hedge: {Source: nonfut, Ticker: BB Index, Field: PX_LAST}\n"
    "  CC Curncy:\n"
    "    Underlying: CC Curncy\n"
    "    Class: Credit\n"
    "    Options: credit\n"
    "    WeightCap: 0.2\n"
    "    Vol: {Source: BBG, Ticker: CC Curncy, Near: NEAR_IV, Far: FAR_IV}\n"
    "    Valuation: {Model: CDS_ES, S: px, X: strike, t: expiry_date - date, v: vol}\n"
    "    Hedge: {Source: cds, hedge: CC HEDGE, hedge1: CC OTHER}\n";

void small_write_amt(const char *dir, const char *cc_entry)
{
    struct text text = {0};
    text_printf(&text, amt, cc_entry);
    test_write(test_in(dir, "amt.yaml"), text.p);
    text_done(&text);
}

/* ---- tables ----------------------------------------------------------------------------------- */

static void write_chain(const char *dir)
{
    struct text text = {0};
    text_puts(&text, "normalized_future,actual_future,last_date\n");
    for (int i = 0; i < 12; i++) /* the others keep their names */
        text_printf(&text, "AA%c2021 Comdty,AA%c21 Comdty,2021-01-01\n", "FGHJKMNQUVXZ"[i],
                    "FGHJKMNQUVXZ"[i]);
    test_write(test_in(dir, "chain.csv"), text.p);
    text_done(&text);
}

/* Of June 2021 there is none: those straddles have no anchor. */
static void write_overrides(const char *dir)
{
    struct text text = {0};
    text_puts(&text, "ticker,expiry\n");
    for (int m = 0; m < 36; m++)
        if (m != 17)
            text_printf(&text, "AA Comdty,%d-%02d-%02d\n", 2020 + m / 12, m % 12 + 1, 14 + m % 5);
    test_write(test_in(dir, "overrides.csv"), text.p);
    text_done(&text);
}

/* ---- prices ----------------------------------------------------------------------------------- */

static void add_series(struct prices_writer *w, const char *ticker, const char *field, double level,
                       double negative_on)
{
    struct err e;
    struct rng rng = rng_seeded(strlen(ticker) * 131 + strlen(field));
    int32_t from = (int32_t)date_to_days((struct date){2020, 9, 1});
    int32_t to = (int32_t)date_to_days((struct date){2022, 3, 31});
    double value = level;
    for (int32_t day = from; day <= to; day++) {
        value *= 1 + 0.01 * rng_normal(&rng);
        if (date_weekday(day) >= 5 || rng_below(&rng, 12) == 0)
            continue;
        double told = day == (int32_t)negative_on ? -value : value;
        assert_ok(prices_writer_add(w, ticker, field, day, (double)(long)(told * 100) / 100, &e),
                  &e);
    }
}

static void write_prices(const char *dir, enum prices_kind kind)
{
    char path[PATH_MAX + 64], ticker[64];
    struct err e;
    struct prices_facts facts;
    snprintf(path, sizeof path, "%s/prices.%s", dir, prices_kind_words[kind]);
    struct prices_writer *w = prices_writer_open(kind, path, &e);
    assert_ok(w, &e);
    int32_t bad = (int32_t)date_to_days((struct date){2021, 3, 10});
    add_series(w, "AA1 Comdty", "NEAR_IV", 30, 0);
    add_series(w, "AA1 Comdty", "FAR_IV", 22, 0);
    for (int i = 0; i < 12; i++) {
        snprintf(ticker, sizeof ticker, "AA%c21 Comdty", "FGHJKMNQUVXZ"[i]);
        add_series(w, ticker, "PX_LAST", 50 + i, 0);
        snprintf(ticker, sizeof ticker, "AA%c2022 Comdty", "FGHJKMNQUVXZ"[i]);
        add_series(w, ticker, "PX_LAST", 70 + i, 0);
    }
    add_series(w, "BB_NEAR", "none", 18, 0);
    add_series(w, "BB_FAR", "none", 25, 0);
    add_series(w, "BB Index", "PX_LAST", 4000, bad);
    add_series(w, "CC Curncy", "NEAR_IV", 40, 0);
    add_series(w, "CC Curncy", "FAR_IV", 45, 0);
    add_series(w, "CC HEDGE", "PX_LAST", 60, 0);
    add_series(w, "CC OTHER", "PX_LAST", 100, 0);
    assert_ok(prices_writer_commit(w, &facts, &e), &e);
}

void small_make(const char *dir)
{
    small_write_amt(dir, "F0_BD5_100");
    write_chain(dir);
    write_overrides(dir);
    write_prices(dir, PRICES_BLOCKS);
    write_prices(dir, PRICES_SQLITE);
}

struct st_settings small_settings(const char *dir)
{
    static char paths[4][PATH_MAX + 64];
    static const char *const names[] = {"amt.yaml", "chain.csv", "overrides.csv", "prices.blocks"};
    for (int i = 0; i < 4; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", dir, names[i]);
    return (struct st_settings){.asset = ".",
                                .from_year = 2021,
                                .to_year = 2021,
                                .amt = paths[0],
                                .chain = paths[1],
                                .overrides = paths[2],
                                .prices = paths[3],
                                .workers = 1,
                                .batch = 7,
                                .seed = 3,
                                .order = "clustered"};
}

/* ---- runs ------------------------------------------------------------------------------------- */

int small_layer(const char *name)
{
    for (int i = 0; i < ST_LAYERS; i++)
        if (strcmp(st_layers[i].name, name) == 0)
            return i;
    fail_msg("no layer %s", name);
    return -1;
}

static bool take_rows(void *context, struct str text, struct err *e)
{
    (void)e;
    struct small_got *got = context;
    text_add(&got->rows, text.p, text.n);
    return true;
}

static bool take_note(void *context, bool failed, struct str text, struct err *e)
{
    (void)e;
    struct small_got *got = context;
    text_add(&got->notes, text.p, text.n);
    text_puts(&got->notes, "\n");
    got->failures += failed;
    return true;
}

void small_forget(struct small_got *got)
{
    text_done(&got->rows);
    text_done(&got->notes);
    *got = (struct small_got){0};
}

struct st_run *small_open(const struct st_settings *s, const struct st_layer *table,
                          uint64_t layers, struct small_got *got)
{
    struct err e;
    struct st_run_target target = {
        {got, take_rows, take_note, true},
        NULL
    };
    struct st_run *run = st_run_open(s, table, layers, target, &e);
    assert_ok(run, &e);
    return run;
}

bool small_steps(struct st_run *run, struct err *e)
{
    for (long lo = 0; lo < run->tasks.n; lo += 23)
        if (!st_run_step(run, lo, lo + 23 < run->tasks.n ? lo + 23 : run->tasks.n, e))
            return false;
    return true;
}

void small_run(struct st_run *run, struct small_got *got)
{
    struct err e;
    assert_ok(small_steps(run, &e), &e);
    assert_ok(st_run_digest(run, &got->digest, &e), &e);
}

struct small_got small_go(const struct st_settings *s, uint64_t layers)
{
    struct small_got got = {0};
    struct st_run *run = small_open(s, st_layers, layers, &got);
    small_run(run, &got);
    st_run_close(run);
    return got;
}

void small_same(const struct small_got *a, struct small_got b, const char *what)
{
    if (strcmp(a->digest.exact, b.digest.exact) != 0)
        fail_msg("%s: another digest", what);
    if (a->rows.n != b.rows.n || memcmp(a->rows.p, b.rows.p, a->rows.n) != 0)
        fail_msg("%s: other rows", what);
    assert_string_equal(a->notes.p ? a->notes.p : "", b.notes.p ? b.notes.p : "");
    small_forget(&b);
}

uint64_t small_count(const struct st_run *run, const char *name)
{
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    for (int i = st_run_counts(run, counts, KERNEL_COUNTS_MAX) - 1; i >= 0; i--)
        if (strcmp(counts[i].name, name) == 0)
            return counts[i].value;
    fail_msg("no count %s", name);
    return 0;
}
