/* The hash of a key's bytes, word by word: times 2^64 over the golden ratio, the high half folded into
 * the low. Not for input of an enemy. (uthash's own goes byte by byte, which on keys of a hundred bytes
 * is most of a look-up.)
 */
#ifndef CUPEL_CACHE_HASH_H
#define CUPEL_CACHE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t cache_hash_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9E3779B97F4A7C15;
    return hash ^ hash >> 32;
}

static inline uint64_t cache_hash(const void *key, size_t bytes)
{
    const unsigned char *p = key;
    uint64_t hash = bytes, word = 0;
    for (; bytes >= sizeof word; bytes -= sizeof word, p += sizeof word) {
        memcpy(&word, p, sizeof word);
        hash = cache_hash_word(hash, word);
    }
    word = 0;
    memcpy(&word, p, bytes);
    return cache_hash_word(hash, word);
}

#endif
