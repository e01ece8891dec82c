#include "harness/run/worker.h"

#include "harness/base/version.h"
#include "harness/probe/allocated.h"
#include "harness/probe/heap.h"
#include "harness/probe/leaks.h"
#include "harness/probe/machine.h"
#include "harness/probe/probe.h"
#include "harness/probe/recorder.h"
#include "harness/probe/totals.h"
#include "harness/result/agree.h"
#include "harness/run/protocol.h"
#include "kernels/registry.h"

#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

struct worker {
    struct channel channel;
    struct arena arena;
    struct probe probe;
    struct probe_meter *meter;  /* of the run since prepare */
    struct allocated allocated; /* by the bodies since prepare */
    struct recorder *recorder;  /* since prepare; NULL: no timeline was asked for */
    bool under_valgrind;
    const struct kernel *kernel;
    void *context;         /* the kernel's; NULL when nothing is prepared */
    const char *state_dir; /* synced after each slice; NULL: none */
};

static void release(struct worker *w)
{
    json_free(recorder_stop(w->recorder));
    w->recorder = NULL;
    probe_watch(&w->probe, NULL, NULL);
    if (w->context)
        w->kernel->release(w->context);
    w->context = NULL;
    w->state_dir = NULL;
    arena_reset(&w->arena);
}

/* ---- the answers ---------------------------------------------------------------------------- */

static bool hello(struct worker *w, const struct json *ask, struct json *answer, struct err *e)
{
    (void)w;
    int64_t theirs;
    if (!json_need_int(ask, "protocol", 0, 1 << 30, &theirs, e))
        return false;
    json_put_number(answer, "protocol", PROTOCOL_VERSION);
    json_put_number(answer, "abi", CUPEL_KERNEL_ABI);
    json_put_text(answer, "version", CUPEL_VERSION);
    json_put_text(answer, "commit", version_commit());
    json_put_text(answer, "compiler", version_compiler());
    json_put_text(answer, "flags", version_flags());
    json_put_bool(answer, "callgrind", true); /* it starts and stops the counting around the body */
    json_put_bool(answer, "timeline", true);
    json_put_bool(answer, "heap", true);
    return true;
}

/* Fills the case from the ask. Settings and texts live in the worker's arena. */
static bool read_case(struct worker *w, const struct json *ask, struct kernel_case *c,
                      struct err *e)
{
    const char *name, *layers, *seed;
    const struct json *settings;
    if (!json_need_text(ask, "kernel", &name, e) || !json_need_text(ask, "layers", &layers, e) ||
        !json_need_text(ask, "seed", &seed, e) || !json_need_object(ask, "settings", &settings, e))
        return false;
    const struct kernel *k = w->kernel = kernel_find(name, e);
    if (!k || !kernel_layers_parse(k, layers, &c->layers, e) ||
        (k->resolve && !k->resolve(c->layers, e)))
        return false;
    void *filled = arena_alloc(&w->arena, k->settings_size + 1);
    opt_defaults(k->options, filled, &w->arena);
    c->settings = filled;
    c->seed = strtoull(seed, NULL, 10);
    const struct json *state = json_get(ask, "state_dir");
    if (json_kind(state) == JSON_TEXT)
        w->state_dir = c->state_dir = arena_text(&w->arena, json_text(state));
    return opt_from_json(k->options, filled, settings, &w->arena, e) &&
           opt_complete(k->options, filled, e);
}

/* Memory is written down from here on, when the harness wants it: it times nothing then. */
static bool record_memory(struct worker *w, const struct json *ask, struct err *e)
{
    const struct json *interval = json_get(ask, "timeline_ms");
    if (json_kind(interval) != JSON_NUMBER)
        return true;
    w->recorder = recorder_start(0, json_number(interval), e);
    return w->recorder != NULL;
}

