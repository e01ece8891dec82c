#include "tests/backtest/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mutate(struct rng *r, const char *const *parts, size_t n, char *text, size_t size)
{
    size_t length = strlen(text), at = (size_t)rng_below(r, length + 1);
    const char *part = parts[rng_below(r, n)];
    size_t more = strlen(part);
    switch (rng_below(r, 4)) {
    case 0:
        if (length + more >= size)
            break;
        memmove(text + at + more, text + at, length - at + 1);
        memcpy(text + at, part, more);
        break;
    case 1:
        if (at < length)
            memmove(text + at, text + at + 1, length - at);
        break;
    case 2:
        if (at < length)
            text[at] = (char)(1 + rng_below(r, 255));
        break;
    default: text[at] = '\0'; break;
    }
}

char *mutated(struct rng *r, const char *const *good, size_t count, const char *const *parts,
              size_t n)
{
    char text[400];
    snprintf(text, sizeof text, "%s", good[rng_below(r, count)]);
    for (uint64_t i = rng_below(r, 8) + 1; i > 0; i--)
        mutate(r, parts, n, text, sizeof text);
    return strdup(text);
}
