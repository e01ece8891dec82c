#include "kernels/backtest/numerics/cpu.h"
#include "kernels/backtest/numerics/events_cpu.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define EVENTS_CODE         CPU_AVX2_CODE
#define EVENTS_LOWEST(word) _tzcnt_u64(word) /* no bits: 64 */
#include "kernels/backtest/numerics/events_body.h"

CPU_AVX2_CODE void events_account_avx2(const struct price_tables *p, struct events *e,
                                       const uint64_t *position, long word, int words)
{
    events_account_body(p, e, position, word, words);
}

#else

/* Never chosen. */
void events_account_avx2(const struct price_tables *p, struct events *e, const uint64_t *position,
                         long word, int words)
{
    (void)p;
    (void)e;
    (void)position;
    (void)word;
    (void)words;
}

#endif
