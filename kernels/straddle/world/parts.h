/* What the rooms of a world share: its assets, and where their files are written. Internal to
 * kernels/straddle/world*. */
#ifndef CUPEL_STRADDLE_WORLD_PARTS_H
#define CUPEL_STRADDLE_WORLD_PARTS_H

#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "kernels/store/dates.h"
#include "kernels/straddle/amt.h"
#include "kernels/straddle/straddle.h"
#include "kernels/straddle/world.h"

enum { WORLD_ENTRIES_MAX = 8, WORLD_TEXT = 96 };

/* A futures market: which contract hedges straddles of an expiry month (tickers.h). */
struct world_future {
    const char *code, *map;
    long min_year_offset;
    bool chained; /* its contracts have another name in the chain */
};

/* What assets of a kind have in common. */
struct world_kind {
    const char *group, *toggle; /* Class; the anchor of its weight */
    enum amt_model model;
    enum amt_hedge_source hedge;
    double low, high, vol; /* first price between these; per cent a year, on average */
    double scale;          /* prices are whole multiples of 1 / scale */
};

struct world_asset {
    const char *name; /* Underlying */
    const struct world_kind *kind;
    const struct world_future *future; /* hedge fut */
    const char *const *entries;        /* as they stand in the asset file */
    int entry_count;
    int schedule; /* 1.. : equal entries, equal number */
    bool is_live, is_real;
    uint64_t seed;     /* of all that is made up about it */
    const char *vol;   /* ticker; of CV: what its two begin with */
    const char *quote; /* nonfut: ticker of the hedge */
    const char *old;   /* "": not split; else what vol and quote were called before the cut */
    int32_t cut;       /* straddle_month */
    enum amt_vol_source source;
    const char *near, *far, *note;
};

struct world_list {
    struct world_asset *assets; /* the live ones first */
    int n, live, schedules, real;
    long a_month;
};

#define WORLD_AMT       "amt.yaml"
#define WORLD_CHAIN     "chain.csv"
#define WORLD_OVERRIDES "overrides.csv"
#define WORLD_MANIFEST  "manifest.json"

/* world.c */
bool world_hash_file(const char *path, char hex[65], struct err *e) MUST_CHECK;
const char *world_source_text(const struct world_settings *s, int live, struct arena *a);

/* Where prices go: to one writer for each kind of file. */
struct world_sink {
    struct prices_writer *writers[PRICES_KIND_COUNT];
    const volatile sig_atomic_t *stop;
};
bool world_put(struct world_sink *s, const char *ticker, const char *field, int32_t day,
               double value, struct err *e) MUST_CHECK;

/* list.c: of the real list where there is one (world_settings.real), else made up. */
enum { WORLD_LIST_MAX = 4000 }; /* of the real list */
bool world_list_make(struct world_list *l, const struct world_settings *s, struct arena *a,
                     struct err *e) MUST_CHECK;
void world_list_add(struct world_list *l, const char *name, const char *entries, struct arena *a);
/* list_real.c: the real list's, as many as the settings ask for. */
bool world_list_add_real(struct world_list *l, const struct world_settings *s, struct arena *a,
                         struct err *e) MUST_CHECK;
/* kinds.c: kind, tickers and fields by name and entries; synthetic. */
void world_kind_set(struct world_asset *asset, uint64_t seed, struct arena *a);
const struct world_future *world_future_of(const char *code, size_t n);
/* The contract by its month (straddle_month), as quoted: "QQF25 Comdty" if chained, "QQF2025 Comdty". */
char *world_contract(const struct world_future *f, int32_t month, bool chained,
                     char out[WORLD_TEXT]);
int32_t world_last_trade(int32_t month); /* of a made-up contract */
bool world_is_chained(const struct world_future *f, int32_t month);
/* "EUR5Y5Y" -> "EUR", "5Y5Y" */
struct world_swap {
    char currency[WORLD_TEXT], tenor[WORLD_TEXT];
};
struct world_swap world_swap_of(const char *name);
bool world_is_listed(const struct world_future *f, int month); /* 0..11 */

/* real.c: a folder of real data. */
struct world_real;
struct world_real *world_real_open(const char *dir, struct arena *a, struct err *e) MUST_CHECK;
bool world_real_prices(const struct world_real *r, struct world_sink *s, struct err *e) MUST_CHECK;
/* Rows for an asset that is real. chain: "FUTURE,ACTUAL,LAST". */
void world_real_chain(const struct world_real *r, const struct world_asset *asset, struct text *out,
                      long *rows);
void world_real_overrides(const struct world_real *r, const struct world_asset *asset,
                          struct text *out, long *rows);
struct json;
void world_real_facts(const struct world_real *r, struct json *manifest);

/* walk.c: the prices of one made-up asset. */
bool world_walk(const struct world_asset *asset, struct world_sink *s, struct arena *a,
                struct err *e) MUST_CHECK;

/* tables.c, asset_file.c: whole texts. */
void world_chain_text(const struct world_list *l, const struct world_real *r, struct text *out,
                      long *rows);
void world_overrides_text(const struct world_list *l, const struct world_real *r, struct text *out,
                          long *rows);
void world_asset_text(const struct world_list *l, const struct world_settings *s, struct text *out);

static inline int32_t world_first_day(void)
{
    return (int32_t)date_to_days((struct date){WORLD_YEAR_MIN - 1, 11, 1});
}

static inline int32_t world_last_day(void)
{
    return (int32_t)date_to_days((struct date){WORLD_YEAR_MAX, 12, 31});
}

/* A number in 0..n-1 that a seed and two numbers give. */
static inline uint64_t world_draw(uint64_t seed, uint64_t x, uint64_t y, uint64_t n)
{
    return rng_mix(rng_mix(rng_mix(seed) + x) + y) % n;
}

#endif
