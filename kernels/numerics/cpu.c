#include "kernels/numerics/cpu.h"

#include <string.h>

static bool has_avx2(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("popcnt");
#else
    return false;
#endif
}

static const struct {
    const char *name;
    enum cpu_set bit;
    bool (*has)(void);
} sets[] = {
    {"avx2", CPU_AVX2, has_avx2},
};
enum { SETS = sizeof sets / sizeof *sets };

/* The set of that name, SETS when there is none. */
static int find(const char *name, size_t n)
{
    for (int i = 0; i < SETS; i++)
        if (strlen(sets[i].name) == n && memcmp(sets[i].name, name, n) == 0)
            return i;
    return SETS;
}

bool cpu_sets(const char *disabled, unsigned *out, struct err *e)
{
    unsigned off = 0;
    *out = 0;
    for (const char *p = disabled; *p;) {
        size_t n = strcspn(p, ",");
        int i = find(p, n);
        if (i == SETS)
            return err_input(e, "disable_simd: expected avx2 or nothing, found \"%.*s\"",
                             (int)(n < 40 ? n : 40), p);
        off |= sets[i].bit;
        p += n + (p[n] == ',');
    }
    for (int i = 0; i < SETS; i++)
        *out |= sets[i].has() && !(off & sets[i].bit) ? sets[i].bit : 0;
    return true;
}
