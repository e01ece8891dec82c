/* Plugins that are none, or that fail: BROKEN_HOW says how. */
#include <harness/base/mem.h>
#include <kernels/kernel.h>
#include <stdlib.h>
#include <string.h>

static const struct opt options[] = {OPT_END};
static int *nowhere;
#ifdef BROKEN_leak
static void *kept[3]; /* reachable: a sanitiser sees no leak in it */
#endif

#if defined BROKEN_loop || defined BROKEN_stuck
static void for_ever(void)
{
    for (volatile int again = 1; again;)
        ;
}
#endif

static void *prepare(const struct kernel_case *c, struct err *e)
{
#ifdef BROKEN_refuse
    err_input(e, "it is Monday");
    return NULL;
#endif
#ifdef BROKEN_stuck
    for_ever();
#endif
#ifdef BROKEN_leak
    for (int i = 0; i < 3; i++)
        kept[i] = mem_alloc(MEM_HISTORY, 4096);
#endif
    (void)e;
    (void)c;
    return &nowhere;
}

static bool step(void *context, long lo, long hi, struct err *e)
{
    (void)context, (void)lo, (void)hi, (void)e;
#ifdef BROKEN_crash
    *(volatile int *)nowhere = 1;
#endif
#ifdef BROKEN_loop
    for_ever();
#endif
    return true;
}

static bool digest(void *context, struct kernel_digest *out, struct err *e)
{
    (void)context, (void)e;
#ifdef BROKEN_results
    memset(out->exact, 'f', sizeof out->exact - 1);
#else
    memset(out->exact, '0', sizeof out->exact - 1);
#endif
    return true;
}

static void release(void *context)
{
    (void)context;
#ifdef BROKEN_release
    *(volatile int *)nowhere = 1;
#endif
}

#ifdef BROKEN_once
static long jobs(const void *context)
{
    (void)context;
    return 1;
}
#endif

#ifdef BROKEN_symbol
#define cupel_kernel some_other_name
#endif
const struct kernel *cupel_kernel(void);
const struct kernel *cupel_kernel(void)
{
    static struct kernel kernel = {.abi = CUPEL_KERNEL_ABI,
                                   .name = "broken",
                                   .summary = "fails",
                                   .cut = KERNEL_REPEAT,
                                   .options = options,
                                   .settings_size = 1,
                                   .prepare = prepare,
                                   .step = step,
                                   .digest = digest,
                                   .release = release};
#ifdef BROKEN_once
    kernel.cut = KERNEL_ONCE;
    kernel.jobs = jobs;
#endif
#ifdef BROKEN_abi
    kernel.abi = CUPEL_KERNEL_ABI - 1;
#endif
#ifdef BROKEN_step
    kernel.step = NULL;
#endif
#ifdef BROKEN_size
    kernel.settings_size = (size_t)-1;
#endif
#ifdef BROKEN_exit
    exit(0);
#endif
#ifdef BROKEN_null
    return NULL;
#endif
    return &kernel;
}