static bool prepare(struct worker *w, const struct json *ask, struct json *answer, struct err *e)
{
    release(w);
    struct kernel_case c = {0};
    const struct json *cpu = json_get(ask, "cpu");
    if (json_kind(cpu) == JSON_NUMBER && !probe_pin((int)json_number(cpu), e))
        return false;
    if (!read_case(w, ask, &c, e))
        return false;
    probe_totals_begin(w->meter);
    allocated_open(&w->allocated);
    if (!record_memory(w, ask, e))
        return false;
    struct probe_reading begin;
    struct probe_slice slice;
    probe_begin(&w->probe, &begin);
    w->context = w->kernel->prepare(&c, e);
    if (w->context)
        probe_watch(&w->probe, w->kernel->pids, w->context);
    probe_end(&w->probe, &begin, &slice);
    if (!w->context)
        return false;
    json_put_bool(answer, "has_delay", probe_has_delay(&w->probe));
    json_put_number(answer, "jobs", w->kernel->jobs ? (double)w->kernel->jobs(w->context) : 0);
    json_put_number(answer, "grain", w->kernel->grain ? (double)w->kernel->grain(w->context) : 1);
    protocol_put_slice(answer, "slice", &slice);
    return true;
}

static bool is_prepared(const struct worker *w, struct err *e)
{
    return w->context || err_input(e, "protocol: nothing is prepared");
}

static bool sync_state(const struct worker *w, struct err *e)
{
    return !w->state_dir || probe_sync_dir(w->state_dir, e);
}

/* Allocations are read outside the clocks; valgrind starts next to the body, and counts all threads (a
 * toggle would count this one only). */
static void body_begin(struct worker *w, struct probe_reading *begin)
{
    allocated_begin(&w->allocated);
    probe_begin(&w->probe, begin);
    if (w->under_valgrind)
        CALLGRIND_START_INSTRUMENTATION;
}

static void body_end(struct worker *w, const struct probe_reading *begin, struct probe_slice *out)
{
    if (w->under_valgrind)
        CALLGRIND_STOP_INSTRUMENTATION;
    probe_end(&w->probe, begin, out);
    allocated_end(&w->allocated);
}

static bool step(struct worker *w, const struct json *ask, struct json *answer, struct err *e)
{
    int64_t lo, hi;
    if (!is_prepared(w, e) || !json_need_int(ask, "lo", 0, (int64_t)1 << 53, &lo, e) ||
        !json_need_int(ask, "hi", lo, (int64_t)1 << 53, &hi, e))
        return false;
    struct probe_reading begin;
    struct probe_slice slice;
    bool (*body)(void *, long, long, struct err *) = w->kernel->step;
    body_begin(w, &begin);
    bool ok = body(w->context, (long)lo, (long)hi, e);
    body_end(w, &begin, &slice);
    protocol_put_slice(answer, "slice", &slice);
    return ok && sync_state(w, e);
}

static bool finish(struct worker *w, const struct json *ask, struct json *answer, struct err *e)
{
    (void)ask;
    if (!is_prepared(w, e))
        return false;
    struct probe_reading begin;
    struct probe_slice slice;
    body_begin(w, &begin);
    bool ok = !w->kernel->finish || w->kernel->finish(w->context, e);
    body_end(w, &begin, &slice);
    protocol_put_slice(answer, "slice", &slice);
    return ok && sync_state(w, e);
}

static void put_counts(const struct worker *w, struct json *answer)
{
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    int n = w->kernel->counts ? w->kernel->counts(w->context, counts, KERNEL_COUNTS_MAX) : 0;
    struct json *object = json_put_object(answer, "counts");
    for (int i = 0; i < n; i++)
        json_put_number(object, counts[i].name, (double)counts[i].value);
}

static void put_overhead(struct worker *w, struct json *answer)
{
    struct probe_cost cost[PROBE_METRIC_COUNT];
    probe_overhead(&w->probe, cost);
    struct json *object = json_put_object(answer, "overhead");
    for (int i = 0; i < PROBE_METRIC_COUNT; i++)
        json_put_number(object, probe_metrics[i].name, cost[i].median_ns);
}

