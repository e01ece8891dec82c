/* What goes between the process of a run and its workers: the state that both see, jobs, answers.
 *
 * A job is a head and its backtests as values. Where layers work on blocks and rows are all that is asked
 * for, it is some of a block's backtests on some of the symbols, and the worker writes its rows into memory
 * that both see: a place for each job of the pool's window, used again and again, so that neither messages
 * nor fresh pages cost what the rows did.
 *
 * An answer is the counts since the last job (told.h); where rows were asked for the content of the bundle;
 * then an item for each backtest.
 */
#ifndef CUPEL_BACKTEST_WORKERS_WIRE_H
#define CUPEL_BACKTEST_WORKERS_WIRE_H

#include "kernels/backtest/run.h"
#include "kernels/backtest/told.h"

/* The state of the layer. */
struct bt_workers {
    struct pool *pool;
    char *places; /* of the rows of jobs: [window][place_bytes]; NULL: packed results */
    size_t place_bytes;
    long window;
    struct bt_told told; /* in a worker */
};

struct bt_workers *bt_workers_of(const struct bt_run *run);

/* n items follow. */
struct bt_wire_job {
    int32_t range, n;
    int32_t symbol, symbols, place; /* rows of these symbols there; symbols 0: packed results */
};

/* bytes of a packed result (none where its rows are written) or of an error's text follow. */
struct bt_wire_item {
    uint32_t bytes;
    uint32_t code; /* enum err_code; ERR_OK: a result */
};

/* Where the rows of a job are written, packed, one backtest's after the other's. */
char *bt_wire_place(const struct bt_workers *w, const struct bt_wire_job *job);

/* Appends an item: the result packed (NULL: its rows are written), or why there is none. */
void bt_wire_put_item(const struct bt_plan *plan, const struct bt_result *result,
                      const struct err *why, struct text *out);

/* Cuts one off the front. false: it is cut short. */
bool bt_wire_cut_item(struct str *bytes, struct bt_wire_item *head, struct str *body);

#endif
