/* A digest of results that does not ask for their order, so that it needs no memory of them: each
 * row is hashed with what it belongs to (range, id, symbol), the hashes are added up, and the sum is
 * hashed again. It finds differences; it is no defence against somebody who makes them on purpose.
 */
#ifndef CUPEL_BACKTEST_DIGEST_H
#define CUPEL_BACKTEST_DIGEST_H

#include "kernels/backtest/result.h"

struct bt_digest {
    uint64_t sum[2], results;
};

/* Trade hash, wholes and the bits of the metrics (not CAGR's and its like, see row.h). Undefined is
 * one thing, whatever bits it has. */
void bt_digest_add(struct bt_digest *d, const struct bt_plan *plan, const struct bt_result *r);

/* What a filter decided counts as well: this combination is among the last. */
void bt_digest_add_survivor(struct bt_digest *d, const char *id);

void bt_digest_end(const struct bt_digest *d, char hex[SHA256_HEX]);

#endif
