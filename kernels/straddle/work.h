/* Straddles valued: from a task through the slots to its rows, several at a time.
 *
 *     st_work_open(&work, ...); st_work_some(&work, ranks, n, take, context, e); st_work_close(&work);
 *
 * A straddle whose own inputs are bad (a ticker that cannot be made) has failed: that is told, and the
 * others go on. What concerns all (a file that cannot be read, prices that cannot be asked) is an error.
 */
#ifndef CUPEL_STRADDLE_WORK_H
#define CUPEL_STRADDLE_WORK_H

#include "harness/base/sha256.h"
#include "kernels/straddle/tasks.h"

enum { ST_FAILED = VALUATION_STATES }; /* a state more */

/* What became of a straddle. Crosses from workers as it stands. */
struct st_told {
    unsigned char digest[SHA256_BYTES];
    uint16_t n, not_valued;         /* rows, and days without one */
    uint32_t state;                 /* enum valuation_state, or ST_FAILED */
    uint32_t row_bytes, note_bytes; /* of text */
};

/* rows: text of the rows, where that is wanted. note: one line without its end: why it failed, or, where
 * that is wanted, which days were not valued. */
typedef bool st_take_fn(void *context, long rank, const struct st_told *told, const char *rows,
                        const char *note, struct err *e);

/* What is being valued just now: the straddle of a rank of tasks->v, or the prices of n from there on are
 * asked for. Where it is kept in memory that outlives the process, it says in which straddle that ended. */
struct st_hand {
    _Alignas(
        64) volatile int32_t rank; /* -1: none. A cache line each: workers' stand side by side */
    volatile int32_t n;
};

struct st_work {
    struct st_env *env;
    const struct st_inputs *inputs;
    const struct st_tasks *tasks;
    bool wants_rows, wants_gaps;
    struct st_hand *hand; /* NULL: nobody looks */
    struct sha256 *sha;
    struct arena arena;
    struct text rows, note;
};

void st_work_open(struct st_work *w); /* the fields up to sha are set */
void st_work_close(struct st_work *w);

/* The straddles of these ranks of tasks->v, in one trip to the prices; told in their order. */
bool st_work_some(struct st_work *w, const int32_t *ranks, int n, st_take_fn *take, void *context,
                  struct err *e) MUST_CHECK;

#endif