/* The totals are taken first: asking for the digest is no part of the run. */
static bool results(struct worker *w, const struct json *ask, struct json *answer, struct err *e)
{
    (void)ask;
    struct kernel_digest digest = {0};
    if (!is_prepared(w, e))
        return false;
    struct probe_totals totals;
    probe_totals_end(w->meter, &totals);
    allocated_put(&w->allocated, &totals);
    put_counts(w, answer);
    json_put(answer, "totals", probe_totals_to_json(&totals));
    if (!w->kernel->digest(w->context, &digest, e))
        return false;
    agree_put(answer, &digest);
    put_overhead(w, answer);
    return true;
}

static bool timeline(struct worker *w, const struct json *ask, struct json *answer, struct err *e)
{
    (void)ask;
    if (!w->recorder)
        return err_input(e, "protocol: no timeline was asked for when the work was prepared");
    json_put(answer, "series", recorder_stop(w->recorder));
    w->recorder = NULL;
    return true;
}

static bool heap(struct worker *w, const struct json *ask, struct json *answer, struct err *e)
{
    (void)w;
    (void)answer;
    const char *path;
    return json_need_text(ask, "path", &path, e) && heap_dump(heap_control(), path, e);
}

/* A kernel that keeps what it allocated is at fault: told where somebody works on it. */
static bool all_given_back(struct err *e)
{
#ifdef NDEBUG
    (void)e;
    return true;
#else
    return leaks_none(e);
#endif
}

static bool release_asked(struct worker *w, const struct json *ask, struct json *answer,
                          struct err *e)
{
    (void)ask;
    (void)answer;
    release(w);
    return all_given_back(e);
}

static const struct {
    const char *op;
    bool (*answer)(struct worker *w, const struct json *ask, struct json *answer, struct err *e);
} answers[] = {
    {"hello",    hello        },
    {"prepare",  prepare      },
    {"step",     step         },
    {"finish",   finish       },
    {"results",  results      },
    {"heap",     heap         },
    {"timeline", timeline     },
    {"release",  release_asked},
};

/* ---- serving -------------------------------------------------------------------------------- */

static struct json *failure(const struct err *e)
{
    struct json *answer = json_object();
    json_put_text(answer, "error", e->text);
    json_put_number(answer, "code", e->code);
    return answer;
}

static struct json *answer_to(struct worker *w, const struct json *ask)
{
    struct err e = {0};
    const char *op;
    if (!json_need_text(ask, "op", &op, &e))
        return failure(&e);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        if (strcmp(answers[i].op, op) != 0)
            continue;
        struct json *answer = json_object();
        if (answers[i].answer(w, ask, answer, &e))
            return answer;
        json_free(answer);
        return failure(&e);
    }
    err_input(&e, "protocol: unknown op \"%.40s\"", op);
    return failure(&e);
}

static bool serve_until_quit(struct worker *w, struct err *e)
{
    for (;;) {
        struct json *ask = channel_receive(&w->channel, e);
        if (!ask)
            return false;
        const struct json *op = json_get(ask, "op");
        bool quit = json_kind(op) == JSON_TEXT && strcmp(json_text(op), "quit") == 0;
        bool ok = quit || channel_send(&w->channel, answer_to(w, ask), e);
        json_free(ask);
        if (quit || !ok)
            return ok;
    }
}

bool worker_serve(int fd, struct err *e)
{
    struct worker w = {.channel = {.fd = fd}, .under_valgrind = RUNNING_ON_VALGRIND > 0};
    probe_open(&w.probe);
    w.meter = probe_meter_open();
    bool ok = serve_until_quit(&w, e);
    release(&w);
    probe_meter_close(w.meter);
    probe_close(&w.probe);
    arena_done(&w.arena);
    channel_close(&w.channel);
    return ok && (all_given_back(e) || err_prefix(e, "worker"));
}
