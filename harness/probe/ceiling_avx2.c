/* The loops of ceiling.h in assembly, so that what is counted is what runs. A destination that nobody
 * reads is renamed each time: such instructions wait for nothing. */
#include "harness/probe/ceiling.h"

#include <stddef.h>

#if defined(__x86_64__)

const char *ceiling_unable(void)
{
    bool can = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return can ? NULL : "the ceilings' loops need AVX2 and FMA";
}

static void run_clock(long turns)
{
    __asm__ volatile("1:\n"
                     ".rept 100\n"
                     "addq $1, %%rax\n"
                     ".endr\n"
                     "decq %[turns]\n"
                     "jnz 1b\n"
                     : [turns] "+r"(turns)
                     :
                     : "rax", "cc");
}

/* 60 instructions, and a compare with its branch that count as one operation: 62 in 61. */
static void run_ipc(long turns)
{
    static const double numbers[4] = {1, 1, 1, 1};
    __asm__ volatile("vmovupd (%[p]), %%ymm0\n"
                     "1:\n"
                     ".rept 10\n"
                     "movq (%[p]), %%rax\n"
                     "addq $1, %%r8\n"
                     "vmulpd %%ymm0, %%ymm0, %%ymm1\n"
                     "movq 8(%[p]), %%rcx\n"
                     "addq $1, %%r9\n"
                     "vmulpd %%ymm0, %%ymm0, %%ymm2\n"
                     ".endr\n"
                     "decq %[turns]\n"
                     "jnz 1b\n"
                     "vzeroupper\n"
                     : [turns] "+r"(turns)
                     : [p] "r"(numbers)
                     : "rax", "rcx", "r8", "r9", "xmm0", "xmm1", "xmm2", "cc", "memory");
}

/* 4 bars of 4 combinations: ymm0..2 are only read, ymm8..15 are the fused operations' own (a latency of
 * 4 clocks over 4 bars: hidden), all else goes where nobody looks. */
#define DENSE_BAR(FUSED, NEGATIVE)                                                                 \
    "vcmppd $1, %%ymm0, %%ymm1, %%ymm3\n"                                                          \
    "vxorpd %%ymm0, %%ymm1, %%ymm4\n"                                                              \
    "vpsubq %%ymm0, %%ymm1, %%ymm5\n"                                                              \
    "vblendvpd %%ymm2, %%ymm0, %%ymm1, %%ymm6\n"                                                   \
    "vandpd %%ymm0, %%ymm2, %%ymm7\n"                                                              \
    "vfnmadd231pd %%ymm0, %%ymm1, %%" NEGATIVE "\n"                                                \
    "vmulpd %%ymm0, %%ymm1, %%ymm3\n"                                                              \
    "vmulpd %%ymm1, %%ymm0, %%ymm4\n"                                                              \
    "vminpd %%ymm0, %%ymm1, %%ymm5\n"                                                              \
    "vminpd %%ymm1, %%ymm0, %%ymm6\n"                                                              \
    "vaddpd %%ymm0, %%ymm1, %%ymm7\n"                                                              \
    "vfmadd231pd %%ymm0, %%ymm1, %%" FUSED "\n"

#define DENSE_BARS                                                                                 \
    DENSE_BAR("ymm8", "ymm9")                                                                      \
    DENSE_BAR("ymm10", "ymm11")                                                                    \
    DENSE_BAR("ymm12", "ymm13")                                                                    \
    DENSE_BAR("ymm14", "ymm15")

static void run_dense(long turns)
{
    static const double numbers[4] = {1, 1, 1, 1};
    __asm__ volatile("vmovupd (%[p]), %%ymm0\n"
                     "vmovupd (%[p]), %%ymm1\n"
                     "vcmppd $0, %%ymm0, %%ymm1, %%ymm2\n"
                     "vmovupd %%ymm0, %%ymm8\n"
                     "vmovupd %%ymm0, %%ymm9\n"
                     "vmovupd %%ymm0, %%ymm10\n"
                     "vmovupd %%ymm0, %%ymm11\n"
                     "vmovupd %%ymm0, %%ymm12\n"
                     "vmovupd %%ymm0, %%ymm13\n"
                     "vmovupd %%ymm0, %%ymm14\n"
                     "vmovupd %%ymm0, %%ymm15\n"
                     "1:\n" DENSE_BARS DENSE_BARS "decq %[turns]\n"
                     "jnz 1b\n"
                     "vzeroupper\n"
                     : [turns] "+r"(turns)
                     : [p] "r"(numbers)
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc",
                       "memory");
}

#else

const char *ceiling_unable(void)
{
    return "the ceilings' loops are written for x86-64";
}

static void run_none(long turns)
{
    (void)turns;
}

#define run_clock run_none
#define run_ipc   run_none
#define run_dense run_none

#endif

/* About 0.2 ms each at 3 GHz. dense: 8 bars of 4 combinations a turn. */
const struct ceiling_loop ceiling_clock = {run_clock, 6000, 100};
const struct ceiling_loop ceiling_ipc = {run_ipc, 60000, 62};
const struct ceiling_loop ceiling_dense = {run_dense, 18000, 32};
