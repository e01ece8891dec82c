#include "harness/cmd/sweep_outputs.h"

#include "harness/base/io.h"
#include "harness/base/log.h"

#include <string.h>

static const char *out_of(const struct sweep_outputs_settings *s)
{
    return s->csv ? s->csv : s->out ? s->out : "-";
}

static const char *out_option(const struct sweep_outputs_settings *s)
{
    return s->csv ? "csv" : "out";
}

bool sweep_outputs_check(const struct sweep_outputs_settings *s, struct err *e)
{
    if (s->csv && s->out)
        return err_input(e, "--csv is short for --out: expected one of them");
    if (s->csv && strcmp(s->format, "csv") != 0)
        return err_input(e, "--csv: expected --out with --format %s", s->format);
    if (!io_check_output(out_of(s), e))
        return err_prefix(e, "%s", out_option(s));
    if (!s->summary)
        return true;
    if (strcmp(s->summary, out_of(s)) == 0)
        return err_input(e,
                         "summary: expected another file than that of the results, found \"%.60s\"",
                         s->summary);
    return io_check_output(s->summary, e) || err_prefix(e, "summary");
}

static void clear_away(const char *path)
{
    int n = path && strcmp(path, "-") != 0 ? io_remove_leftovers(path) : 0;
    if (n)
        log_info("%s: removed %d temporary file%s of killed runs", path, n, n == 1 ? "" : "s");
}

bool sweep_outputs_open(struct sweep_outputs *s, const struct bt_plan *plan, struct err *e)
{
    const struct sweep_outputs_settings *set = s->settings;
    clear_away(out_of(set));
    clear_away(set->summary);
    if (bt_plan_walks(plan))
        sweep_walk_open(&s->walk, plan);
    if (!sweep_table_open(&s->results, plan, false, set->format, out_of(set), e))
        return err_prefix(e, "%s", out_option(set));
    return !set->summary || s->walk.value ||
           sweep_table_open(&s->summary, plan, true, set->format, set->summary, e) ||
           err_prefix(e, "summary");
}

bool sweep_outputs_commit(struct sweep_outputs *s, struct err *e)
{
    const struct sweep_outputs_settings *set = s->settings;
    if (!emitter_commit(&s->results.out, e))
        return false;
    if (!set->summary)
        return true;
    return (s->walk.value ? sweep_walk_write(&s->walk, set->format, set->summary, e)
                          : emitter_commit(&s->summary.out, e)) ||
           err_prefix(e, "summary");
}

void sweep_outputs_close(struct sweep_outputs *s)
{
    emitter_abandon(&s->results.out);
    emitter_abandon(&s->summary.out);
    sweep_walk_done(&s->walk);
}
