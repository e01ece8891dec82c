#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/dense_body.h"
#include "kernels/backtest/numerics/dense_cpu.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define DENSE_AVX2 CPU_AVX2_CODE DENSE_INLINE

struct lanes {
    __m256d ratio, worst, growth, sum, squares;
    __m256i before; /* in the sign: the position before the next bar */
    __m256i word;   /* in bit 0: the position at it */
    uint64_t words[DENSE_LANES], paths[DENSE_LANES], hash[DENSE_LANES];
};

/* ---- bars ------------------------------------------------------------------------------------- */

DENSE_AVX2 __m256d choose(__m256d if_not, __m256d if_so, __m256i sign)
{
    return _mm256_blendv_pd(if_not, if_so, _mm256_castsi256_pd(sign));
}

DENSE_AVX2 __m256d factor(const struct dense_bar *bar, __m256i before, __m256i now)
{
    __m256d left = _mm256_broadcast_sd(&bar->factor[DENSE_LEFT]);
    __m256d entered = _mm256_broadcast_sd(&bar->factor[DENSE_ENTERED]);
    __m256d held = _mm256_broadcast_sd(&bar->factor[DENSE_HELD]);
    return choose(choose(_mm256_set1_pd(1), left, before), choose(entered, held, before), now);
}

/* The order of operations is that of dense.c. */
DENSE_AVX2 void two_bars(const struct dense_bar *bar, struct lanes *l, __m256i first,
                         __m256i second)
{
    const __m256d one = _mm256_set1_pd(1);
    __m256d x = factor(bar, l->before, first), y = factor(bar + 1, first, second);
    __m256d both = _mm256_mul_pd(x, y), r = _mm256_sub_pd(x, one), s = _mm256_sub_pd(y, one);
    __m256d ratio = _mm256_min_pd(_mm256_mul_pd(l->ratio, both), _mm256_min_pd(y, one));
    l->worst = _mm256_min_pd(l->worst, _mm256_min_pd(_mm256_mul_pd(l->ratio, x), ratio));
    l->ratio = ratio;
    l->growth = _mm256_mul_pd(l->growth, both);
    l->sum = _mm256_add_pd(l->sum, _mm256_add_pd(r, s));
    l->squares = _mm256_add_pd(l->squares, _mm256_add_pd(_mm256_mul_pd(r, r), _mm256_mul_pd(s, s)));
    l->before = second;
}

/* Hashes run on whole numbers while the doubles wait for each other: a lane with every two bars. */
DENSE_AVX2 void two_bars_and_lane(const struct dense_bar *bar, const struct dense_hashes *hashes,
                                  struct lanes *l, int lane, __m256i first, __m256i second)
{
    two_bars(bar, l, first, second);
    l->hash[lane] += dense_hash(hashes, l->paths[lane]);
}

DENSE_AVX2 void eight_bars(const struct dense_bar *bar, const struct dense_hashes *hashes,
                           struct lanes *l)
{
    __m256i w = l->word;
    two_bars_and_lane(bar, hashes, l, 0, _mm256_slli_epi64(w, 63), _mm256_slli_epi64(w, 62));
    two_bars_and_lane(bar + 2, hashes, l, 1, _mm256_slli_epi64(w, 61), _mm256_slli_epi64(w, 60));
    two_bars_and_lane(bar + 4, hashes, l, 2, _mm256_slli_epi64(w, 59), _mm256_slli_epi64(w, 58));
    two_bars_and_lane(bar + 6, hashes, l, 3, _mm256_slli_epi64(w, 57), _mm256_slli_epi64(w, 56));
    l->word = _mm256_srli_epi64(w, 8);
}

/* ---- words ------------------------------------------------------------------------------------ */

DENSE_AVX2 void read_words(struct lanes *l, const uint64_t *position, long stride)
{
    for (int i = 0; i < DENSE_LANES; i++) {
        uint64_t last = l->paths[i];
        l->words[i] = position[i * stride];
        l->paths[i] = l->words[i] << 1 | last;
    }
    l->word = _mm256_loadu_si256((const __m256i *)(const void *)l->words);
}

DENSE_AVX2 void account_word(const struct dense_bar *bar, const struct dense_hashes *hashes,
                             struct lanes *l)
{
    for (int i = 0; i < WORDS_BARS; i += 8) {
        eight_bars(bar + i, hashes + i / DENSE_CHUNK, l);
        l->paths[0] = l->words[0] >> (i + 7);
        l->paths[1] = l->words[1] >> (i + 7);
        l->paths[2] = l->words[2] >> (i + 7);
        l->paths[3] = l->words[3] >> (i + 7);
    }
}

/* The sums of a word join those before. */
DENSE_AVX2 void join(struct dense *d, struct lanes *l)
{
    __m256d sum = _mm256_add_pd(_mm256_loadu_pd(d->sum), l->sum);
    __m256d size = _mm256_andnot_pd(_mm256_set1_pd(-0.0), sum);
    _mm256_storeu_pd(d->sum, sum);
    _mm256_storeu_pd(d->squares, _mm256_add_pd(_mm256_loadu_pd(d->squares), l->squares));
    _mm256_storeu_pd(d->largest, _mm256_max_pd(_mm256_loadu_pd(d->largest), size));
    l->sum = l->squares = _mm256_setzero_pd();
}

DENSE_AVX2 struct lanes load(const struct dense *d)
{
    __m256i last = _mm256_loadu_si256((const __m256i *)(const void *)d->last);
    struct lanes l = {
        .ratio = _mm256_loadu_pd(d->ratio),
        .worst = _mm256_loadu_pd(d->worst),
        .growth = _mm256_loadu_pd(d->growth),
        .sum = _mm256_setzero_pd(),
        .squares = _mm256_setzero_pd(),
        .before = _mm256_slli_epi64(last, 63),
    };
    for (int i = 0; i < DENSE_LANES; i++) {
        l.paths[i] = d->last[i];
        l.hash[i] = d->hash[i];
    }
    return l;
}

DENSE_AVX2 void store(struct dense *d, const struct lanes *l)
{
    _mm256_storeu_pd(d->ratio, l->ratio);
    _mm256_storeu_pd(d->worst, l->worst);
    _mm256_storeu_pd(d->growth, l->growth);
    for (int i = 0; i < DENSE_LANES; i++)
        d->hash[i] = l->hash[i];
}

CPU_AVX2_CODE void dense_account_avx2(const struct dense_tables *p, struct dense *d,
                                      const uint64_t *position, long stride, long word, int words)
{
    if (word == 0)
        dense_first(p, d, position, stride);
    struct lanes l = load(d);
    for (int i = 0; i < words; i++) {
        long bar = (word + i) * WORDS_BARS;
        read_words(&l, position + i, stride);
        account_word(p->bar + bar, p->hashes + bar / DENSE_CHUNK, &l);
        join(d, &l);
        for (int lane = 0; lane < DENSE_LANES; lane++)
            dense_count(d, lane, l.words[lane]);
    }
    store(d, &l);
}

#else

/* Never chosen. */
void dense_account_avx2(const struct dense_tables *p, struct dense *d, const uint64_t *position,
                        long stride, long word, int words)
{
    (void)p;
    (void)d;
    (void)position;
    (void)stride;
    (void)word;
    (void)words;
}

#endif
