/* A kernel of three stages, each a function that a profile can name. EXTRA: so many per cent more of the
 * middle one. */
#include <kernels/kernel.h>
#include <string.h>

#ifndef EXTRA
#define EXTRA 0
#endif

#define STAGE static __attribute__((noinline)) unsigned long

static const struct opt options[] = {OPT_END};
static unsigned long last;

STAGE stage_first(unsigned long x)
{
    for (int i = 0; i < 4000; i++)
        x = x * 6364136223846793005u + 1442695040888963407u;
    return x;
}

STAGE stage_middle(unsigned long x)
{
    for (int i = 0; i < 40 * (100 + EXTRA); i++)
        x = x * 6364136223846793005u + 3037000493u;
    return x;
}

STAGE stage_last(unsigned long x)
{
    for (int i = 0; i < 4000; i++)
        x = x * 6364136223846793005u + 2862933555777941757u;
    return x;
}

static void *prepare(const struct kernel_case *c, struct err *e)
{
    (void)c, (void)e;
    return &last;
}

static bool step(void *context, long lo, long hi, struct err *e)
{
    (void)e;
    for (long i = lo; i < hi; i++)
        last = stage_last(stage_middle(stage_first(last)));
    return context != NULL;
}

static bool digest(void *context, struct kernel_digest *out, struct err *e)
{
    (void)context, (void)e;
    memset(out->exact, '0', sizeof out->exact - 1);
    return true;
}

static void release(void *context)
{
    (void)context;
}

static const char *const first_names[] = {"stage_first$", NULL};
static const char *const other_names[] = {"stage_", NULL};
static const struct kernel_part parts[] = {
    {"first",  "the first stage",  first_names, true },
    {"others", "the other stages", other_names, false},
};

const struct kernel *cupel_kernel(void);
const struct kernel *cupel_kernel(void)
{
    static const struct kernel stages = {
        .abi = CUPEL_KERNEL_ABI,
        .name = "stages",
        .summary = "three stages",
        .cut = KERNEL_REPEAT,
        .options = options,
        .settings_size = 1,
        .prepare = prepare,
        .step = step,
        .digest = digest,
        .release = release,
        .parts = parts,
        .part_count = 2,
    };
    return &stages;
}
