/* The tables that cupel sweep writes: a record for each symbol of a result, or of what all ranges say of
 * one combination.
 *
 * CSV columns:  [range,]symbol,key[,ranges],total_return,sharpe,max_drawdown,orders,trades; with
 *               metrics all every other of row.h behind them. range where there are several.
 * JSON Lines:   first an object that says what the table is of (sweep_table_describe), then the
 *               same fields, with range always there and params {"fast":5,"slow":20} for the key.
 */
#ifndef CUPEL_CMD_SWEEP_TABLE_H
#define CUPEL_CMD_SWEEP_TABLE_H

#include "harness/cmd/emitter.h"
#include "kernels/backtest/run.h"

struct sweep_table {
    const struct bt_plan *plan;
    struct emitter out;
    bool combined; /* a record has no range, but tells how many there were */
    const struct bt_metric *shown[BT_METRICS_MAX];
    int shown_n;
};

/* Opens it and writes its head. Abandon with emitter_abandon(&t->out), commit with emitter_commit. */
bool sweep_table_open(struct sweep_table *t, const struct bt_plan *plan, bool combined,
                      const char *format, const char *path, struct err *e) MUST_CHECK;

bool sweep_table_result(struct sweep_table *t, const struct bt_result *r, struct err *e) MUST_CHECK;
/* Its symbols, then "mean", over them. */
bool sweep_table_combined(struct sweep_table *t, const struct bt_combined *c,
                          struct err *e) MUST_CHECK;

/* {"table":NAME,"cupel":"0.1.0","strategy":...,"ranges":[...],...} in front of JSON; CSV: nothing. */
bool sweep_table_describe(struct emitter *out, const char *name, const struct bt_plan *plan,
                          struct err *e) MUST_CHECK;

#endif
