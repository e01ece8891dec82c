#include "kernels/cache/stats.h"

#include "harness/base/units.h"

#include <math.h>

struct cache_stats cache_stats_of(struct lru *c, struct cache_stats about)
{
    struct lru_stats s = c ? lru_stats(c) : (struct lru_stats){0};
    about.hits = s.hits;
    about.misses = s.misses;
    about.evictions = s.evictions;
    about.refusals = s.refusals;
    about.entries = s.entries;
    about.bytes = s.bytes;
    return about;
}

double cache_hit_rate(const struct cache_stats *s)
{
    uint64_t asked = s->hits + s->misses;
    return asked ? (double)s->hits / (double)asked : (double)NAN;
}

double cache_filled(const struct cache_stats *s)
{
    double bytes = s->byte_limit ? (double)s->bytes / (double)s->byte_limit : (double)NAN;
    double entries = s->entry_limit ? (double)s->entries / (double)s->entry_limit : (double)NAN;
    return fmax(bytes, entries); /* of a NaN and a number the number */
}

static void add_count(struct text *out, uint64_t n, const char *what)
{
    char number[UNITS_TEXT];
    text_printf(out, ", %s %s", units_count(number, n), what);
}

static void add_sizes(const struct cache_stats *s, struct text *out)
{
    char number[UNITS_TEXT];
    text_printf(out, ", %s", units_count(number, s->entries));
    if (s->entry_limit)
        text_printf(out, " of %s", units_count(number, s->entry_limit));
    text_printf(out, " entries, %s", units_bytes(number, (double)s->bytes));
    if (s->byte_limit)
        text_printf(out, " of %s", units_bytes(number, (double)s->byte_limit));
}

void cache_stats_print(const struct cache_stats *s, struct text *out)
{
    char number[UNITS_TEXT];
    double rate = cache_hit_rate(s);
    text_printf(out, "%s: %s hits", s->name, units_count(number, s->hits));
    add_count(out, s->misses, "misses");
    if (isnan(rate))
        text_puts(out, ", hit rate none");
    else
        text_printf(out, ", hit rate %.3f", rate);
    add_sizes(s, out);
    add_count(out, s->evictions, "evictions");
    add_count(out, s->refusals, "refusals");
    text_puts(out, "\n");
}
