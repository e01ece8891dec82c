#include "tests/backtest/numerics.h"

#include "kernels/numerics/cpu.h"

#include "tests/test.h"

struct arena numerics_arena;

int numerics_free(void **state)
{
    (void)state;
    arena_done(&numerics_arena);
    return 0;
}

unsigned numerics_cpu(void)
{
    unsigned sets = 0;
    struct err e = {0};
    assert_ok(cpu_sets("", &sets, &e), &e);
    return sets;
}
