/* Stored results without the plan that they came from, for whoever looks at a store from outside.
 *
 *     struct bt_plan facts;
 *     bt_facts_read("DIR/store.json", &arena, &facts, e);     (store_facts.h)
 *     struct bt_stored s;
 *     if (bt_stored_read(&facts, range, id, payload, &s, e))
 *         ... s.result, with &s.plan for whatever wants a plan ...
 *     bt_stored_done(&s);
 */
#ifndef CUPEL_BACKTEST_STORED_H
#define CUPEL_BACKTEST_STORED_H

#include "kernels/backtest/result.h"
#include "kernels/store/checkpoint.h"
#include "kernels/store/result_store.h"

/* Points into itself: not to be copied. */
struct bt_stored {
    struct bt_plan plan; /* the facts, and what the result says of itself: one range, its stamp */
    struct bt_range range;
    struct bt_role role;
    char content[SHA256_HEX];
    struct bt_result *result;
};

/* Of either form; all that can be checked is: checksum, id and range, symbols, every number. Error:
 * what is wrong with it. */
bool bt_stored_read(const struct bt_plan *facts, const char *range, const char *id,
                    struct str payload, struct bt_stored *out, struct err *e) MUST_CHECK;
/* Does its id follow from its parameters and the facts? */
bool bt_stored_fits(const struct bt_stored *s, struct err *e) MUST_CHECK;
void bt_stored_done(struct bt_stored *s); /* after an error too */

/* Adds every stored result that tells its stamp to the checkpoint; *found: how many. One that does
 * not is left out, so that it is computed again. */
bool bt_stored_name_all(struct result_store *results, struct checkpoint *doc, long *found,
                        struct err *e) MUST_CHECK;

#endif
