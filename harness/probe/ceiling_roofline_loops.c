/* The loops of ceiling_roofline.h: in assembly, so that what is counted is what runs, and in C where there is no
 * AVX2. */
#include "harness/probe/ceiling.h"
#include "harness/probe/ceiling_roofline.h"

#include <stdint.h>
#include <string.h>

/* ---- plain C --------------------------------------------------------------------------------------- */

enum { SUMS = 8 };

/* The compiler may not know what the numbers are, nor that nobody asks for what they become. */
static void compute_plain(long turns)
{
    double sum[SUMS] = {1, 1, 1, 1, 1, 1, 1, 1}, factor = 0.5, step = 0.5;
    __asm__ volatile("" : "+m"(sum), "+m"(factor), "+m"(step));
    for (long t = 0; t < turns; t++)
        for (int i = 0; i < SUMS; i++)
            sum[i] = sum[i] * factor + step;
    __asm__ volatile("" : : "m"(sum));
}

static void read_plain(const void *data, size_t bytes)
{
    uint64_t sum[SUMS] = {0}, word[SUMS];
    const char *p = data;
    for (size_t i = 0; i < bytes; i += sizeof word) {
        memcpy(word, p + i, sizeof word);
        for (int k = 0; k < SUMS; k++)
            sum[k] ^= word[k];
    }
    __asm__ volatile("" : : "m"(sum));
}

static const struct ceiling_roofline_loops plain = {"plain C", compute_plain, 2 * SUMS, read_plain};

/* ---- AVX2 ------------------------------------------------------------------------------------------ */

#if defined(__x86_64__)

enum { VECTORS = 12, LANES = 4 };

/* 12 sums: 5 clocks times 2 a clock are 10 on their way. ymm0 and ymm1 are only read. */
static void compute_avx2(long turns)
{
    static const double half[LANES] = {0.5, 0.5, 0.5, 0.5};
    __asm__ volatile("vmovupd (%[p]), %%ymm0\n"
                     "vmovupd (%[p]), %%ymm1\n"
                     "vmovupd (%[p]), %%ymm4\n"
                     "vmovupd (%[p]), %%ymm5\n"
                     "vmovupd (%[p]), %%ymm6\n"
                     "vmovupd (%[p]), %%ymm7\n"
                     "vmovupd (%[p]), %%ymm8\n"
                     "vmovupd (%[p]), %%ymm9\n"
                     "vmovupd (%[p]), %%ymm10\n"
                     "vmovupd (%[p]), %%ymm11\n"
                     "vmovupd (%[p]), %%ymm12\n"
                     "vmovupd (%[p]), %%ymm13\n"
                     "vmovupd (%[p]), %%ymm14\n"
                     "vmovupd (%[p]), %%ymm15\n"
                     "1:\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm4\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm5\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm6\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm7\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm8\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm9\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm10\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm11\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm12\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm13\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm14\n"
                     "vfmadd213pd %%ymm1, %%ymm0, %%ymm15\n"
                     "decq %[turns]\n"
                     "jnz 1b\n"
                     "vzeroupper\n"
                     : [turns] "+r"(turns)
                     : [p] "r"(half)
                     : "xmm0", "xmm1", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                       "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc", "memory");
}

/* Registers that nobody reads are renamed each time: the loads wait for nothing but the memory. */
static void read_avx2(const void *data, size_t bytes)
{
    const char *p = data, *end = p + bytes;
    __asm__ volatile("1:\n"
                     "vmovapd (%[p]), %%ymm0\n"
                     "vmovapd 32(%[p]), %%ymm1\n"
                     "vmovapd 64(%[p]), %%ymm2\n"
                     "vmovapd 96(%[p]), %%ymm3\n"
                     "vmovapd 128(%[p]), %%ymm4\n"
                     "vmovapd 160(%[p]), %%ymm5\n"
                     "vmovapd 192(%[p]), %%ymm6\n"
                     "vmovapd 224(%[p]), %%ymm7\n"
                     "addq $256, %[p]\n"
                     "cmpq %[end], %[p]\n"
                     "jb 1b\n"
                     "vzeroupper\n"
                     : [p] "+r"(p)
                     : [end] "r"(end)
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "cc",
                       "memory");
}

static const struct ceiling_roofline_loops avx2 = {"AVX2 FMA", compute_avx2, 2 * LANES *VECTORS,
                                                   read_avx2};

const struct ceiling_roofline_loops *ceiling_roofline_loops(void)
{
    return ceiling_unable() ? &plain : &avx2;
}

#else

const struct ceiling_roofline_loops *ceiling_roofline_loops(void)
{
    return &plain;
}

#endif
