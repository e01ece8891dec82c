/* Where records stand: a hash table of 16 bytes a slot, 20 to 40 bytes an entry; and a filter that
 * finds, in constant memory, the few ids that may stand more than once.
 *
 * Ids are told apart by a hash of 64 bits, two of a million are taken for one with probability
 * 3e-8 (birthday bound); whoever reads a place compares the id there.
 *
 * Filter: Bloom 1970, 2^21 bits and 4 of them an id: of 100,000 ids 90 are taken for repeated, of a
 * million half.
 */
#ifndef CUPEL_STORE_RESULT_STORE_INDEX_H
#define CUPEL_STORE_RESULT_STORE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

struct place {
    uint32_t segment; /* from 1 on; 0: nowhere */
    uint32_t at;
};

struct place_table { /* zero is empty */
    struct place_slot {
        uint64_t key;
        struct place place;
    } * slots;
    uint32_t n, room;
};

uint64_t place_key(const char *id);
struct place place_find(const struct place_table *t, uint64_t key);
void place_put(struct place_table *t, uint64_t key, struct place place); /* replaces */
void place_done(struct place_table *t);                                  /* empty again */

struct place_filter;

struct place_filter *place_filter_new(void); /* owner: the caller */
void place_filter_free(struct place_filter *f);
/* True when the key may have been here before; false: certainly not. */
bool place_filter_seen(struct place_filter *f, uint64_t key);

#endif
