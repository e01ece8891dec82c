#include "kernels/cache/lru.h"

#include "harness/base/mem.h"
#include "harness/base/rng.h"

#include "tests/test.h"

#include <pthread.h>
#include <string.h>

enum { KEYS = 12, STEPS = 120, CASES = 1500, ENTRIES_MAX = 200 };

/* ---- the naive model: an array in the order of use, newest last -------------------------------- */

struct model_entry {
    int key;
    intptr_t value;
    size_t bytes;
    int pins;
    bool live, kept;
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
    m->stats.kept_entries -= m->v[i].kept;
    m->stats.kept_bytes -= m->v[i].kept ? m->v[i].bytes : 0;
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

/* May it not leave for one that comes with `key`? */
static bool model_stays(const struct model_entry *v, int key, bool kept)
{
    return v->pins > 0 || (v->kept && !kept && v->key != key);
}

static int model_oldest(const struct model *m, bool kept)
{
    for (int i = 0; i < m->n; i++)
        if (m->v[i].kept == kept && m->v[i].pins == 0)
            return i;
    return -1;
}

static bool model_put(struct model *m, const struct model_entry *new, struct drops *drops)
{
    size_t staying = 0, staying_bytes = 0;
    for (int i = 0; i < m->n; i++)
        if (model_stays(&m->v[i], new->key, new->kept)) {
            staying++;
            staying_bytes += m->v[i].bytes;
        }
    if (!model_fits(m, staying + 1, staying_bytes + new->bytes)) {
        m->stats.refusals++;
        return false;
    }
    if (model_find(m, new->key) >= 0)
        model_take_out(m, model_find(m, new->key), drops);
    while (!model_fits(m, m->stats.entries + 1, m->stats.bytes + new->bytes)) {
        int oldest = model_oldest(m, false);
        m->stats.evictions++;
        model_take_out(m, oldest >= 0 ? oldest : model_oldest(m, true), drops);
    }
    m->v[m->n++] = *new;
    m->stats.entries++;
    m->stats.bytes += new->bytes;
    m->stats.kept_entries += new->kept;
    m->stats.kept_bytes += new->kept ? new->bytes : 0;
    return true;
}

static void model_unpin(struct model *m, int i, struct drops *drops)
{
    if (--m->v[i].pins == 0 && !m->v[i].live)
        model_take_out(m, i, drops);
}

static void model_clear(struct model *m, struct drops *drops)
{
    for (int kept = 0; kept < 2; kept++)
        for (int i = 0; i < m->n;)
            if (m->v[i].live && m->v[i].pins == 0 && m->v[i].kept == kept)
                model_take_out(m, i, drops);
            else
                i++;
    for (int i = 0; i < m->n; i++)
        m->v[i].live = false;
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
        s.refusals != m->refusals || s.entries != m->entries || s.bytes != m->bytes ||
        s.kept_entries != m->kept_entries || s.kept_bytes != m->kept_bytes)
        return false;
    if (b->real.n != b->expected.n)
        return false;
    for (int i = 0; i < b->real.n; i++)
        if (b->real.v[i] != b->expected.v[i])
            return false;
    return true;
}

