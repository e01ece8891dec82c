#include "tests/backtest/runs.h"

#include "harness/result/agree.h"
#include "kernels/backtest/backtest.h"

#include "tests/test.h"

#include <string.h>

static struct kernel_count counts[KERNEL_COUNTS_MAX];
static int count_n;

const char *run_id(const struct bt_plan *plan, long backtest)
{
    static struct bt_item item;
    bt_plan_item(plan, backtest, &item);
    return item.id;
}

void run_key(const struct bt_plan *plan, long backtest, char out[BT_KEY_TEXT])
{
    struct bt_item item;
    bt_plan_item(plan, backtest, &item);
    bt_plan_key(plan, item.values, out);
}

uint64_t run_accepted(uint64_t set)
{
    struct err e;
    while (set < LAYERS_ALL && !kernel_backtest.resolve(set, &e))
        set++;
    return set;
}

void run_part(struct run_part part, struct kernel_digest *digest)
{
    const struct kernel *k = &kernel_backtest;
    struct err e = {0};
    struct kernel_case c = {
        .settings = part.settings, .layers = part.layers, .state_dir = part.state_dir};
    void *ctx = k->prepare(&c, &e);
    assert_ok(ctx, &e);
    assert_ok(k->step(ctx, part.lo, part.hi < 0 ? k->jobs(ctx) : part.hi, &e), &e);
    if (!part.torn)
        assert_ok(k->finish(ctx, &e), &e);
    if (digest)
        assert_ok(k->digest(ctx, digest, &e), &e);
    count_n = k->counts(ctx, counts, KERNEL_COUNTS_MAX);
    k->release(ctx);
}

const struct kernel_digest *run_whole(const struct bt_settings *settings, uint64_t layers,
                                      const char *state_dir)
{
    static struct kernel_digest digest;
    run_part((struct run_part){settings, layers, state_dir, 0, -1, false}, &digest);
    return &digest;
}

void assert_agree(const struct kernel_digest *found, const struct kernel_digest *expected)
{
    struct err e = {0};
    assert_ok(agree_check(found, expected, "expected", &e), &e);
}

void assert_differ(const struct kernel_digest *found, const struct kernel_digest *other)
{
    struct err e = {0};
    assert_false(agree_check(found, other, "expected", &e));
}

static uint64_t count_named(const struct kernel_count *list, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].value;
    fail_msg("no count %s", name);
    return 0;
}

uint64_t run_count(const char *name)
{
    return count_named(counts, count_n, name);
}

uint64_t run_count_in(const struct bt_run *run, const char *name)
{
    struct kernel_count now[KERNEL_COUNTS_MAX];
    return count_named(now, bt_run_counts(run, now, KERNEL_COUNTS_MAX), name);
}
