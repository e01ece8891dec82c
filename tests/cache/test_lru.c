#include "kernels/cache/lru.h"

#include "harness/base/mem.h"
#include "harness/base/rng.h"

#include "tests/test.h"

#include <string.h>

enum { KEYS = 12, STEPS = 120, CASES = 1500, ENTRIES_MAX = 200 };

/* ---- the naive model: an array in the order of use, newest last -------------------------------- */

struct model_entry {
    int key;
    intptr_t value;
    size_t bytes;
    int pins;
    bool live;
};

struct model {
    struct model_entry v[ENTRIES_MAX];
    int n;
    struct lru_stats stats;
};

/* Values are numbers that never come twice; drops are compared as sequences. */
struct drops {
    intptr_t v[ENTRIES_MAX * 4];
    int n;
};

static void note_drop(void *value, void *owner)
{
    struct drops *drops = owner;
    drops->v[drops->n++] = (intptr_t)value;
}

static int model_find(const struct model *m, int key)
{
    for (int i = 0; i < m->n; i++)
        if (m->v[i].live && m->v[i].key == key)
            return i;
    return -1;
}

static void model_erase(struct model *m, int i)
{
    m->stats.entries--;
    m->stats.bytes -= m->v[i].bytes;
    for (m->n--; i < m->n; i++)
        m->v[i] = m->v[i + 1];
}

static void model_take_out(struct model *m, int i, struct drops *drops)
{
    m->v[i].live = false;
    if (m->v[i].pins > 0)
        return;
    drops->v[drops->n++] = m->v[i].value;
    model_erase(m, i);
}

static intptr_t model_get(struct model *m, int key)
{
    int i = model_find(m, key);
    if (i < 0) {
        m->stats.misses++;
        return 0;
    }
    m->stats.hits++;
    struct model_entry used = m->v[i];
    used.pins++;
    for (; i < m->n - 1; i++)
        m->v[i] = m->v[i + 1];
    m->v[m->n - 1] = used;
    return used.value;
}

static bool model_fits(const struct model *m, size_t entries, size_t bytes)
{
    const struct lru_limits *l = &m->stats.limits;
    return (!l->entries || entries <= l->entries) && (!l->bytes || bytes <= l->bytes);
}

static bool model_put(struct model *m, int key, intptr_t value, size_t bytes, struct drops *drops)
{
    size_t pinned = 0, pinned_bytes = 0;
    for (int i = 0; i < m->n; i++)
        if (m->v[i].pins) {
            pinned++;
            pinned_bytes += m->v[i].bytes;
        }
    if (!model_fits(m, pinned + 1, pinned_bytes + bytes)) {
        m->stats.refusals++;
        return false;
    }
    if (model_find(m, key) >= 0)
        model_take_out(m, model_find(m, key), drops);
    while (!model_fits(m, m->stats.entries + 1, m->stats.bytes + bytes)) {
        int oldest = 0;
        while (m->v[oldest].pins)
            oldest++;
        m->stats.evictions++;
        model_take_out(m, oldest, drops);
    }
    m->v[m->n++] = (struct model_entry){key, value, bytes, 1, true};
    m->stats.entries++;
    m->stats.bytes += bytes;
    return true;
}

static void model_unpin(struct model *m, int i, struct drops *drops)
{
    if (--m->v[i].pins == 0 && !m->v[i].live)
        model_take_out(m, i, drops);
}

static void model_clear(struct model *m, struct drops *drops)
{
    for (int i = 0; i < m->n;)
        if (m->v[i].live && m->v[i].pins == 0)
            model_take_out(m, i, drops);
        else
            m->v[i++].live = false;
}

/* ---- both, step by step ------------------------------------------------------------------------ */

struct both {
    struct lru *c;
    struct model m;
    struct drops real, expected;
    intptr_t next_value;
    uint64_t seed;
};

/* Every key is asked for nothing here: asking would change the order of use. */
static bool agree(const struct both *b)
{
    struct lru_stats s = lru_stats(b->c);
    const struct lru_stats *m = &b->m.stats;
    if (s.hits != m->hits || s.misses != m->misses || s.evictions != m->evictions ||
        s.refusals != m->refusals || s.entries != m->entries || s.bytes != m->bytes)
        return false;
    if (b->real.n != b->expected.n)
        return false;
    for (int i = 0; i < b->real.n; i++)
        if (b->real.v[i] != b->expected.v[i])
            return false;
    return true;
}

static bool step_put(struct both *b, int key, size_t bytes)
{
    intptr_t value = ++b->next_value;
    bool put = lru_put(b->c, &key, sizeof key, (void *)value, bytes);
    return put == model_put(&b->m, key, value, bytes, &b->expected);
}

static bool step_get(struct both *b, int key)
{
    return (intptr_t)lru_get(b->c, &key, sizeof key) == model_get(&b->m, key);
}

static bool step_unpin(struct both *b, struct rng *r)
{
    int start = b->m.n ? (int)rng_below(r, (uint64_t)b->m.n) : 0;
    for (int i = start; i < b->m.n; i++)
        if (b->m.v[i].pins) {
            lru_unpin(b->c, (void *)b->m.v[i].value);
            model_unpin(&b->m, i, &b->expected);
            break;
        }
    return true;
}

static bool step_remove(struct both *b, int key)
{
    int i = model_find(&b->m, key);
    bool there = i >= 0;
    if (there)
        model_take_out(&b->m, i, &b->expected);
    return lru_remove(b->c, &key, sizeof key) == there;
}

static bool step_clear(struct both *b)
{
    lru_clear(b->c);
    model_clear(&b->m, &b->expected);
    return true;
}

