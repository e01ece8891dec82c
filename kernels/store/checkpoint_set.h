/* A sorted set of (range, id) -> stamp in little memory: all of a JSON checkpoint, or the changes
 * that a database has still to take.
 *
 * A range is a list of blocks of up to 240 entries, each sorted, in order: a B-tree of two levels.
 * An id or stamp of 16 lower-case hex digits is kept as its number, 17 bytes an entry with both;
 * any other is a text in an arena, given back only with the set. Blocks that were filled in order
 * are full, at random 0.69 full (Yao 1978): 17 to 34 bytes an entry, 25 on average.
 */
#ifndef CUPEL_STORE_CHECKPOINT_SET_H
#define CUPEL_STORE_CHECKPOINT_SET_H

#include "kernels/store/checkpoint.h"

#include <stdint.h>

struct checkpoint_set;

/* What a set says of a (range, id). GONE: it is to be removed from what lies beneath. */
enum set_answer { SET_UNKNOWN, SET_GONE, SET_HAS };

enum { SET_ROOM = 17 }; /* for the text of a number */

struct checkpoint_set *set_new(void); /* owner: the caller, until set_free */
void set_free(struct checkpoint_set *s);
void set_clear(struct checkpoint_set *s);

/* HAS: *stamp, in the room or in the set; else NULL. */
enum set_answer set_ask(const struct checkpoint_set *s, const char *range, const char *id,
                        char room[SET_ROOM], const char **stamp);
/* stamp NULL: GONE. False when there was an entry, which is replaced. */
bool set_put(struct checkpoint_set *s, const char *range, const char *id, const char *stamp);
void set_drop(struct checkpoint_set *s, const char *range, const char *id); /* absent: no effect */
long set_count(const struct checkpoint_set *s);                             /* also of those GONE */

/* In byte order of ranges, then ids; stamp is NULL for one that is GONE. The texts live until fn
 * returns. */
bool set_each(const struct checkpoint_set *s, checkpoint_fn *fn, void *context,
              struct err *e) MUST_CHECK;

/* The share of one entry in a seal, with set_seal_of_range of its range; a seal is their sum,
 * modulo 2^64. */
uint64_t set_seal_of_range(const char *range);
uint64_t set_seal(uint64_t of_range, const char *id, const char *stamp);

#endif
