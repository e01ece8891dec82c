#include "harness/run/side.h"

#include "harness/base/str.h"
#include "harness/probe/machine.h"
#include "harness/probe/totals.h"
#include "harness/result/agree.h"
#include "harness/result/series.h"
#include "harness/run/side_process.h"

#include <signal.h>
#include <stdio.h>

enum {
    GREETING_S = 10,        /* for a worker to say that it is one */
    GREETING_UNDER_S = 120, /* under another program, that may be slow to begin */
};

/* ---- asking --------------------------------------------------------------------------------- */

static struct json *ask_for(const char *op)
{
    struct json *ask = json_object();
    json_put_text(ask, "op", op);
    return ask;
}

/* Sends the ask (freed here) and gives the answer; NULL with the worker's own words on failure. */
static struct json *answer_to(struct side_process *p, struct json *ask, struct err *e)
{
    char op[16];
    snprintf(op, sizeof op, "%s", json_text(json_get(ask, "op")));
    struct json *answer =
        channel_send(&p->channel, ask, e) ? channel_receive(&p->channel, e) : NULL;
    if (!answer && e->code == ERR_SYSTEM && p->pid > 0)
        side_process_say_end(p, op, e);
    const struct json *error = json_get(answer, "error");
    if (error) {
        bool has_words = json_kind(error) == JSON_TEXT && *json_text(error);
        bool cannot = json_number(json_get(answer, "code")) == ERR_UNSUPPORTED;
        err_set(e, cannot ? ERR_UNSUPPORTED : ERR_INPUT, "%s",
                has_words ? json_text(error) : "failed without a word");
        json_free(answer);
        answer = NULL;
    }
    if (!answer)
        err_prefix(e, "%s", p->side->label);
    return answer;
}

static bool greet(struct side_process *p, int seconds, struct err *e)
{
    int64_t protocol;
    struct json *ask = ask_for("hello");
    json_put_number(ask, "protocol", PROTOCOL_VERSION);
    p->channel.deadline_ns = probe_now_ns() + seconds * (int64_t)1000000000;
    p->build = answer_to(p, ask, e);
    p->channel.deadline_ns = 0;
    if (p->channel.is_late)
        return err_input(e, "%s: no answer within %d s: not a cupel worker",
                         side_process_binary(p->side), seconds);
    if (!p->build)
        return false;
    if (!json_need_int(p->build, "protocol", 0, 1 << 30, &protocol, e))
        return err_prefix(e, "%s: not a cupel worker", side_process_binary(p->side));
    if (protocol != PROTOCOL_VERSION)
        return err_input(e, "%s: speaks protocol %lld, this harness speaks %d",
                         side_process_binary(p->side), (long long)protocol, PROTOCOL_VERSION);
    return true;
}

bool side_start_under(struct side_process *p, const struct plan_side *side,
                      const char *const *under, struct rng *rng, struct err *e)
{
    *p = (struct side_process){.side = side, .channel = {.fd = -1}};
    if (side_process_spawn(p, under, rng, e) && greet(p, under ? GREETING_UNDER_S : GREETING_S, e))
        return true;
    side_stop(p);
    return false;
}

bool side_start(struct side_process *p, const struct plan_side *side, struct rng *rng,
                struct err *e)
{
    return side_start_under(p, side, NULL, rng, e);
}

static bool read_work(const struct json *answer, struct side_work *out, struct err *e)
{
    const int64_t most = (int64_t)1 << 53;
    int64_t jobs, grain;
    if (!json_need_int(answer, "jobs", 0, most, &jobs, e) ||
        !json_need_int(answer, "grain", 1, most, &grain, e))
        return false;
    out->jobs = (long)jobs;
    out->grain = (long)grain;
    return protocol_read_slice(answer, "slice", &out->prepare, e);
}

/* Can this worker do what is wanted of it? An older one would not say that it did not. */
static bool keeps_timeline(const struct side_process *p, struct err *e)
{
    return json_bool(json_get(p->build, "timeline")) ||
           err_input(e, "%s: this worker keeps no timeline", p->side->label);
}

