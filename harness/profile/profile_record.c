#include "harness/profile/profile_record.h"

#include "harness/flame/flame_diff_top.h"
#include "harness/flame/functions.h"
#include "harness/flame/parts.h"
#include "harness/stats/proportion.h"

#include <math.h>
#include <string.h>

enum { COUNTED_KEPT = 200, CHANGES_KEPT = 20 };

/* ---- what was profiled ------------------------------------------------------------------------ */

static void put_command(struct json *r, const struct plan_side *side)
{
    if (!side->argv) {
        json_put_text(r, "command", NULL);
        return;
    }
    struct json *words = json_put_array(r, "command");
    for (int i = 0; side->argv[i]; i++)
        json_push(words, json_of_text(side->argv[i]));
}

struct json *profile_record_head(const char *kind, const struct target *t)
{
    const struct plan_side *side = t->side;
    struct json *r = json_object();
    json_put_text(r, "record", kind);
    json_put_text(r, "id", t->id);
    json_put_text(r, "name", t->name);
    json_put_text(r, "scale", *t->scale ? t->scale : NULL);
    json_put_text(r, "kernel", side->kernel ? side->kernel->name : NULL);
    json_put_text(r, "label", side->label);
    json_put_text(r, "layers", side->layer_set);
    json_put(r, "settings", side->settings ? json_copy(side->settings) : json_object());
    put_command(r, side);
    return r;
}

static void put_facts(struct json *r, const struct profiled *p)
{
    const struct sampler_facts *f = &p->facts;
    const struct {
        const char *key;
        double value;
    } numbers[] = {
        {"hz",        f->hz                   },
        {"period_ns", (double)f->period_ns    },
        {"samples",   (double)f->samples      },
        {"lost",      (double)f->lost         },
        {"cut",       (double)f->cut          },
        {"outside",   (double)f->outside      },
        {"runs",      (double)p->runs         },
        {"processes", f->processes            },
        {"threads",   f->threads              },
        {"cpu_ns",    (double)p->slice.cpu_ns },
        {"wall_ns",   (double)p->slice.wall_ns},
    };
    json_put_text(r, "sampler", f->name);
    json_put_text(r, "sampler_note", f->note);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_put_number(r, numbers[i].key, numbers[i].value);
}

/* ---- functions -------------------------------------------------------------------------------- */

static void put_functions(struct json *r, const struct stacks *s, const struct callgrind *counted)
{
    struct arena arena = {0};
    int n;
    const struct functions_row *rows = functions_table(s, &arena, &n);
    struct json *list = json_put_array(r, "functions");
    for (int i = 0; i < n; i++) {
        const struct stacks_frame *f = &s->frames[rows[i].frame];
        const struct callgrind_function *c =
            counted ? callgrind_find(counted, f->name, f->file) : NULL;
        struct json *o = json_object();
        json_put_text(o, "name", f->name);
        json_put_text(o, "file", f->file);
        json_put_number(o, "line", f->line);
        json_put_text(o, "module", f->module);
        json_put_number(o, "self", (double)rows[i].self);
        json_put_number(o, "total", (double)rows[i].total);
        json_put_number(o, "calls", c ? (double)c->calls : (double)NAN);
        json_push(list, o);
    }
    arena_done(&arena);
}

/* Exact, where samples are not: what callgrind counted, of the functions with the most instructions. */
static void put_counted(struct json *r, const struct callgrind *c)
{
    if (!c)
        return;
    struct json *counted = json_put_object(r, "counted");
    json_put_number(counted, "instructions", (double)c->total);
    struct json *list = json_put_array(counted, "functions");
    for (int i = 0; i < c->count && i < COUNTED_KEPT; i++) {
        const struct callgrind_function *f = &c->functions[i];
        struct json *o = json_object();
        json_put_text(o, "name", f->name);
        json_put_text(o, "file", f->file);
        json_put_number(o, "calls", (double)f->calls);
        json_put_number(o, "self", (double)f->self);
        json_put_number(o, "inclusive", (double)f->inclusive);
        json_push(list, o);
    }
}

