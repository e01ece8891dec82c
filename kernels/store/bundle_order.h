/* The canonical order of rows that came in another: by (time, rank of the asset).
 *
 * Rows of one asset are already ascending, so this is a merge of the assets' chains: a heap of one
 * row an asset, 4 bytes a row for the chains.
 */
#ifndef CUPEL_STORE_BUNDLE_ORDER_H
#define CUPEL_STORE_BUNDLE_ORDER_H

#include "harness/base/arena.h"
#include "kernels/store/bundle.h"

struct bundle_order;

/* rank[asset]: its place among n_assets. rows and rank must outlive the order, which lives in the
 * arena. n_rows < 2^32 - 1. */
struct bundle_order *bundle_order_new(struct arena *a, const struct bar_row *rows, long n_rows,
                                      const uint32_t *rank, int n_assets);

/* The index of the next row: to be called n_rows times. */
long bundle_order_next(struct bundle_order *o);

#endif
