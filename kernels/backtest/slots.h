/* The slots of a backtest run: every step that a layer may replace or wrap.
 *
 * Each slot is a link: a function, the state of the layer that it belongs to, and the link beneath
 * (for a layer that wraps). All functions of a slot have one type:
 *
 *     bool group_base(const struct bt_group_link *self, struct bt_run *run,
 *                     const struct bt_slice *slice, struct bt_bars *out, struct bt_lease *lease,
 *                     struct err *e);
 *
 * Call one with BT_CALL(run->ops.group, run, &slice, &bars, &lease, e), the one beneath with
 * BT_CALL(self->next, run, ...). Slots work on whole columns and blocks, never on a bar; nobody who
 * calls one asks which layers are on.
 */
#ifndef CUPEL_BACKTEST_SLOTS_H
#define CUPEL_BACKTEST_SLOTS_H

#include "kernels/backtest/numerics/account.h"
#include "kernels/backtest/result.h"
#include "kernels/backtest/strategy.h"
#include "kernels/store/bundle.h"
#include "kernels/store/checkpoint.h"

struct bt_run; /* run.h */
struct pool;   /* pool/pool.h */

/* How something borrowed is given back. Zero: nothing to do. */
struct bt_lease {
    void (*end)(void *owner, void *thing);
    void *owner, *thing;
};

static inline void bt_lease_end(struct bt_lease *lease)
{
    if (lease->end)
        lease->end(lease->owner, lease->thing);
    *lease = (struct bt_lease){0};
}

/* A job is a value: these backtests, all of one range, on all symbols or on some. */
struct bt_job {
    int range; /* of the plan's */
    const struct bt_item *items;
    int n;               /* 1..BT_BLOCK_MAX */
    int symbol, symbols; /* the first of the plan's, and how many; 0: all */
};

enum { BT_BLOCK_MAX = 8192 };

struct bt_assets {
    const struct bundle_asset *v;
    int n;
};

/* The bars of one asset in a range, and which other assets the run will want of the same bundle. */
struct bt_slice {
    struct bundle *bundle;
    uint32_t asset;
    const uint32_t *wanted;
    int wanted_count;
    int64_t from, to; /* seconds, both included */
};

/* What accounting starts from: signals and the series that fills and marks are taken of. */
struct bt_position {
    const int8_t *signal;
    const struct bt_series *fill, *close;
    const struct bt_bars *bars;
};

/* What accounting gives, into the memory of whoever asks. */
struct bt_outcome {
    struct bt_row *row;      /* always wanted */
    struct bt_trade *trades; /* NULL: not wanted; otherwise room for bt_trades_max(bars) */
    long trade_count;        /* written: how many trades; 0 when they are not wanted */
    double *equity;          /* NULL: not wanted; otherwise room for one value a bar */
};

/* Takes over a stored result (never NULL). */
struct bt_sink {
    bool (*take)(void *context, struct bt_result *result, struct err *e);
    void *context;
    struct err first_problem; /* why the first unreadable one could not be read; text "" if none */
};

/* Notes why a result could not be read. A stale one (ERR_DIFFERENT) is none that is wanted. */
static inline void bt_sink_problem(struct bt_sink *sink, const struct err *why)
{
    if (why->code != ERR_DIFFERENT && !sink->first_problem.text[0])
        sink->first_problem = *why;
}

/* How far the run is, when results may be let go. */
enum bt_point { BT_RANGE_END, BT_RUN_END };

/* slot, its own arguments (between run and e). What each does, and how long what it hands out lives:
 *   checkpoint  the ids that are done; until the lease ends
 *   bundle      the open market data; until the lease ends
 *   assets      id of each symbol; until the lease ends
 *   group       the bars of one asset in a range, maybe none; until the lease ends
 *   history     one field of the bars, contiguous; as long as the bars
 *   evaluate    a job over one symbol's bars: outs[k] is filled for backtests[k]
 *   indicator   one indicator over a series; until one of other bars is asked for, or the job ends
 *   account     signals to an outcome
 *   save        stores a result and marks it done; doc is the checkpoint that was consulted
 *   flush       everything saved so far is safe on disk; at the end of a range
 *   recall      the stored results of a job's backtests: results[k], NULL where there is none
 *   load        stored results, at least those of the job, each to the sink once
 *   collect     takes over a finished result, in the order of the plan: for the end, or for a while
 *   deliver     hands what was collected to the consumer, in order, as soon as it sees fit
 *   warm        this process is about to fork workers that will compute
 *   disband     a batch of workers' jobs is done
 *   exec        backtests lo..hi-1 */
#define BT_SLOTS(X)                                                                                \
    X(checkpoint, struct checkpoint **doc, struct bt_lease *lease)                                 \
    X(bundle, struct bundle **out, struct bt_lease *lease)                                         \
    X(assets, struct bundle *bundle, struct bt_assets *out, struct bt_lease *lease)                \
    X(group, const struct bt_slice *slice, struct bt_bars *out, struct bt_lease *lease)            \
    X(history, const struct bt_bars *bars, enum bt_field field, struct bt_series *out)             \
    X(evaluate, const struct bt_job *job, const struct bt_bars *bars, struct bt_outcome *outs)     \
    X(indicator, const struct bt_ask *ask, const struct bt_series *s, struct bt_indicator *out)    \
    X(account, const struct bt_position *position, struct bt_outcome *out)                         \
    X(save, struct checkpoint *doc, const struct bt_result *result)                                \
    X(flush, int range)                                                                            \
    X(recall, const struct bt_job *job, struct bt_result **results)                                \
    X(load, const struct bt_job *job, struct bt_sink *sink)                                        \
    X(collect, struct bt_result *result)                                                           \
    X(deliver, enum bt_point point)                                                                \
    X(warm, int range, struct pool *pool)                                                          \
    X(disband, struct pool *pool)                                                                  \
    X(exec, long lo, long hi)

#define BT_SLOT_TYPES(slot, ...)                                                                   \
    struct bt_##slot##_link;                                                                       \
    typedef bool bt_##slot##_fn(const struct bt_##slot##_link *self, struct bt_run *run,           \
                                __VA_ARGS__, struct err *e);                                       \
    struct bt_##slot##_link {                                                                      \
        bt_##slot##_fn *call;                                                                      \
        void *state;                                                                               \
        const struct bt_##slot##_link *next;                                                       \
    };
BT_SLOTS(BT_SLOT_TYPES)
#undef BT_SLOT_TYPES

enum bt_slot {
#define BT_SLOT_ENUM(slot, ...) BT_SLOT_##slot,
    BT_SLOTS(BT_SLOT_ENUM)
#undef BT_SLOT_ENUM
        BT_SLOT_COUNT
};

#define BT_SLOT_BIT(slot) (1u << BT_SLOT_##slot)

/* One function per slot, NULL where a layer has none. */
struct bt_functions {
#define BT_SLOT_FUNCTION(slot, ...) bt_##slot##_fn *slot;
    BT_SLOTS(BT_SLOT_FUNCTION)
#undef BT_SLOT_FUNCTION
};

/* The resolved slots. */
struct bt_ops {
#define BT_SLOT_HEAD(slot, ...) const struct bt_##slot##_link *slot;
    BT_SLOTS(BT_SLOT_HEAD)
#undef BT_SLOT_HEAD
};

#define BT_CALL(link, ...) ((link)->call((link), __VA_ARGS__))

extern const struct bt_functions bt_base; /* base.c: the plainest correct code for every slot */

#endif
