/* Positions as words against loops that go bit by bit. */
#include "kernels/backtest/numerics/words.h"

#include "harness/base/rng.h"
#include "kernels/backtest/numerics/account.h"
#include "kernels/backtest/numerics/cross.h"

#include "tests/test.h"

#include <string.h>

enum { WORDS_MAX = 6, BARS_MAX = WORDS_MAX * WORDS_BARS };

static bool bit_of(const uint64_t *words, long t)
{
    return words[t / WORDS_BARS] >> t % WORDS_BARS & 1;
}

/* ---- the latch ---------------------------------------------------------------------------------- */

static uint64_t latch_by_bits(uint64_t enter, uint64_t leave, uint64_t *last)
{
    uint64_t out = 0, position = *last;
    for (int t = 0; t < WORDS_BARS; t++) {
        if (enter >> t & 1)
            position = 1;
        else if (leave >> t & 1)
            position = 0;
        out |= position << t;
    }
    *last = position;
    return out;
}

/* Words of few, half and many bits: a carry runs far only where the others are rare. */
static uint64_t any_word(struct rng *r)
{
    uint64_t a = rng_next(r), b = rng_next(r), c = rng_next(r);
    const uint64_t kinds[] = {a, a & b,     a & b & c, a | b | c, 0, ~0ull, 1ull << (a % 64),
                              1, 1ull << 63};
    return kinds[rng_below(r, sizeof kinds / sizeof *kinds)];
}

static void a_word_is_latched_as_its_bits_are(void **state)
{
    (void)state;
    const uint64_t seed = 20260711;
    struct rng r = rng_seeded(seed);
    print_message("# seed %llu, 100000 words\n", (unsigned long long)seed);
    uint64_t last = 0, expected_last = 0, both = 0;
    for (int i = 0; i < 100000; i++) {
        uint64_t enter = any_word(&r), leave = any_word(&r);
        if (rng_below(&r, 4) == 0)
            last = expected_last = rng_below(&r, 2);
        both += (enter & leave) != 0;
        uint64_t expected = latch_by_bits(enter, leave, &expected_last);
        assert_true(words_latch(enter, leave, &last) == expected);
        assert_true(last == expected_last && last == expected >> 63);
    }
    assert_true(both > 10000);
}

static void what_neither_enters_nor_leaves_is_held(void **state)
{
    (void)state;
    uint64_t last = 1;
    assert_true(words_latch(0, 0, &last) == ~0ull && last == 1);
    assert_true(words_latch(0, 1ull << 63, &last) == ~0ull >> 1 && last == 0);
    assert_true(words_latch(0, 0, &last) == 0 && last == 0);
    assert_true(words_latch(1ull << 63, ~0ull, &last) == 1ull << 63 && last == 1);
    assert_true(words_latch(0, 1, &last) == 0 && last == 0);
}

/* ---- signals ------------------------------------------------------------------------------------ */

/* The accounting itself, by the trades that it lists when fills are at the close of the same bar. */
static void positions_of_accounting(const int8_t *signal, long n, bool *position)
{
    static int64_t price[BARS_MAX];
    static double equity[BARS_MAX];
    static struct bt_trade trades[BARS_MAX / 2 + 1];
    const struct account_rules rules = {100, 0.001, 1e6, 0};
    struct account_tally tally;
    for (long t = 0; t < n; t++)
        price[t] = 1000000 + t;
    account_long_flat(&rules, signal, price, price, n, equity, trades, &tally);
    memset(position, 0, BARS_MAX * sizeof *position);
    for (long i = 0; i < tally.trades; i++) {
        long end = trades[i].exit_bar < 0 ? n : (long)trades[i].exit_bar;
        for (long t = (long)trades[i].entry_bar; t < end; t++)
            position[t] = true;
    }
}

static void signals_become_the_positions_that_accounting_takes(void **state)
{
    (void)state;
    const uint64_t seed = 20260712;
    struct rng r = rng_seeded(seed);
    print_message("# seed %llu, 5000 series\n", (unsigned long long)seed);
    for (int i = 0; i < 5000; i++) {
        int8_t signal[BARS_MAX];
        bool position[BARS_MAX];
        uint64_t words[WORDS_MAX + 1];
        long n = i < 800 ? i / 4 + 1 : 1 + (long)rng_below(&r, BARS_MAX);
        uint64_t rare = 1 + rng_below(&r, 40); /* how many bars to a signal */
        for (long t = 0; t < n; t++)
            signal[t] = rng_below(&r, t + 1 == n ? 2 : rare) ? BT_STAY
                        : rng_below(&r, 2)                   ? BT_ENTER
                                                             : BT_EXIT;
        positions_of_accounting(signal, n, position);
        memset(words, 0x5a, sizeof words);
        words_of_signals(signal, n, words);
        long count = words_of(n);
        for (long t = 0; t < count * WORDS_BARS; t++)
            assert_int_equal(bit_of(words, t), position[t < n ? t : n - 1]);
        assert_true(words[count] == 0x5a5a5a5a5a5a5a5aull); /* nothing is written behind it */
    }
}

static void bars_need_so_many_words(void **state)
{
    (void)state;
    assert_int_equal(words_of(0), 0);
    assert_int_equal(words_of(1), 1);
    assert_int_equal(words_of(64), 1);
    assert_int_equal(words_of(65), 2);
    assert_int_equal(words_of(128), 2);
    uint64_t untouched = 7;
    words_of_signals(NULL, 0, &untouched);
    assert_true(untouched == 7);
}

/* ---- the end ------------------------------------------------------------------------------------ */

static void bits_behind_the_end_repeat_the_last(void **state)
{
    (void)state;
    const uint64_t seed = 20260713;
    struct rng r = rng_seeded(seed);
    for (long count = 1; count <= WORDS_MAX; count++)
        for (long bars = -70; bars <= count * WORDS_BARS + 70; bars++)
            for (int turn = 0; turn < 4; turn++) {
                uint64_t words[WORDS_MAX + 1], before[WORDS_MAX + 1];
                bool last = turn & 1, repeated = last;
                for (long w = 0; w <= WORDS_MAX; w++)
                    words[w] = before[w] = any_word(&r);
                words_end_after(words, count, bars, last);
                for (long t = 0; t < count * WORDS_BARS; t++) {
                    if (t < bars)
                        repeated = bit_of(before, t);
                    assert_int_equal(bit_of(words, t), repeated);
                }
                for (long w = count; w <= WORDS_MAX; w++)
                    assert_true(words[w] == before[w]);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_word_is_latched_as_its_bits_are),
        TEST(what_neither_enters_nor_leaves_is_held),
        TEST(signals_become_the_positions_that_accounting_takes),
        TEST(bars_need_so_many_words),
        TEST(bits_behind_the_end_repeat_the_last),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
