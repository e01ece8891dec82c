/* Do two sides have the same results? By their digests (kernels/kernel.h), and where layers may change
 * metrics within a bound, by the sums of these.
 *
 *     if (!agree_check(&found, &expected, "the base has", e)) ...      // MISMATCH: e says what differs
 *
 * As JSON, in messages and records: "digest" is the exact part; "result_metrics" the rest, or null:
 *     {"digest": HEX, "error": 1e-10,
 *      "sums": {"sharpe": {"sum":, "weight":, "defined":, "undefined":}, ...}}
 */
#ifndef CUPEL_RESULT_AGREE_H
#define CUPEL_RESULT_AGREE_H

#include "harness/base/json.h"
#include "kernels/kernel.h"

/* The exact digest must be the same, always. Where no side has a bound, the digest of the metrics too;
 * else as many values are defined, and each sum is the expected one within the two errors together,
 * times the greater weight. Error: MISMATCH, which of these and both values. `whose`: "the base has". */
bool agree_check(const struct kernel_digest *found, const struct kernel_digest *expected,
                 const char *whose, struct err *e) MUST_CHECK;

/* The exact digest against one that is written down; NULL or "": nothing is expected. */
bool agree_exact(const struct kernel_digest *found, const char *expected, const char *whose,
                 struct err *e) MUST_CHECK;

/* Puts "digest" and "result_metrics". No digest ("", a command): null. */
void agree_put(struct json *object, const struct kernel_digest *d);

/* Reads them; "result_metrics" may be missing (results of older programs). Error: names the field. */
bool agree_read(const struct json *object, struct kernel_digest *out, struct err *e) MUST_CHECK;

#endif
