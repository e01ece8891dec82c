/* A plugin with layers that are at fault, as its setting says: for `cupel verify`. */
#include <harness/base/mem.h>
#include <kernels/kernel.h>
#include <signal.h>
#include <string.h>

struct settings {
    const char *fault;
    long workers;
};

static const char *const faults[] = {"none", "layers", "steps", "workers", "crash", NULL};

static const struct opt options[] = {
    {.name = "fault",
     .kind = OPT_TEXT,
     .offset = offsetof(struct settings,           fault),
     .arg = "WHAT",
     .choices = faults,
     .fallback = "none",
     .help = "what makes its results others"},
    { .name = "workers",
     .kind = OPT_INT,
     .offset = offsetof(struct settings, workers),
     .arg = "N",
     .min = 1,
     .max = 9,
     .fallback = "1",
     .help = "does nothing"},
    OPT_END
};

static const struct kernel_layer layers[] = {
    {.name = "a", .why = "nothing"},
    {.name = "b", .why = "nothing"},
    {.name = "c", .why = "needs b"},
    {.name = "d", .why = "nothing"}
};

enum { A = 1, B = 2, C = 4, JOBS = 10, GRAIN = 4 };

struct state {
    struct settings settings;
    uint64_t layers;
    int steps;
};

static bool resolve(uint64_t set, struct err *e)
{
    return !(set & C) || (set & B) || err_input(e, "layer c needs layer b");
}

static void *prepare(const struct kernel_case *c, struct err *e)
{
    struct state *s = mem_alloc_zero(MEM_BASE, sizeof *s);
    (void)e;
    memcpy(&s->settings, c->settings, sizeof s->settings);
    s->layers = c->layers;
    return s;
}

static long jobs(const void *context)
{
    (void)context;
    return JOBS;
}

static long grain(const void *context)
{
    (void)context;
    return GRAIN;
}

static bool is(const struct state *s, const char *fault)
{
    return strcmp(s->settings.fault, fault) == 0;
}

static bool step(void *context, long lo, long hi, struct err *e)
{
    struct state *s = context;
    s->steps++;
    if (lo % GRAIN || (hi % GRAIN && hi != JOBS))
        return err_input(e, "step %ld..%ld: not of whole grains", lo, hi);
    if (is(s, "crash") && (s->layers & B))
        raise(SIGKILL); /* a sanitiser keeps its hands off this one */
    return true;
}

static bool digest(void *context, struct kernel_digest *out, struct err *e)
{
    const struct state *s = context;
    (void)e;
    bool wrong = (is(s, "layers") && (s->layers & A) && (s->layers & C)) ||
                 (is(s, "steps") && s->steps == 2) ||
                 (is(s, "workers") && s->settings.workers == 3 && (s->layers & B));
    memset(out->exact, wrong ? 'f' : '0', sizeof out->exact - 1);
    return true;
}

static void release(void *context)
{
    mem_free(MEM_BASE, context);
}

const struct kernel *cupel_kernel(void);
const struct kernel *cupel_kernel(void)
{
    static const struct kernel kernel = {.abi = CUPEL_KERNEL_ABI,
                                         .name = "layered",
                                         .summary = "layers that may be at fault",
                                         .cut = KERNEL_ONCE,
                                         .options = options,
                                         .settings_size = sizeof(struct settings),
                                         .layers = layers,
                                         .layer_count = 4,
                                         .resolve = resolve,
                                         .prepare = prepare,
                                         .jobs = jobs,
                                         .grain = grain,
                                         .step = step,
                                         .digest = digest,
                                         .release = release};
    return &kernel;
}
