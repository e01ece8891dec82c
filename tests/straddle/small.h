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

#endif
