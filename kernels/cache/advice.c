#include "kernels/cache/advice.h"

#include <math.h>

/* ---- bands, the highest first ----------------------------------------------------------------- */

struct band {
    double bound;
    bool included; /* the bound itself belongs to this band */
    struct cache_verdict verdict;
};

enum { BANDS_MAX = 4 };

static const struct band list_bands[BANDS_MAX] = {
    {0.8, false, {"excellent", "most of them come from the cache", NULL}                       },
    {0.5, true,  {"good", "caching pays", NULL}                                                },
    {0,   true,  {"poor", "raise ", ", or see whether the bundle changes (cupel data compare)"}},
};

static const struct band data_bands[BANDS_MAX] = {
    {0.9, false, {"excellent", "most of them come from the cache", NULL}           },
    {0.7, true,  {"good", "usual for a search over parameters", NULL}              },
    {0,   true,  {"poor", "raise ", ", or see whether anything is asked for twice"}},
};

static const struct band memory_bands[BANDS_MAX] = {
    {0.9, false, {"near the limit", "raise ", " if the hit rate is low"}},
    {0.8, false, {"filling up", "watch the evictions", NULL}            },
    {0.5, true,  {"healthy", "in active use", NULL}                     },
    {0,   true,  {"underused", "", " can be lowered"}                   },
};

static const struct cache_verdict unused = {"unused", "nothing was asked for yet", NULL};
static const struct cache_verdict covered = {"covered", "another layer answers before it", NULL};
static const struct cache_verdict unlimited = {"unlimited", "it has no limit", NULL};

static const struct cache_verdict *band_of(const struct band *bands, double x)
{
    int i = 0;
    while (i < BANDS_MAX - 1 && !(x > bands[i].bound || (bands[i].included && x == bands[i].bound)))
        i++;
    return &bands[i].verdict;
}

bool cache_is_covered(const struct cache_stats *s)
{
    return s->covered_by && s->hits == 0;
}

const struct cache_verdict *cache_rate_verdict(const struct cache_stats *s)
{
    if (cache_is_covered(s))
        return &covered;
    static const struct band *const of_kind[] = {
        [CACHE_LISTS] = list_bands, [CACHE_DATA] = data_bands};
    double rate = cache_hit_rate(s);
    return isnan(rate) ? &unused : band_of(of_kind[s->kind], rate);
}

const struct cache_verdict *cache_memory_verdict(const struct cache_stats *s)
{
    double filled = cache_filled(s);
    return isnan(filled) ? &unlimited : band_of(memory_bands, filled);
}

/* ---- findings --------------------------------------------------------------------------------- */

static bool is_low(const struct cache_stats *s)
{
    double good = s->kind == CACHE_LISTS ? 0.5 : 0.7;
    return cache_hit_rate(s) < good;
}

static bool thrashes(const struct cache_stats *s)
{
    return is_low(s) && s->evictions > 0;
}

static bool is_low_with_room(const struct cache_stats *s)
{
    return is_low(s) && s->evictions == 0 && s->refusals == 0 && s->hits > 0;
}

static bool keys_change(const struct cache_stats *s)
{
    return s->kind == CACHE_LISTS && is_low_with_room(s);
}

static bool little_repeats(const struct cache_stats *s)
{
    return s->kind == CACHE_DATA && is_low_with_room(s);
}

static bool nothing_repeats(const struct cache_stats *s)
{
    return s->hits == 0 && s->misses > 0 && s->evictions == 0;
}

static bool refuses(const struct cache_stats *s)
{
    return s->refusals > 0;
}

static bool full_for_nothing(const struct cache_stats *s)
{
    return is_low(s) && cache_filled(s) > 0.9;
}

/* clang-format off */
static const struct {
    bool (*holds)(const struct cache_stats *s);
    struct cache_verdict finding;
} findings[] = {
    {thrashes,
     {"low hit rate with evictions", "entries leave before they are asked for again: raise ", ""}},
    {keys_change,
     {"low hit rate without evictions",
      "the bundle's content changes between calls (cupel data compare)", NULL}},
    {little_repeats,
     {"low hit rate without evictions", "little is asked for twice: a longer search gains more",
      NULL}},
    {nothing_repeats,
     {"nothing was asked for twice",
      "a single run pays for its caches without use: enable_caching off", NULL}},
    {refuses,
     {"entries are refused", "one is larger than all the room that may be had: raise ", ""}},
    {full_for_nothing,
     {"memory is full for little gain", "if raising it does not help, lower ",
      " and free the memory"}},
};
/* clang-format on */

int cache_findings(const struct cache_stats *s, const struct cache_verdict **out, int max)
{
    int n = 0;
    if (cache_is_covered(s))
        return 0;
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
        if (n < max && findings[i].holds(s))
            out[n++] = &findings[i].finding;
    return n;
}

static void add_verdict(const struct cache_stats *s, const struct cache_verdict *v,
                        struct text *out)
{
    text_printf(out, "%s: %s", v->word, v->advice);
    if (v->after)
        text_printf(out, "%s%s", s->setting, v->after);
}

void cache_advise(const struct cache_stats *s, struct text *out)
{
    enum { MOST = sizeof findings / sizeof *findings };
    const struct cache_verdict *found[MOST];
    if (cache_is_covered(s)) {
        text_printf(out, "%s: covered: %s answers before it is asked\n", s->name, s->covered_by);
        return;
    }
    text_printf(out, "%s: hit rate ", s->name);
    add_verdict(s, cache_rate_verdict(s), out);
    text_printf(out, "; %s ", s->byte_limit ? "memory" : "room");
    add_verdict(s, cache_memory_verdict(s), out);
    text_puts(out, "\n");
    for (int i = 0, n = cache_findings(s, found, MOST); i < n; i++) {
        text_printf(out, "%s: ", s->name);
        add_verdict(s, found[i], out);
        text_puts(out, "\n");
    }
}
