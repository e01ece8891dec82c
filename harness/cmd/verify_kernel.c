#include "harness/cmd/verify_kernel.h"

#include "harness/base/log.h"
#include "harness/plan/overrides.h"
#include "harness/probe/machine.h"
#include "harness/run/inputs.h"
#include "harness/run/interrupt.h"
#include "harness/verify/kernel_cases.h"
#include "kernels/registry.h"

#include <stdio.h>

enum { TELL_EVERY_NS = 1000000000 };

struct watch {
    int64_t told_ns;
};

static bool tell_next(void *context, const struct kernel_cases *v, const struct kernel_cases_row *c,
                      struct err *e)
{
    struct watch *w = context;
    int64_t now = probe_now_ns();
    if (!interrupt_none(e))
        return false;
    if (now - w->told_ns < 5 * (int64_t)TELL_EVERY_NS)
        return true;
    struct text name = {0};
    kernel_cases_print(v, c, &name);
    log_info("verify: %ld of %ld; %s", v->done, v->count, name.p);
    text_done(&name);
    w->told_ns = now;
    return true;
}

static bool go_on(void *context, struct err *e)
{
    (void)context;
    return interrupt_none(e);
}

static int count_layers(uint64_t set)
{
    return __builtin_popcountll(set);
}

static void print_summary(const struct kernel_cases *v)
{
    printf("%s: %ld of %ld cases, %d layers, ", v->kernel->name, v->done, v->count,
           count_layers(v->universe));
    for (int f = 0; f < v->factor_count; f++) {
        printf("%s%s ", f ? ", " : "", v->factors[f].name);
        for (int i = 0; i < v->factors[f].n; i++)
            printf("%s%s", i ? "/" : "", v->factors[f].values[i]);
    }
    printf("\ncovered: %ld combinations of %d; %ld cannot be\n", v->combinations - v->impossible,
           v->strength, v->impossible);
    if (v->done)
        printf("digest %s\n", v->digest.exact);
}

static void print_least(const struct verify_kernel_settings *s, const struct kernel_cases *v)
{
    struct text least = {0}, again = {0};
    kernel_cases_print(v, &v->least, &least);
    kernel_cases_print_options(v, &v->least, &again);
    printf("the least that differs: %s\nagain: cupel verify --kernel %s", least.p, s->name);
    for (int i = 0; i < s->set.n; i++)
        printf(" --set '%s'", s->set.v[i]);
    printf(" %s\n", again.p);
    text_done(&least);
    text_done(&again);
}

static enum err_code try_all(const struct verify_kernel_settings *s, struct kernel_cases *v,
                             struct arena *a, struct err *e)
{
    struct watch w = {probe_now_ns()};
    if (!kernel_layers_parse(s->kernel, s->layers, &v->universe, e) || !kernel_cases_plan(v, a, e))
        return e->code;
    bool ok = kernel_cases_run(v, (struct kernel_watcher){&w, tell_next, go_on}, e);
    print_summary(v);
    if (v->differs)
        print_least(s, v);
    if (ok)
        printf("every set gave the results of no layers\n");
    return ok ? ERR_OK : e->code;
}

enum err_code verify_kernel(const struct verify_kernel_settings *s, struct arena *a, struct err *e)
{
    struct json *facts = json_object(), *settings = overrides_read(&s->set, s->kernel, a, e);
    struct kernel_cases v = {.kernel = s->kernel,
                             .settings = settings,
                             .vary = &s->vary,
                             .strength = (int)s->strength,
                             .seed = (uint64_t)s->seed,
                             .work = s->work};
    enum err_code code = e->code;
    if (settings)
        code = inputs_settle(settings, facts, a, e) ? try_all(s, &v, a, e) : e->code;
    json_free(settings);
    json_free(facts);
    return code;
}
