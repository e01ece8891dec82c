/* The asset file ("AMT", YAML): which assets have straddles, where their volatility and hedges are
 * found, how they are valued. Read whole, never changed.
 *
 *     struct amt *amt = amt_load("amt.yaml", e);
 *     const struct amt_asset *a = amt_find(amt, str_of("LA Comdty"));
 *     amt_free(amt);
 *
 * Sections that straddles do not need are read past; of backtest settings only aum and leverage are
 * checked, to be finite numbers; of rule tables, sections with Columns and Rows, only the form. Anchors
 * and aliases are followed, limits: yaml_tree.h.
 * A live asset must have what its sources need: Options, a schedule that is there; Vol.Near of BBG and
 * CV, Vol.Ticker of BBG; Hedge.Ticker of nonfut, fut_code, fut_month_map and market_code of fut, hedge of
 * cds, ccy and tenor of calc. Every asset: an Underlying of its own that does not begin with #, Vol.Source,
 * Hedge.Source, Valuation.Model; a WeightCap is not below 0. No text holds a control character.
 */
#ifndef CUPEL_STRADDLE_AMT_H
#define CUPEL_STRADDLE_AMT_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stdbool.h>

/* Of futures, January first. */
#define AMT_MONTH_LETTERS "FGHJKMNQUVXZ"
enum { AMT_UNDERLYING_BYTES = 200 }; /* at most */

enum amt_vol_source { AMT_VOL_BBG, AMT_VOL_CV, AMT_VOL_BBG_LMEVOL };
enum amt_hedge_source { AMT_HEDGE_FUT, AMT_HEDGE_NONFUT, AMT_HEDGE_CDS, AMT_HEDGE_CALC };
enum amt_model { AMT_ES, AMT_CDS_ES, AMT_NS, AMT_BS };

/* Texts that are not given are "". */
struct amt_asset {
    const char *name;       /* its key in the section `amt` */
    const char *underlying; /* what everything else knows it by */
    const char *group;      /* Class */
    const char *schedule;   /* Options: a name of expiry_schedules */
    double weight_cap;      /* live: above 0 */
    enum amt_model model;
    struct {
        enum amt_vol_source source;
        const char *ticker, *near, *far; /* near, far: fields; of CV: tickers; "NONE": none */
    } vol;
    struct {
        enum amt_hedge_source source;
        const char *ticker, *field;            /* nonfut */
        const char *code, *month_map, *market; /* fut: fut_code, fut_month_map, market_code */
        long min_year_offset;                  /* fut */
        const char *hedge, *hedge1;            /* cds */
        const char *currency, *tenor;          /* calc */
    } hedge;
    const char
        *note; /* Note: what a reader of results must know ("vol: realised, not implied"); ours */
    bool is_synthetic; /* Synthetic: true: made up; ours */
};

struct amt_schedule {
    const char *name;
    const char *const *entries; /* [n], as they stand: "N0_BDa_25" */
    int n;
};

struct amt {
    const struct amt_asset *assets; /* in the order of the file */
    int asset_count;
    const struct amt_schedule *schedules;
    int schedule_count;
    size_t bytes; /* of memory */
};

/* Error: "FILE:LINE: field: expected ...". Owner: the caller. */
struct amt *amt_load(const char *path, struct err *e) MUST_CHECK;
/* The same, with a line in notes for each key of an asset that nobody knows, the first ten. */
struct amt *amt_load_noting(const char *path, struct text *notes, struct err *e) MUST_CHECK;
struct amt *amt_parse(struct str yaml, const char *name,
                      struct err *e) MUST_CHECK; /* for fuzzing */
void amt_free(struct amt *amt);                  /* NULL is fine */

/* By Underlying, one after the other; NULL: none. */
const struct amt_asset *amt_find(const struct amt *amt, struct str underlying);
const struct amt_schedule *amt_schedule_find(const struct amt *amt, const char *name);

static inline bool amt_is_live(const struct amt_asset *a)
{
    return a->weight_cap > 0;
}

/* The live assets whose Underlying a POSIX extended regular expression finds anywhere in it, sorted by
 * Underlying in byte order: out[asset_count], returns how many; -1: a bad expression, e says why. */
int amt_select(const struct amt *amt, const char *pattern, const struct amt_asset **out,
               struct err *e);

#endif
