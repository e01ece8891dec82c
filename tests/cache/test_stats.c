/* What a cache tells, in which units, and what is made of it in words. */
#include "kernels/cache/advice.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

static struct cache_stats stats(enum cache_kind kind, uint64_t hits, uint64_t misses)
{
    return (struct cache_stats){.name = "some-cache",
                                .setting = "some_setting",
                                .kind = kind,
                                .hits = hits,
                                .misses = misses,
                                .byte_limit = 1000,
                                .bytes = 600};
}

static void nothing(void *value, void *owner)
{
    (void)value;
    (void)owner;
}

static void the_counts_are_the_caches_own(void **state)
{
    (void)state;
    struct cache_stats about = {.name = "n", .setting = "s", .entry_limit = 2};
    struct lru *c = lru_new((struct lru_limits){.entries = 2}, nothing, NULL);
    for (intptr_t i = 1; i <= 3; i++) {
        assert_null(lru_get(c, &i, sizeof i));
        assert_true(lru_put(c, &i, sizeof i, (void *)i, 10));
        lru_unpin(c, (void *)i);
    }
    intptr_t last = 3;
    lru_unpin(c, lru_get(c, &last, sizeof last));
    struct cache_stats s = cache_stats_of(c, about);
    assert_int_equal(s.hits, 1);
    assert_int_equal(s.misses, 3);
    assert_int_equal(s.evictions, 1);
    assert_int_equal(s.entries, 2);
    assert_int_equal(s.bytes, 20);
    assert_int_equal(s.entry_limit, 2);
    lru_free(c);
    s = cache_stats_of(NULL, about);
    assert_true(s.hits == 0 && s.misses == 0 && s.entries == 0);
    assert_string_equal(s.name, "n");
}

/* The trap: one cache said 0.75, another 75. */
static void a_hit_rate_is_a_ratio_from_0_to_1(void **state)
{
    (void)state;
    struct cache_stats s = stats(CACHE_DATA, 3, 1);
    assert_true(cache_hit_rate(&s) == 0.75);
    s = stats(CACHE_LISTS, 3, 1);
    assert_true(cache_hit_rate(&s) == 0.75);
    s = stats(CACHE_DATA, 5, 0);
    assert_true(cache_hit_rate(&s) == 1);
    s = stats(CACHE_DATA, 0, 5);
    assert_true(cache_hit_rate(&s) == 0);
    s = stats(CACHE_DATA, 0, 0);
    assert_true(isnan(cache_hit_rate(&s)));
}

static void how_full_it_is_is_a_ratio_of_its_tighter_limit(void **state)
{
    (void)state;
    struct cache_stats s = {.bytes = 250, .byte_limit = 1000, .entries = 3, .entry_limit = 4};
    assert_true(cache_filled(&s) == 0.75);
    s.entries = 1;
    s.bytes = 900;
    assert_true(cache_filled(&s) == 0.9);
    s.byte_limit = 0;
    assert_true(cache_filled(&s) == 0.25);
    s.entry_limit = 0;
    assert_true(isnan(cache_filled(&s)));
}

static void it_prints_one_line(void **state)
{
    (void)state;
    struct text out = {0};
    struct cache_stats s = {.name = "pre-group",
                            .hits = 1640,
                            .misses = 10,
                            .evictions = 2,
                            .refusals = 1,
                            .entries = 8,
                            .bytes = 1 << 20,
                            .byte_limit = 2u << 30};
    cache_stats_print(&s, &out);
    assert_string_equal(out.p, "pre-group: 1,640 hits, 10 misses, hit rate 0.994, 8 entries, "
                               "1.00 MiB of 2.00 GiB, 2 evictions, 1 refusals\n");
    text_clear(&out);
    s = (struct cache_stats){.name = "asset-cache", .entry_limit = 128};
    cache_stats_print(&s, &out);
    assert_string_equal(out.p, "asset-cache: 0 hits, 0 misses, hit rate none, 0 of 128 entries, "
                               "0 B, 0 evictions, 0 refusals\n");
    text_done(&out);
}

