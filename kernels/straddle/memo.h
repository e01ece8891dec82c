/* A cache above any slot: what the slot beneath hands out is kept in an LRU and lent again.
 *
 * All memo-* layers are this one, told apart by a row of layers.c: which slot, and which parts of what is
 * asked its answer depends on. A key holds these parts and no others, as numbers of four bytes:
 *
 *     | part     | what of the ask |
 *     | -------- | --------------- |
 *     | SPELLING | the path as it was given (as text), and the run: in the next it is resolved anew |
 *     | FILE     | the path's file as it is now: canonical path, size, times, inode |
 *     | ASSET    | the Underlying |
 *     | MONTH    | of expiry |
 *     | TERM     | near or far |
 *     | CHAIN    | as FILE, of the chain; 0xffffffff: none |
 *
 * Numbers of files are asked of slot paths, so that every spelling of a file has one entry, and a file that
 * changed has another one. With memo-paths a file is looked at once a run, without it at each use.
 */
#ifndef CUPEL_STRADDLE_MEMO_H
#define CUPEL_STRADDLE_MEMO_H

#include "kernels/cache/stats.h"
#include "kernels/straddle/slots.h"

enum st_key_part {
    ST_KEY_SPELLING = 1,
    ST_KEY_FILE = 2,
    ST_KEY_ASSET = 4,
    ST_KEY_MONTH = 8,
    ST_KEY_TERM = 16,
    ST_KEY_CHAIN = 32
};

struct st_memo {
    const char *name; /* of the layer */
    enum st_slot slot;
    unsigned key;   /* bits of enum st_key_part */
    size_t entries; /* at most so many; 0: no limit */
    struct lru *lru;
};

void st_memo_begin(struct st_memo *m); /* the fields but lru are set */
void st_memo_done(struct st_memo *m);

st_fn st_memo_call; /* of a link whose state is a struct st_memo */

void st_memo_clear(struct st_memo *m);
struct cache_stats st_memo_stats(const struct st_memo *m);
/* A line for each entry, the one used last first: its key in words, and its bytes. */
void st_memo_print(const struct st_memo *m, const struct st_env *env, struct text *out);

#endif
