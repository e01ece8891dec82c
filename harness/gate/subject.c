#include "harness/gate/subject.h"

#include "harness/run/command_line.h"

#include <string.h>
#include <unistd.h>

enum family { LAYERS, BINARY, COMMAND };

static const struct {
    const char *prefix;
    enum family family;
} prefixes[] = {
    {"layers:", LAYERS },
    {"bin:",    BINARY },
    {"cmd:",    COMMAND},
};

/* The family of a side; *rest is what follows the prefix. */
static enum family family_of(const char *side, const char **rest)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i].prefix);
        if (strncmp(side, prefixes[i].prefix, n) == 0) {
            *rest = side + n;
            return prefixes[i].family;
        }
    }
    *rest = side;
    return COMMAND;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n")] == '\0';
}

bool subject_needs_scenario(const struct subject_request *r)
{
    const char *rest;
    return r->scenario || family_of(r->base, &rest) != COMMAND ||
           family_of(r->new, &rest) != COMMAND;
}

/* ---- commands ------------------------------------------------------------------------------- */

static bool command_side(struct plan_side *side, const char *line, bool shell, struct arena *a,
                         struct err *e)
{
    side->label = arena_text(a, line);
    return command_line_words(line, shell, &side->argv, a, e);
}

static bool command_plan(struct plan *p, const struct subject_request *r, const char *base,
                         const char *new, struct arena *a, struct err *e)
{
    p->cells = ARENA_NEW(a, struct plan_cell, 1);
    p->count = p->capacity = 1;
    struct plan_cell *cell = p->cells;
    cell->id = cell->name = "command";
    cell->margin_percent = r->margin_percent > 0 ? r->margin_percent : 10;
    return (command_side(&cell->base, base, r->shell, a, e) || err_prefix(e, "--base")) &&
           (command_side(&cell->new, new, r->shell, a, e) || err_prefix(e, "--new"));
}

/* ---- kernels -------------------------------------------------------------------------------- */

static bool kernel_side(struct plan *p, struct plan_side *side, const char *text,
                        const struct subject_request *r, const struct scenario *s,
                        const struct scenario_scale *scale, struct arena *a, struct err *e)
{
    const char *rest;
    enum family family = family_of(text, &rest);
    const struct plan_overrides over = {.settings = r->settings};
    const struct scenario_side from = {.layers = family == LAYERS ? rest : "all"};
    if (!plan_kernel_side(p, side, s, scale, &from, &over, a, e))
        return false;
    if (family != BINARY)
        return true;
    side->binary = side->label = arena_text(a, rest);
    return access(rest, X_OK) == 0 || err_system(e, "%s", rest);
}

static bool kernel_cell(struct plan *p, struct plan_cell *cell, const struct subject_request *r,
                        const struct scenario *s, const struct scenario_scale *scale,
                        struct arena *a, struct err *e)
{
    cell->scale = scale->name;
    cell->id = cell->name = scale->name;
    cell->margin_percent = r->margin_percent > 0 ? r->margin_percent : s->margin_percent;
    cell->may_expect = plan_may_expect(r->settings);
    return (kernel_side(p, &cell->base, r->base, r, s, scale, a, e) || err_prefix(e, "--base")) &&
           (kernel_side(p, &cell->new, r->new, r, s, scale, a, e) || err_prefix(e, "--new")) &&
           plan_cell_check(cell, a, e);
}

static bool kernel_plan(struct plan *p, const struct subject_request *r, const struct scenario *s,
                        struct arena *a, struct err *e)
{
    p->cells = ARENA_NEW(a, struct plan_cell, s->scale_count);
    p->capacity = s->scale_count;
    for (; p->count < s->scale_count; p->count++)
        if (!kernel_cell(p, &p->cells[p->count], r, s, &s->scales[p->count], a, e))
            return false;
    return true;
}

bool subject_plan(struct plan *p, const struct subject_request *r, const struct scenario *s,
                  struct arena *a, struct err *e)
{
    *p = (struct plan){.settings = json_array()};
    const char *base, *new;
    bool base_is_command = family_of(r->base, &base) == COMMAND;
    bool new_is_command = family_of(r->new, &new) == COMMAND;
    bool ok = true;
    if (is_blank(base) || is_blank(new))
        ok = err_input(e,
                       "%s: expected layers:SET, bin:PATH, cmd:LINE or a command line, found "
                       "nothing",
                       is_blank(base) ? "--base" : "--new");
    else if (base_is_command != new_is_command || (base_is_command && r->scenario))
        ok = err_input(e, "--base and --new: expected two commands without a scenario, or layers: "
                          "and bin: on both sides");
    else
        ok = base_is_command ? command_plan(p, r, base, new, a, e) : kernel_plan(p, r, s, a, e);
    if (!ok)
        plan_done(p);
    return ok;
}