bool side_prepare(struct side_process *p, const struct side_case *c, struct side_work *out,
                  struct err *e)
{
    char seed[24];
    if (p->timeline_ms > 0 && !keeps_timeline(p, e))
        return false;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)c->seed);
    struct json *ask = ask_for("prepare");
    json_put_text(ask, "kernel", p->side->library ? p->side->library : p->side->kernel->name);
    json_put_text(ask, "layers", p->side->layer_set);
    json_put(ask, "settings", json_copy(p->side->settings));
    json_put_text(ask, "state_dir", c->state_dir);
    json_put_text(ask, "seed", seed);
    if (c->cpu >= 0)
        json_put_number(ask, "cpu", c->cpu);
    if (p->timeline_ms > 0)
        json_put_number(ask, "timeline_ms", p->timeline_ms);
    struct json *answer = answer_to(p, ask, e);
    bool ok = answer && read_work(answer, out, e);
    p->has_delay = ok && json_bool(json_get(answer, "has_delay"));
    json_free(answer);
    return ok;
}

/* An ask whose answer is a slice. */
static bool sliced(struct side_process *p, struct json *ask, struct probe_slice *slice,
                   struct err *e)
{
    struct json *answer = answer_to(p, ask, e);
    bool ok = answer && protocol_read_slice(answer, "slice", slice, e);
    json_free(answer);
    return ok;
}

bool side_step(struct side_process *p, long lo, long hi, struct probe_slice *slice, struct err *e)
{
    struct json *ask = ask_for("step");
    json_put_number(ask, "lo", (double)lo);
    json_put_number(ask, "hi", (double)hi);
    return sliced(p, ask, slice, e);
}

bool side_finish(struct side_process *p, struct probe_slice *slice, struct err *e)
{
    return sliced(p, ask_for("finish"), slice, e);
}

bool side_release(struct side_process *p, struct err *e)
{
    struct json *answer = answer_to(p, ask_for("release"), e);
    json_free(answer);
    return answer != NULL;
}

static bool check_counts(const struct json *counts, struct err *e)
{
    int64_t unused;
    for (const struct json *v = json_first(counts); v; v = json_next(v))
        if (!json_need_int(counts, json_key(v), 0, (int64_t)1 << 53, &unused, e))
            return err_prefix(e, "counts");
    return true;
}

/* Another program's worker may say anything: what goes into the record is checked first. */
static bool read_results(const struct json *answer, struct side_results *out, struct err *e)
{
    const struct json *counts, *totals, *overhead;
    struct probe_totals checked;
    if (!agree_read(answer, &out->digest, e) || !json_need_object(answer, "counts", &counts, e) ||
        !check_counts(counts, e) || !json_need_array(answer, "totals", &totals, e) ||
        !probe_totals_from_json(totals, &checked, e) ||
        !json_need_object(answer, "overhead", &overhead, e))
        return false;
    out->counts = json_copy(counts);
    out->totals = json_copy(totals);
    out->overhead = json_copy(overhead);
    return true;
}

bool side_results(struct side_process *p, struct side_results *out, struct err *e)
{
    *out = (struct side_results){0};
    struct json *answer = answer_to(p, ask_for("results"), e);
    bool ok = answer && (read_results(answer, out, e) || err_prefix(e, "%s", p->side->label));
    json_free(answer);
    return ok;
}

bool side_timeline(struct side_process *p, struct json **series, struct err *e)
{
    const struct json *found;
    *series = NULL;
    if (!keeps_timeline(p, e))
        return false;
    struct json *answer = answer_to(p, ask_for("timeline"), e);
    if (!answer)
        return false;
    if (json_need_object(answer, "series", &found, e) && series_check(found, e))
        *series = json_copy(found);
    else
        err_prefix(e, "%s: timeline", p->side->label);
    json_free(answer);
    return *series != NULL;
}

bool side_heap(struct side_process *p, const char *path, struct err *e)
{
    if (!json_bool(json_get(p->build, "heap")))
        return err_input(e, "%s: this worker keeps no heap profile", p->side->label);
    struct json *ask = ask_for("heap");
    json_put_text(ask, "path", path);
    struct json *answer = answer_to(p, ask, e);
    json_free(answer);
    return answer != NULL;
}

void side_results_done(struct side_results *r)
{
    json_free(r->counts);
    json_free(r->totals);
    json_free(r->overhead);
    *r = (struct side_results){0};
}

/* ---- stopping ------------------------------------------------------------------------------- */

void side_stop(struct side_process *p)
{
    struct err unused;
    if (p->pid > 0) {
        if (!channel_send(&p->channel, ask_for("quit"), &unused))
            kill(p->pid, SIGKILL);
        side_process_end(p->pid);
    }
    channel_close(&p->channel);
    json_free(p->build);
    *p = (struct side_process)SIDE_PROCESS_NONE;
}
