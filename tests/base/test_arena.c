#include "harness/base/arena.h"

#include "harness/base/rng.h"

#include "tests/test.h"

#include <string.h>

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena a = {0};
    struct rng r = rng_seeded(7);
    for (int i = 0; i < 3000; i++) {
        size_t bytes = rng_below(&r, 4) ? rng_below(&r, 200) : rng_below(&r, 90000);
        char *p = arena_alloc(&a, bytes);
        assert_int_equal((uintptr_t)p % (bytes < 64 ? 16 : 64), 0);
        for (size_t at = 0; at < bytes; at++)
            assert_int_equal(p[at], 0);
        memset(p, 0xff, bytes);
        if (i % 500 == 499)
            arena_reset(&a);
    }
    arena_done(&a);
}

static void allocations_do_not_overlap(void **state)
{
    (void)state;
    enum { N = 400 };
    struct arena a = {0};
    struct rng r = rng_seeded(8);
    unsigned char *p[N];
    size_t bytes[N];
    for (int i = 0; i < N; i++) {
        bytes[i] = rng_below(&r, 3000);
        p[i] = arena_alloc_raw(&a, bytes[i]);
        memset(p[i], i % 251, bytes[i]);
    }
    for (int i = 0; i < N; i++)
        for (size_t at = 0; at < bytes[i]; at++)
            assert_int_equal(p[i][at], i % 251);
    arena_done(&a);
}

static void release_gives_back_to_the_mark(void **state)
{
    (void)state;
    struct arena a = {0};
    struct arena_mark empty = arena_mark(&a);
    char *first = arena_text(&a, "kept");
    struct arena_mark mark = arena_mark(&a);
    char *second = arena_alloc(&a, 100);
    arena_alloc(&a, 1 << 20);
    arena_release(&a, mark);
    assert_ptr_equal(arena_alloc(&a, 100), second);
    assert_string_equal(first, "kept");
    arena_release(&a, empty);
    assert_ptr_equal(arena_alloc(&a, 5), first);
    arena_done(&a);
}

static void a_loop_that_resets_allocates_in_its_first_turn_only(void **state)
{
    (void)state;
    struct arena a = {.component = MEM_GROUPS};
    uint64_t after_first = 0;
    for (int turn = 0; turn < 5; turn++) {
        for (size_t bytes = 1; bytes < 4 << 20; bytes *= 3)
            memset(arena_alloc_raw(&a, bytes), turn, bytes);
        if (turn == 0)
            after_first = mem_counts(MEM_GROUPS).allocations;
        arena_reset(&a);
    }
    assert_int_equal(mem_counts(MEM_GROUPS).allocations, after_first);
    arena_done(&a);
    assert_int_equal(mem_counts(MEM_GROUPS).held_bytes, 0);
    arena_alloc(&a, 1); /* done is empty, and usable */
    arena_done(&a);
    assert_int_equal(mem_counts(MEM_GROUPS).allocations, mem_counts(MEM_GROUPS).frees);
}

static void texts_are_formatted_in_any_length(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_string_equal(arena_format(&a, "%d-%s", 7, "x"), "7-x");
    char *wide = arena_format(&a, "%100000d", 1);
    assert_int_equal(strlen(wide), 100000);
    assert_string_equal(arena_text(&a, ""), "");
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_is_zeroed_and_aligned),
        TEST(allocations_do_not_overlap),
        TEST(release_gives_back_to_the_mark),
        TEST(a_loop_that_resets_allocates_in_its_first_turn_only),
        TEST(texts_are_formatted_in_any_length),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