/* Hits of a thousand; both kinds at and about their bounds. */
static void hit_rates_fall_into_their_bands(void **state)
{
    (void)state;
    static const struct {
        enum cache_kind kind;
        uint64_t hits;
        const char *word;
    } cases[] = {
        {CACHE_LISTS, 1000, "excellent"},
        {CACHE_LISTS, 801,  "excellent"},
        {CACHE_LISTS, 800,  "good"     },
        {CACHE_LISTS, 500,  "good"     },
        {CACHE_LISTS, 499,  "poor"     },
        {CACHE_LISTS, 0,    "poor"     },
        {CACHE_DATA,  901,  "excellent"},
        {CACHE_DATA,  900,  "good"     },
        {CACHE_DATA,  801,  "good"     },
        {CACHE_DATA,  700,  "good"     },
        {CACHE_DATA,  699,  "poor"     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cache_stats s = stats(cases[i].kind, cases[i].hits, 1000 - cases[i].hits);
        assert_string_equal(cache_rate_verdict(&s)->word, cases[i].word);
    }
    struct cache_stats never = stats(CACHE_DATA, 0, 0);
    assert_string_equal(cache_rate_verdict(&never)->word, "unused");
}

static void memory_falls_into_its_bands(void **state)
{
    (void)state;
    static const struct {
        size_t bytes;
        const char *word;
    } cases[] = {
        {1000, "near the limit"},
        {901,  "near the limit"},
        {900,  "filling up"    },
        {801,  "filling up"    },
        {800,  "healthy"       },
        {500,  "healthy"       },
        {499,  "underused"     },
        {0,    "underused"     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cache_stats s = {.bytes = cases[i].bytes, .byte_limit = 1000};
        assert_string_equal(cache_memory_verdict(&s)->word, cases[i].word);
    }
    struct cache_stats boundless = {.bytes = 5};
    assert_string_equal(cache_memory_verdict(&boundless)->word, "unlimited");
}

static void findings_are(const struct cache_stats *s, const char *a, const char *b)
{
    const struct cache_verdict *found[8];
    int n = cache_findings(s, found, 8);
    assert_int_equal(n, (a != NULL) + (b != NULL));
    if (a)
        assert_string_equal(found[0]->word, a);
    if (b)
        assert_string_equal(found[1]->word, b);
}

static void what_is_wrong_is_found(void **state)
{
    (void)state;
    struct cache_stats s = stats(CACHE_DATA, 95, 5);
    findings_are(&s, NULL, NULL);
    s = stats(CACHE_LISTS, 2, 8);
    findings_are(&s, "low hit rate without evictions", NULL);
    s.evictions = 6;
    findings_are(&s, "low hit rate with evictions", NULL);
    s.bytes = 950;
    findings_are(&s, "low hit rate with evictions", "memory is full for little gain");
    s = stats(CACHE_DATA, 0, 40);
    findings_are(&s, "nothing was asked for twice", NULL);
    s = stats(CACHE_DATA, 95, 5);
    s.refusals = 1;
    findings_are(&s, "entries are refused", NULL);
    s = stats(CACHE_DATA, 0, 0);
    findings_are(&s, NULL, NULL);
}

static void advice_names_the_setting(void **state)
{
    (void)state;
    struct text out = {0};
    struct cache_stats s = stats(CACHE_DATA, 1, 9);
    s.evictions = 3;
    cache_advise(&s, &out);
    assert_string_equal(
        out.p, "some-cache: hit rate poor: raise some_setting, or see whether anything is asked "
               "for twice; memory healthy: in active use\n"
               "some-cache: low hit rate with evictions: entries leave before they are asked for "
               "again: raise some_setting\n");
    text_done(&out);
}

static void what_another_layer_covers_gets_no_advice(void **state)
{
    (void)state;
    struct text out = {0};
    struct cache_stats s = stats(CACHE_LISTS, 0, 1);
    findings_are(&s, "nothing was asked for twice", NULL);
    s.covered_by = "some-layer";
    findings_are(&s, NULL, NULL);
    assert_string_equal(cache_rate_verdict(&s)->word, "covered");
    cache_advise(&s, &out);
    assert_string_equal(out.p, "some-cache: covered: some-layer answers before it is asked\n");
    text_clear(&out);
    s.hits = 1; /* asked all the same: it is as any other */
    assert_false(cache_is_covered(&s));
    cache_advise(&s, &out);
    assert_non_null(strstr(out.p, "hit rate good"));
    text_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_counts_are_the_caches_own),
        TEST(a_hit_rate_is_a_ratio_from_0_to_1),
        TEST(how_full_it_is_is_a_ratio_of_its_tighter_limit),
        TEST(it_prints_one_line),
        TEST(hit_rates_fall_into_their_bands),
        TEST(memory_falls_into_its_bands),
        TEST(what_is_wrong_is_found),
        TEST(advice_names_the_setting),
        TEST(what_another_layer_covers_gets_no_advice),
    };
    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