static bool step(struct both *b, struct rng *r)
{
    int key = (int)rng_below(r, KEYS);
    uint64_t kind = rng_below(r, 100);
    bool same = kind < 30   ? step_put(b, key, rng_below(r, 40))
                : kind < 55 ? step_get(b, key)
                : kind < 92 ? step_unpin(b, r)
                : kind < 99 ? step_remove(b, key)
                            : step_clear(b);
    return same && agree(b);
}

static void run_case(uint64_t seed)
{
    struct rng r = rng_seeded(seed);
    struct both b = {.seed = seed};
    /* One case in four has no limit of a kind. */
    b.m.stats.limits.entries = rng_below(&r, 4) ? 1 + rng_below(&r, 8) : 0;
    b.m.stats.limits.bytes = rng_below(&r, 4) ? 1 + rng_below(&r, 120) : 0;
    b.c = lru_new(b.m.stats.limits, note_drop, &b.real);
    for (int i = 0; i < STEPS; i++) {
        if (!step(&b, &r))
            fail_msg("seed %llu, step %d: cache and model differ", (unsigned long long)seed, i);
        if (!model_fits(&b.m, lru_stats(b.c).entries, lru_stats(b.c).bytes))
            fail_msg("seed %llu, step %d: over the budget", (unsigned long long)seed, i);
    }
    for (int i = b.m.n - 1; i >= 0; i--)
        for (int pins = b.m.v[i].pins; pins > 0; pins--)
            lru_unpin(b.c, (void *)b.m.v[i].value);
    lru_free(b.c);
    /* Whatever was accepted is dropped, once. */
    assert_int_equal(b.real.n, b.next_value - (intptr_t)b.m.stats.refusals);
}

static void it_agrees_with_a_naive_model(void **state)
{
    (void)state;
    uint64_t seed = rng_entropy() >> 16;
    print_message("# %d cases from seed %llu\n", CASES, (unsigned long long)seed);
    for (int i = 0; i < CASES; i++)
        run_case(seed + (uint64_t)i);
}

/* ---- single facts ------------------------------------------------------------------------------ */

static void *put_text(struct lru *c, const char *key, size_t bytes, intptr_t value)
{
    return lru_put(c, key, strlen(key), (void *)value, bytes) ? (void *)value : NULL;
}

static void the_least_recently_used_leaves_first(void **state)
{
    (void)state;
    struct drops drops = {0};
    struct lru *c = lru_new((struct lru_limits){.entries = 2}, note_drop, &drops);
    lru_unpin(c, put_text(c, "a", 1, 1));
    lru_unpin(c, put_text(c, "b", 1, 2));
    lru_unpin(c, lru_get(c, "a", 1));
    lru_unpin(c, put_text(c, "c", 1, 3));
    assert_int_equal(drops.n, 1);
    assert_int_equal(drops.v[0], 2);
    assert_null(lru_get(c, "b", 1));
    lru_free(c);
    lru_free(NULL);
}

static void a_pinned_entry_stays(void **state)
{
    (void)state;
    struct drops drops = {0};
    struct lru *c = lru_new((struct lru_limits){.entries = 1}, note_drop, &drops);
    assert_non_null(put_text(c, "a", 1, 1));
    assert_null(put_text(c, "b", 1, 2));
    assert_int_equal(lru_stats(c).refusals, 1);
    assert_true(lru_remove(c, "a", 1));
    assert_false(lru_remove(c, "a", 1));
    assert_int_equal(drops.n, 0);
    assert_int_equal(lru_stats(c).entries, 1);
    assert_null(put_text(c, "b", 1, 2));
    lru_unpin(c, (void *)(intptr_t)1);
    assert_int_equal(drops.n, 1);
    lru_unpin(c, put_text(c, "b", 1, 2));
    lru_free(c);
}

static void larger_than_the_budget_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct drops drops = {0};
    struct lru *c = lru_new((struct lru_limits){.bytes = 100}, note_drop, &drops);
    lru_unpin(c, put_text(c, "a", 100, 1));
    assert_null(put_text(c, "a", 101, 2));
    assert_null(put_text(c, "b", SIZE_MAX, 3));
    assert_int_equal(drops.n, 0);
    assert_int_equal((intptr_t)lru_get(c, "a", 1), 1);
    lru_unpin(c, (void *)(intptr_t)1);
    lru_free(c);
}

static void keys_are_bytes_of_any_length(void **state)
{
    (void)state;
    struct drops drops = {0};
    struct lru *c = lru_new((struct lru_limits){0}, note_drop, &drops);
    lru_unpin(c, put_text(c, "ab", 1, 1));
    lru_unpin(c, put_text(c, "abc", 1, 2));
    assert_true(lru_put(c, "a\0b", 3, (void *)(intptr_t)3, 1));
    lru_unpin(c, (void *)(intptr_t)3);
    assert_int_equal((intptr_t)lru_get(c, "ab", 2), 1);
    assert_int_equal((intptr_t)lru_get(c, "a\0b", 3), 3);
    lru_unpin(c, (void *)(intptr_t)1);
    lru_unpin(c, (void *)(intptr_t)3);
    lru_free(c);
    assert_int_equal(drops.n, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_agrees_with_a_naive_model),
        TEST(the_least_recently_used_leaves_first),
        TEST(a_pinned_entry_stays),
        TEST(larger_than_the_budget_is_refused_and_changes_nothing),
        TEST(keys_are_bytes_of_any_length),
    };
    return cmocka_run_group_tests_name("lru", tests, NULL, NULL);
}
