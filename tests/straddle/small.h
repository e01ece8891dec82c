/* A small world, written out by hand: three assets with a straddle or two a month, prices of two years. */
#ifndef CUPEL_TESTS_STRADDLE_SMALL_H
#define CUPEL_TESTS_STRADDLE_SMALL_H

#include "kernels/straddle/run.h"

/* Writes amt.yaml, chain.csv, overrides.csv, prices.blocks and prices.sqlite to `dir`, which is there. */
void small_make(const char *dir);

/* In each month AA has one near and one far straddle, BB (hedged by itself) two near ones, CC (credit, two
 * hedges) one far one: 5 a month. */
enum { SMALL_ASSETS = 3, SMALL_MONTH = 5, SMALL_YEAR = 12 * SMALL_MONTH };

/* All assets, expiries of 2021, files of `dir`; texts are static. */
struct st_settings small_settings(const char *dir);

/* Writes amt.yaml once more: weight and offset of CC's straddle as given. */
void small_write_amt(const char *dir, const char *cc_entry);

/* ---- runs ------------------------------------------------------------------------------------- */

enum {
    SMALL_ALL = (1 << ST_LAYERS) - 1,
    SMALL_MEMOS = (1 << ST_MEMOS) - 1,
    SMALL_SIMD = 1 << 11,
    SMALL_BATCH = 1 << 10
};
int small_layer(const char *name); /* its place in st_layers */

/* What a run gave: digest, lines of rows, notes. */
struct small_got {
    struct kernel_digest digest;
    struct text rows, notes;
    int failures;
};
void small_forget(struct small_got *got);

/* got: where its rows and notes go. Each fails the test on an error, but small_steps. */
struct st_run *small_open(const struct st_settings *s, const struct st_layer *table,
                          uint64_t layers, struct small_got *got);
bool small_steps(struct st_run *run, struct err *e) MUST_CHECK;
void small_run(struct st_run *run, struct small_got *got); /* all steps, and the digest */
struct small_got small_go(const struct st_settings *s, uint64_t layers); /* opens, runs, closes */

/* Fails the test where they differ. Takes over b. */
void small_same(const struct small_got *a, struct small_got b, const char *what);
uint64_t small_count(const struct st_run *run, const char *name);

#endif
