#include "kernels/backtest/told.h"

#include <string.h>

void bt_told_begin(struct bt_told *told, const struct bt_run *run)
{
    bt_run_counts(run, told->v, KERNEL_COUNTS_MAX);
}

void bt_told_put(struct bt_told *told, const struct bt_run *run, struct text *out)
{
    uint64_t counts[KERNEL_COUNTS_MAX] = {0};
    struct kernel_count now[KERNEL_COUNTS_MAX];
    int n = bt_run_counts(run, now, KERNEL_COUNTS_MAX);
    for (int i = 0; i < n; i++)
        counts[i] = now[i].value - told->v[i].value;
    memcpy(told->v, now, (size_t)n * sizeof *now);
    text_add(out, (const char *)counts, sizeof counts);
}

bool bt_told_take(struct bt_run *run, struct str *bytes)
{
    uint64_t counts[KERNEL_COUNTS_MAX];
    if (bytes->n < sizeof counts)
        return false;
    memcpy(counts, bytes->p, sizeof counts);
    for (int i = 0; i < KERNEL_COUNTS_MAX; i++)
        run->of_workers[i] += counts[i];
    *bytes = (struct str){bytes->p + sizeof counts, bytes->n - sizeof counts};
    return true;
}
