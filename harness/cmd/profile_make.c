#include "harness/cmd/profile_make.h"

#include "harness/cmd/notes.h"
#include "harness/cmd/profile_table.h"
#include "harness/cmd/settings.h"

#include "harness/profile/profiles.h"
#include "harness/run/campaign.h"

#include <stdio.h>
#include <string.h>

const char *const profile_samplers[] = {
    [SAMPLER_AUTO] = "auto", [SAMPLER_PERF] = "perf", [SAMPLER_TIMER] = "timer", NULL};

static const char *folder_of(const struct profile_asked *q)
{
    char fresh[CAMPAIGN_FRESH];
    if (q->settings->out)
        return q->settings->out;
    return arena_format(q->arena, "results/profiles/%s", campaign_fresh(fresh, q->name));
}

static enum sampler_kind sampler_of(const char *name)
{
    for (int kind = SAMPLER_PERF; profile_samplers[kind]; kind++)
        if (strcmp(profile_samplers[kind], name) == 0)
            return (enum sampler_kind)kind;
    return SAMPLER_AUTO;
}

static void tell(void *context, const struct json *record)
{
    profile_table_add(context, record);
}

static bool profile_into(const struct profile_asked *q, struct campaign *c,
                         const struct targets *targets, const char *folder, struct err *e)
{
    const struct profile_settings *s = q->settings;
    struct profile_table table = {0};
    const struct profiles_options options = {
        .rule = {.sampler = {.kind = sampler_of(s->sampler), .hz = s->hz},
                 .samples = s->samples,
                 .budget_s = s->budget},
        .folder = folder,
        .beside = "",
        .title = q->title,
        .calls = s->calls,
        .memory = s->memory,
        .heap = s->heap,
        .tell = tell,
        .tell_context = &table,
    };
    c->runner.external.options = q->external;
    bool ok = profiles_make(c, targets, &options, q->arena, e);
    progress_end(&c->progress);
    profile_table_print(&table, stdout);
    profile_table_done(&table);
    return ok;
}

bool profile_make(const struct profile_asked *q, const struct plan *plan, struct json *inputs,
                  struct err *e)
{
    const char *folder = folder_of(q);
    struct targets targets;
    struct campaign c;
    uint64_t seed;
    if (!targets_of(&targets, plan, q->settings->scale, &q->settings->sides, q->arena, e) ||
        !settings_seed(q->settings->seed, &seed, e)) {
        json_free(inputs);
        return false;
    }
    const struct campaign_options options = {
        .tool = "profile",
        .name = q->name,
        .title = q->title,
        .path = q->path,
        .kernel = q->kernel,
        .margin_percent = plan->cells[0].margin_percent,
        .seed = seed,
        .out = arena_format(q->arena, "%s/profile.jsonl", folder),
        .state = q->settings->state_dir ? q->settings->state_dir : q->state,
        .inputs = inputs,
        .cells = targets.count,
        .pairs_planned = targets.count,
    };
    if (!campaign_open(&c, &options, e))
        return false;
    notes_synthetic(c.inputs, stdout);
    bool ok = profile_into(q, &c, &targets, folder, e);
    struct err closing;
    if (!campaign_close(&c, ok, &closing))
        ok = ok && err_set(e, closing.code, "%s", closing.text);
    printf("results: %s\n", options.out);
    return ok;
}
