#include "kernels/null.h"

#include <stdio.h>

struct null_settings {
    long unused;
};

static const struct opt null_options[] = {OPT_END};

static char the_context;

static void *prepare_null(const struct kernel_case *c, struct err *e)
{
    (void)c;
    (void)e;
    return &the_context;
}

static bool step_null(void *ctx, long lo, long hi, struct err *e)
{
    (void)ctx;
    (void)lo;
    (void)hi;
    (void)e;
    return true;
}

bool null_digest(void *ctx, struct kernel_digest *out, struct err *e)
{
    (void)ctx;
    (void)e;
    snprintf(out->exact, sizeof out->exact, "%064d", 0);
    return true;
}

static void release_null(void *ctx)
{
    (void)ctx;
}

const struct kernel kernel_null = {
    .abi = CUPEL_KERNEL_ABI,
    .name = "null",
    .summary = "does nothing: measures the harness's own cost per slice",
    .cut = KERNEL_REPEAT,
    .options = null_options,
    .settings_size = sizeof(struct null_settings),
    .prepare = prepare_null,
    .step = step_null,
    .digest = null_digest,
    .release = release_null,
};
