/* A store folder and who may use it, how, and for what.
 *
 *     DIR/lock              held while a run uses the store (fcntl: it ends with its process)
 *     DIR/store.json        what every result in it depends on
 *     DIR/stamps.json       what the stamps of results stand for (store_stamps.h)
 *     DIR/checkpoint.json   checkpoint.h; or checkpoint.sqlite
 *     DIR/filtered.json     what the last run's filters left out; it stays stored all the same
 *     DIR/results/          result_store.h
 */
#ifndef CUPEL_BACKTEST_SESSION_H
#define CUPEL_BACKTEST_SESSION_H

#include "kernels/backtest/run.h"

/* Takes the lock, makes or compares store.json, opens the store of the run and sees to its
 * checkpoint: a damaged one is rebuilt from the stored results and kept aside, a missing one is
 * rebuilt when there are results, one of the other kind (JSON, SQLite) is taken over. Each is told in
 * run->notes, one line each, and so is how many stored results are stale. Error: another run has it (its pid is named), not empty and no resume,
 * made for something else (what differs is named). bt_session_close gives everything back, also
 * after an error. */
bool bt_session_open(struct bt_run *run, struct bt_run_target target, struct err *e) MUST_CHECK;
void bt_session_close(struct bt_run *run);

/* Writes filtered.json: which combinations the filters of this run left out (none: no such file). */
bool bt_session_finish(struct bt_run *run, struct err *e) MUST_CHECK;

#endif