/* ---- parts ------------------------------------------------------------------------------------ */

static struct json *put_sum(struct json *r, const char *key, const struct parts *p,
                            uint64_t samples)
{
    struct json *o = json_put_object(r, key);
    struct stats_interval share = stats_proportion((double)samples, (double)p->total, 0.95);
    json_put_number(o, "samples", (double)samples);
    json_put_number(o, "share", share.estimate);
    json_put_number(o, "low", share.low);
    json_put_number(o, "high", share.high);
    return o;
}

static void put_parts(struct json *r, const struct stacks *s, const struct kernel *k)
{
    struct arena arena = {0};
    struct json *list = json_put_array(r, "parts");
    if (!k || !k->parts)
        return;
    const struct parts p = parts_of(k->parts, k->part_count, s, &arena);
    for (int i = 0; i < p.count; i++) {
        struct json *o = json_object();
        json_put_text(o, "name", p.rows[i].name);
        json_put_text(o, "title", p.rows[i].title);
        json_put_bool(o, "overhead", p.rows[i].is_overhead);
        json_put_number(o, "samples", (double)p.rows[i].weight);
        json_put_number(o, "share", p.rows[i].share.estimate);
        json_put_number(o, "low", p.rows[i].share.low);
        json_put_number(o, "high", p.rows[i].share.high);
        json_push(list, o);
    }
    put_sum(r, "computation", &p, p.computation);
    json_put_number(put_sum(r, "overhead", &p, p.overhead), "ratio", p.ratio);
    arena_done(&arena);
}

struct json *profile_record(const struct target *t, const struct profiled *p,
                            const struct callgrind *counted)
{
    struct json *r = profile_record_head("profile", t);
    put_facts(r, p);
    put_functions(r, &p->stacks, counted);
    put_counted(r, counted);
    put_parts(r, &p->stacks, t->side->kernel);
    return r;
}

/* ---- two sides --------------------------------------------------------------------------------- */

static struct json *change(const struct flame_diff_row *row)
{
    struct json *o = json_object();
    json_put_text(o, "name", row->frame.name);
    json_put_text(o, "file", row->frame.file);
    json_put_number(o, "before", row->self_share[FLAME_BEFORE]);
    json_put_number(o, "after", row->self_share[FLAME_AFTER]);
    json_put_number(o, "points", 100 * row->self_change.estimate);
    bool bounded = isfinite(row->self_change.low) && isfinite(row->self_change.high);
    json_put_number(o, "low", bounded ? 100 * row->self_change.low : (double)NAN);
    json_put_number(o, "high", bounded ? 100 * row->self_change.high : (double)NAN);
    json_put_bool(o, "shown", row->shown);
    return o;
}

struct json *profile_record_pair(const char *id, const struct target *base,
                                 const struct profiled *before, const struct target *new,
                                 const struct profiled *after)
{
    struct arena arena = {0};
    struct json *r = json_object();
    struct stats_scale ratio = profiled_cost_ratio(before, after);
    struct stats_interval cost = stats_scale_bounds(ratio, 0.95);
    int n;
    json_put_text(r, "record", "profile-pair");
    json_put_text(r, "id", id);
    json_put_text(r, "base", base->id);
    json_put_text(r, "new", new->id);
    json_put_number(r, "cost_ratio", ratio.factor);
    json_put_number(r, "cost_low", cost.low > 0 ? cost.low : (double)NAN);
    json_put_number(r, "cost_high", isfinite(cost.high) ? cost.high : (double)NAN);
    struct json *runs = json_put_object(r, "cost_runs");
    json_put_number(runs, "base", before->cost.runs);
    json_put_number(runs, "new", after->cost.runs);
    struct json *list = json_put_array(r, "changed");
    const struct flame_diff_row *rows =
        flame_diff_top(&before->stacks, &after->stacks, ratio, &arena, &n);
    for (int i = 0; i < n && i < CHANGES_KEPT; i++)
        json_push(list, change(&rows[i]));
    arena_done(&arena);
    return r;
}
