/* What the slots kernel's files share: the context of a run, and the rows of what can be called. */
#ifndef CUPEL_SLOTS_SLOTS_PARTS_H
#define CUPEL_SLOTS_SLOTS_PARTS_H

#include "harness/base/rng.h"
#include "kernels/backtest/told.h"

struct slots;

/* One slot, or some of them, as a call. `which` is the argument of the call, 0 <= which < different. NULL
 * functions: nothing to do. */
struct slots_row {
    const char *name;
    bool in_workers;                              /* needs several workers, others one */
    bool (*open)(struct slots *s, struct err *e); /* what calls need; sets different */
    bool (*call)(struct slots *s, long call, long which, struct err *e);
    bool (*hash)(struct slots *s, long which, struct sha256 *h, struct err *e); /* all of it */
    void (*results)(struct slots *s,
                    struct kernel_digest *out); /* metrics, and an `exact` of its own */
    void (*close)(struct slots *s);             /* also after open failed */
};

#define SLOTS_ROWS(X)                                                                              \
    X(bundle) X(assets) X(filter) X(convert) X(columns) X(indicator) X(backtest) X(workers) X(sweep)

#define SLOTS_EXTERN(row) extern const struct slots_row slots_##row;
SLOTS_ROWS(SLOTS_EXTERN)
#undef SLOTS_EXTERN

struct slots_settings {
    const char *slot, *windows, *indicator;
    long calls;
    bool warm, worker_columns;
    struct bt_settings run;
};

extern const char *const slots_indicator_names[]; /* by enum bt_indicator_kind, then NULL */

/* Market data in hand. */
struct slots_held {
    struct bundle *bundle;
    struct bt_lease lease;
};

struct slots_symbol {
    struct bt_slice slice;
    struct bt_bars bars; /* of the slice; lease: the bars' */
    struct bt_lease lease;
    struct bt_series closes;
};

struct slots {
    const struct slots_row *row;
    const struct slots_settings *settings; /* live until release */
    struct bt_run *run;
    struct arena arena;
    long different;
    uint64_t trace; /* of what was handed out, a value or two of each */

    struct slots_held *held;
    int held_count;
    uint32_t *ids;                /* [plan.symbol_count] */
    struct slots_symbol *symbols; /* [plan.symbol_count], the first symbol_count have bars */
    int symbol_count;
    struct arena_mark prepared; /* of the run's scratch: what stands before it stays */
    long *windows;              /* [window_count] */
    long window_count;
    enum bt_indicator_kind indicator;
    struct bt_item *items; /* [different] */

    struct pool *pool;       /* of slot workers */
    bool started;            /* a call was made */
    struct bt_assets assets; /* in a worker: its list, its lease */
    struct bt_lease assets_lease;
    struct bt_told told; /* in a worker */

    struct kernel_digest last; /* of slot sweep */
    char sweeps[SHA256_HEX];   /* of the digests of all */

    struct kernel_count before[KERNEL_COUNTS_MAX]; /* when the measured calls began */
    uint64_t started_before;                       /* workers, then */
};

static inline void slots_see(struct slots *s, uint64_t value)
{
    s->trace = rng_mix(s->trace + 0x9e3779b97f4a7c15u + value);
}

/* ---- slots_data.c ----------------------------------------------------------------------------- */

/* One more bundle in hand (s->held has room), and its asset list where that is asked for: s->ids then. */
bool slots_hold(struct slots *s, struct err *e) MUST_CHECK;
bool slots_find_ids(struct slots *s, struct err *e) MUST_CHECK;

/* The bars of all symbols, of the last bundle in hand; they stay until slots_let_go. */
bool slots_need_bars(struct slots *s, struct err *e) MUST_CHECK;
void slots_let_go(struct slots *s); /* bars, assets, bundles; the run's scratch is empty then */

void slots_hash_assets(struct sha256 *h, struct bt_assets assets);
void slots_hash_bars(struct sha256 *h, const struct bt_bars *bars);

#endif
