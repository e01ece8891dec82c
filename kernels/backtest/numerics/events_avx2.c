#include "kernels/backtest/numerics/cpu.h"
#include "kernels/backtest/numerics/events_body.h"
#include "kernels/backtest/numerics/events_cpu.h"

#if defined(__x86_64__)

CPU_AVX2_CODE void events_account_avx2(const struct price_tables *p, struct events *e,
                                       const uint64_t *position, long word, int words)
{
    events_account_body(p, e, position, word, words);
}

#else

void events_account_avx2(const struct price_tables *p, struct events *e, const uint64_t *position,
                         long word, int words)
{
    events_account_body(p, e, position, word, words);
}

#endif
