/* The file of blocks, private to prices_blocks.c and prices_blocks_write.c. Little-endian, in this order:
 *
 *     header, series rows, index, texts, days, values      each part at a multiple of 64 bytes
 *
 * All places follow from the header's counts (blocks_parts). Series rows are in byte order of ticker, then
 * field. Index: slots of a hash table by blocks_key, next slot on collision, at most half of them in use.
 * Texts: ticker NUL field NUL of each series. Days and values: one column each for the whole file, of
 * which a series is a slice.
 */
#ifndef CUPEL_STRADDLE_PRICES_BLOCKS_H
#define CUPEL_STRADDLE_PRICES_BLOCKS_H

#include "kernels/cache/hash.h"
#include "kernels/straddle/prices_parts.h"

#include <stddef.h>
#include <stdint.h>

#define BLOCKS_NAME  "cupel prices "
#define BLOCKS_MAGIC BLOCKS_NAME "2\n" /* with its NUL 16 bytes; another number: another form */

struct blocks_header {
    char magic[16];
    uint64_t bytes, rows; /* of the file; of all series */
    uint32_t series, slots, text_bytes, zero;
    char content[64]; /* prices_tally.c */
    uint64_t listing; /* blocks_sum of series rows, index and texts, as they stand */
    uint64_t seal;    /* blocks_sum of the header before it */
};

struct blocks_series {
    uint64_t at;  /* its first row */
    uint64_t sum; /* blocks_sum of its days, times of its values */
    uint32_t n, text;
    int32_t first, last; /* day */
    uint64_t seal;       /* blocks_sum of the row before it */
};

struct blocks_slot {
    uint32_t series; /* 1 + its number; 0: free */
    uint32_t key;    /* high half of blocks_key */
};

/* Where the parts begin. All sizes: below 2^40, so that nothing overflows. */
struct blocks_parts {
    uint64_t series, index, texts, days, values, end;
};

static inline uint64_t blocks_align(uint64_t at)
{
    return (at + 63) & ~(uint64_t)63;
}

static inline struct blocks_parts blocks_parts(const struct blocks_header *h)
{
    struct blocks_parts p;
    p.series = blocks_align(sizeof *h);
    p.index = blocks_align(p.series + h->series * sizeof(struct blocks_series));
    p.texts = blocks_align(p.index + h->slots * sizeof(struct blocks_slot));
    p.days = blocks_align(p.texts + h->text_bytes);
    p.values = blocks_align(p.days + h->rows * sizeof(int32_t));
    p.end = p.values + h->rows * sizeof(double);
    return p;
}

static inline uint64_t blocks_key(const char *ticker, size_t n, const char *field, size_t m)
{
    return cache_hash_word(cache_hash(ticker, n), cache_hash(field, m));
}

/* A changed word is always noticed. Four words at a time, which is as quick as memory. */
static inline uint64_t blocks_sum(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint64_t lanes[4] = {1, 2, 3, 4}, words[4];
    for (; n >= sizeof words; n -= sizeof words, p += sizeof words) {
        memcpy(words, p, sizeof words);
        for (int i = 0; i < 4; i++)
            lanes[i] = cache_hash_word(lanes[i], words[i]);
    }
    return cache_hash_word(cache_hash(lanes, sizeof lanes), cache_hash(p, n));
}

static inline uint64_t blocks_sum_of_rows(const int32_t *day, const double *value, size_t n)
{
    return cache_hash_word(blocks_sum(day, n * sizeof *day), blocks_sum(value, n * sizeof *value));
}

bool prices_blocks_write(const char *path, const struct prices_content *content,
                         struct err *e) MUST_CHECK;

#endif
