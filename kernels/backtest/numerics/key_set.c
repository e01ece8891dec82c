#include "kernels/backtest/numerics/key_set.h"

struct key_set key_set_new(int most, struct arena *a)
{
    uint64_t room = 16;
    while (room < 2 * (uint64_t)most)
        room *= 2;
    return (struct key_set){.keys = ARENA_NEW_RAW(a, struct key, most),
                            .slots = ARENA_NEW(a, int, room),
                            .mask = room - 1};
}

/* Fibonacci hashing; the upper half of the product is the well mixed one. */
static uint64_t hash(struct key key)
{
    uint64_t h = (key.a ^ key.b >> 29 ^ key.b << 17) * 0x9e3779b97f4a7c15;
    return h >> 32;
}

int key_set_add(struct key_set *s, struct key key)
{
    for (uint64_t i = hash(key) & s->mask;; i = (i + 1) & s->mask) {
        int number = s->slots[i] - 1;
        if (number < 0) {
            s->keys[s->count] = key;
            s->slots[i] = s->count + 1;
            return s->count++;
        }
        if (s->keys[number].a == key.a && s->keys[number].b == key.b)
            return number;
    }
}
