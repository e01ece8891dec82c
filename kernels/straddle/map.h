/* Values of one size by the bytes of a key, which it copies. For maps that are filled once.
 *
 *     struct map *m = map_new(sizeof(int32_t));
 *     *(int32_t *)map_put(m, key, n) = day;
 *     const int32_t *day = map_find(m, key, n);
 *     map_free(m);
 */
#ifndef CUPEL_STRADDLE_MAP_H
#define CUPEL_STRADDLE_MAP_H

#include <stddef.h>

struct map;
struct map *map_new(size_t value_bytes); /* owner: the caller */
void map_free(struct map *m);            /* NULL is fine */

/* Where the value of a key is: the one that is there, or a new one, zeroed. */
void *map_put(struct map *m, const void *key, size_t n);
const void *map_find(const struct map *m, const void *key, size_t n); /* NULL: none */

/* A copy of text that lives as long as the map. */
const char *map_keep(struct map *m, const char *text, size_t n);
size_t map_bytes(const struct map *m); /* of memory, keys, values and kept texts */

#endif
