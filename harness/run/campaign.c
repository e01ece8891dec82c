#include "harness/run/campaign.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/probe/machine.h"
#include "harness/result/record.h"
#include "harness/run/environment.h"
#include "harness/run/interrupt.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* ---- opening -------------------------------------------------------------------------------- */

char *campaign_fresh(char out[CAMPAIGN_FRESH], const char *name)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    snprintf(out, CAMPAIGN_FRESH, "%.100s-%s-%ld", name, stamp, (long)getpid());
    return out;
}

static struct json *run_record(const struct campaign_options *o)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)o->seed);
    struct json *r = json_object();
    json_put_text(r, "record", "run");
    json_put_number(r, "schema", RESULT_SCHEMA);
    json_put_text(r, "tool", o->tool);
    struct json *s = json_put_object(r, "scenario");
    json_put_text(s, "name", o->name);
    json_put_text(s, "title", o->title);
    json_put_text(s, "path", o->path);
    json_put_text(s, "kernel", o->kernel);
    json_put_number(s, "margin_percent", o->margin_percent);
    if (o->judging)
        json_put(r, "judging", judging_to_json(o->judging));
    const struct environment_source from = {.folder = io_passing_folder(o->state), .seed = o->seed};
    json_put(r, "environment", environment_facts(&from));
    json_put(r, "inputs", json_copy(o->inputs));
    json_put_text(r, "seed", seed);
    return r;
}

static void clear_up(struct campaign *c)
{
    pair_runner_close(&c->runner);
    result_writer_close(&c->writer);
    json_free(c->inputs);
    c->inputs = NULL;
}

bool campaign_open(struct campaign *c, const struct campaign_options *o, struct err *e)
{
    *c = (struct campaign){
        .writer = RESULT_WRITER_NONE, .inputs = o->inputs, .started_ns = probe_now_ns()};
    char path[PATH_MAX], fresh[CAMPAIGN_FRESH];
    if (o->out)
        snprintf(path, sizeof path, "%s", o->out);
    else
        snprintf(path, sizeof path, "results/runs/%s.jsonl", campaign_fresh(fresh, o->name));
    bool ok = pair_runner_open(&c->runner, o->seed, io_passing_folder(o->state), e) &&
              result_writer_open(&c->writer, path, e) &&
              result_writer_add(&c->writer, run_record(o), e);
    if (ok) {
        interrupt_watch();
        signal(SIGPIPE,
               SIG_IGN); /* who reads our table may go: records and exports are to be whole */
        progress_begin(&c->progress, o->cells, o->pairs_planned);
        return true;
    }
    clear_up(c);
    return false;
}

/* ---- cells ---------------------------------------------------------------------------------- */

static struct progress_cell progress_of(const struct cell_result *r,
                                        const struct campaign_rule *rule)
{
    int metric = rule->metric ? rule->metric(rule->context) : PROBE_CPU;
    struct progress_cell shown = {.title = r->cell->id,
                                  .pairs = r->count,
                                  .pairs_max = (int)rule->pairs_max,
                                  .metric =
                                      metric == PROBE_CPU ? NULL : probe_metrics[metric].title,
                                  .ratio = (double)NAN,
                                  .half_width = (double)NAN};
    record_estimate(r, metric, &shown.ratio, &shown.half_width);
    return shown;
}

void campaign_one_more(struct campaign *c, long pairs_max)
{
    c->progress.cells++;
    c->progress.pairs_planned += pairs_max;
}

static bool one_more(struct campaign *c, const struct campaign_rule *rule,
                     struct cell_result *result, struct err *e)
{
    if (rule->measure)
        return rule->measure(rule->measure_context, &c->runner, result, e);
    return pair_run(&c->runner, result, e);
}

bool campaign_part(struct campaign *c, const struct plan_cell *cell,
                   const struct campaign_rule *rule, struct cell_result *result, struct err *e)
{
    cell_init(result, cell);
    pair_runner_next_cell(&c->runner);
    do {
        if (!one_more(c, rule, result, e))
            return false;
        struct progress_cell shown = progress_of(result, rule);
        progress_pair(&c->progress, &shown);
    } while (rule->wants_more(rule->context, result));
    return true;
}

bool campaign_cell(struct campaign *c, const struct plan_cell *cell,
                   const struct campaign_rule *rule, struct cell_result *result, struct err *e)
{
    if (!campaign_part(c, cell, rule, result, e))
        return false;
    struct progress_cell shown = progress_of(result, rule);
    progress_cell_end(&c->progress, &shown, rule->outcome(rule->context, result));
    c->cells_done++;
    return true;
}

bool campaign_record(struct campaign *c, struct json *record, struct err *e)
{
    return result_writer_add(&c->writer, record, e);
}

static struct json *short_record(const char *kind, const char *id, const char *key,
                                 const char *text)
{
    struct json *r = json_object();
    json_put_text(r, "record", kind);
    json_put_text(r, "id", id);
    json_put_text(r, key, text);
    return r;
}

bool campaign_skip(struct campaign *c, const struct plan_cell *cell, struct err *e)
{
    log_info("%s: skipped: %s", cell->id, cell->skipped);
    struct json *r = short_record("skipped", cell->id, "reason", cell->skipped);
    if (cell->coalition.n) {
        json_put_text(r, "scale", cell->scale);
        json_put(r, "coalition", record_groups(&cell->coalition));
        json_put(r, "worth", record_groups(&cell->worth));
    }
    return result_writer_add(&c->writer, r, e);
}

bool campaign_failed(struct campaign *c, const struct plan_cell *cell, const struct err *why,
                     struct err *e)
{
    return result_writer_add(&c->writer, short_record("failed", cell->id, "error", why->text), e);
}

bool campaign_close(struct campaign *c, bool complete, struct err *e)
{
    progress_end(&c->progress);
    struct json *r = json_object();
    json_put_text(r, "record", "end");
    json_put_bool(r, "complete", complete);
    json_put_number(r, "cells", c->cells_done);
    json_put_number(r, "seconds", (double)(probe_now_ns() - c->started_ns) / 1e9);
    if (c->is_judged) {
        json_put_number(r, "status", c->status);
        json_put_text(r, "verdict", c->verdict);
    }
    bool ok = result_writer_add(&c->writer, r, e);
    clear_up(c);
    return ok;
}