static bool step_put(struct both *b, int key, size_t bytes, bool kept)
{
    struct model_entry new = {key, ++b->next_value, bytes, 1, true, kept};
    bool put = (kept ? lru_put_kept : lru_put)(b->c, &key, sizeof key, (void *)new.value, bytes);
    return put == model_put(&b->m, &new, &b->expected);
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
    bool same = kind < 30   ? step_put(b, key, rng_below(r, 40), rng_below(r, 3) == 0)
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

static const void *put_text(struct lru *c, const char *key, size_t bytes, intptr_t value)
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

static void a_kept_entry_leaves_for_kept_ones_only(void **state)
{
    (void)state;
    struct drops drops = {0};
    struct lru *c = lru_new((struct lru_limits){.bytes = 100}, note_drop, &drops);
    assert_true(lru_put_kept(c, "k", 1, (void *)(intptr_t)1, 60));
    lru_unpin(c, (void *)(intptr_t)1);
    lru_unpin(c, put_text(c, "a", 40, 2));
    lru_unpin(c, put_text(c, "b", 40, 3)); /* a leaves, though k is older */
    assert_int_equal(drops.v[0], 2);
    assert_null(put_text(c, "c", 41, 4)); /* refused: beside k there is no room for it */
    assert_int_equal(lru_stats(c).refusals, 1);
    assert_int_equal(lru_stats(c).kept_bytes, 60);
    assert_true(lru_put_kept(c, "l", 1, (void *)(intptr_t)5, 50)); /* b leaves, then k */
    lru_unpin(c, (void *)(intptr_t)5);
    assert_int_equal(drops.v[1], 3);
    assert_int_equal(drops.v[2], 1);
    lru_free(c);
}

static void drop_again(void *value, void *owner)
{
    struct lru **c = owner;
    (void)value;
    if (*c)
        assert_null(lru_get(*c, "none", 4));
}

static void note_visit(void *context, const void *key, size_t key_bytes, const void *value,
                       size_t value_bytes)
{
    char *seen = context;
    snprintf(seen + strlen(seen), 20, "%.*s=%s:%zu ", (int)key_bytes, (const char *)key,
             (const char *)value, value_bytes);
}

static void entries_are_visited_from_the_last_used_on(void **state)
{
    (void)state;
    static char one[] = "one", two[] = "two", kept[] = "kept";
    char seen[100] = "";
    struct drops drops = {0};
    struct lru *c = lru_new((struct lru_limits){0}, note_drop, &drops);
    assert_true(lru_put_kept(c, "k", 1, kept, 7) && lru_put(c, "a", 1, one, 5) &&
                lru_put(c, "b", 1, two, 6));
    assert_ptr_equal(lru_get(c, "a", 1), one);
    lru_each(c, note_visit, seen);
    assert_string_equal(seen, "a=one:5 b=two:6 k=kept:7 ");
    lru_unpin(c, one);
    lru_unpin(c, one);
    lru_unpin(c, two);
    lru_unpin(c, kept);
    lru_free(c);
}

static void a_drop_may_call_the_cache(void **state)
{
    (void)state;
    struct lru *c = NULL;
    c = lru_new((struct lru_limits){.entries = 1}, drop_again, &c);
    lru_unpin(c, put_text(c, "a", 1, 1));
    lru_unpin(c, put_text(c, "b", 1, 2));
    assert_int_equal(lru_stats(c).misses, 1);
    struct lru *dying = c;
    c = NULL;
    lru_free(dying);
}

/* ---- threads ----------------------------------------------------------------------------------- */

enum { THREADS = 4, THREAD_STEPS = 20000, SHARED_KEYS = 16, ALIVE = 0x600d };

/* What is handed out says whose it is; it is overwritten when it is dropped. */
struct shared {
    int key, state;
    int again[6];
};

struct crowd {
    struct lru *c;
    _Atomic long made, dropped, wrong;
};

struct member {
    struct crowd *crowd;
    uint64_t seed;
    pthread_t thread;
};

static void drop_shared(void *value, void *owner)
{
    struct crowd *crowd = owner;
    struct shared *s = value;
    crowd->wrong += s->state != ALIVE;
    memset(s, 0, sizeof *s);
    crowd->dropped++;
    mem_free(MEM_BASE, s);
}

static const struct shared *get_or_put(struct crowd *crowd, int key, bool kept)
{
    const struct shared *found = lru_get(crowd->c, &key, sizeof key);
    if (found)
        return found;
    struct shared *made = mem_alloc(MEM_BASE, sizeof *made);
    *made = (struct shared){
        key, ALIVE, {key, key, key, key, key, key}
    };
    crowd->made++;
    if ((kept ? lru_put_kept : lru_put)(crowd->c, &key, sizeof key, made, sizeof *made))
        return made;
    drop_shared(made, crowd);
    return NULL;
}

static bool is_sound(const struct shared *s, int key)
{
    bool ok = s->key == key && s->state == ALIVE;
    for (int i = 0; i < 6; i++)
        ok = ok && s->again[i] == key;
    return ok;
}

static void *use_the_cache(void *context)
{
    const struct member *member = context;
    struct crowd *crowd = member->crowd;
    struct rng r = rng_seeded(member->seed);
    const struct shared *held = NULL;
    int held_key = 0;
    for (int i = 0; i < THREAD_STEPS; i++) {
        int key = (int)rng_below(&r, SHARED_KEYS);
        uint64_t kind = rng_below(&r, 1000);
        const struct shared *s = kind < 950 ? get_or_put(crowd, key, kind < 200) : NULL;
        if (kind >= 950 && kind < 998)
            lru_remove(crowd->c, &key, sizeof key);
        if (kind >= 998)
            lru_clear(crowd->c);
        /* One is held while the next is asked for. */
        if (held) {
            crowd->wrong += !is_sound(held, held_key);
            lru_unpin(crowd->c, held);
        }
        held = s;
        held_key = key;
    }
    if (held)
        lru_unpin(crowd->c, held);
    return NULL;
}

static void threads_share_one_cache(void **state)
{
    (void)state;
    uint64_t seed = rng_entropy() >> 16;
    struct crowd crowd = {0};
    struct member members[THREADS];
    struct lru_limits limits = {.entries = 9, .bytes = 8 * sizeof(struct shared)};
    print_message("# %d threads from seed %llu\n", THREADS, (unsigned long long)seed);
    crowd.c = lru_new(limits, drop_shared, &crowd);
    for (int i = 0; i < THREADS; i++) {
        members[i] = (struct member){.crowd = &crowd, .seed = seed + (uint64_t)i};
        assert_int_equal(pthread_create(&members[i].thread, NULL, use_the_cache, &members[i]), 0);
    }
    for (int i = 0; i < 1000; i++) {
        struct lru_stats s = lru_stats(crowd.c);
        assert_true(s.entries <= limits.entries && s.bytes <= limits.bytes);
        assert_true(s.kept_entries <= s.entries && s.kept_bytes <= s.bytes);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(members[i].thread, NULL);
    struct lru_stats s = lru_stats(crowd.c);
    assert_int_equal(s.misses, crowd.made); /* whoever missed made one */
    assert_int_equal(s.entries * sizeof(struct shared), s.bytes);
    assert_true(s.hits > 0 && s.evictions > 0);
    lru_free(crowd.c);
    assert_int_equal(crowd.made, crowd.dropped);
    assert_int_equal(crowd.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_agrees_with_a_naive_model),
        TEST(the_least_recently_used_leaves_first),
        TEST(a_pinned_entry_stays),
        TEST(larger_than_the_budget_is_refused_and_changes_nothing),
        TEST(keys_are_bytes_of_any_length),
        TEST(a_kept_entry_leaves_for_kept_ones_only),
        TEST(entries_are_visited_from_the_last_used_on),
        TEST(a_drop_may_call_the_cache),
        TEST(threads_share_one_cache),
    };
    return cmocka_run_group_tests_name("lru", tests, NULL, NULL);
}
