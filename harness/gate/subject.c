#include "harness/gate/subject.h"

#include "harness/plan/overrides.h"
#include "harness/plan/plan_cell.h"
#include "harness/plan/plan_side.h"
#include "harness/run/command_line.h"
#include "kernels/registry.h"

#include <string.h>
#include <unistd.h>

/* ---- reading ---------------------------------------------------------------------------------- */

static const char between_words[] = COMMAND_LINE_BLANKS ";";

static bool take_text(const char **slot, const char *name, const char *word, struct arena *a,
                      struct err *e)
{
    if (*slot)
        return err_input(e, "%s stands twice", name);
    *slot = arena_text(a, word);
    return *word || err_input(e, "%s: expected something behind it", name);
}

static bool take_layers(struct subject *s, const char *word, struct arena *a, struct err *e)
{
    return take_text(&s->layers, "layers:", word, a, e);
}

static bool take_binary(struct subject *s, const char *word, struct arena *a, struct err *e)
{
    return take_text(&s->binary, "bin:", word, a, e);
}

static bool take_library(struct subject *s, const char *word, struct arena *a, struct err *e)
{
    return take_text(&s->library, "so:", word, a, e);
}

static bool take_setting(struct subject *s, const char *word, struct arena *a, struct err *e)
{
    if (!strchr(word, '='))
        return err_input(e, "set: expected NAME=VALUE, found \"%.60s\"", word);
    const char **grown = ARENA_NEW(a, const char *, s->set.n + 1);
    for (int i = 0; i < s->set.n; i++)
        grown[i] = s->set.v[i];
    grown[s->set.n] = arena_text(a, word);
    s->set = (struct opt_texts){grown, s->set.n + 1};
    return true;
}

static const struct word {
    const char *prefix;
    bool is_list; /* of parts between ',' */
    bool (*take)(struct subject *s, const char *word, struct arena *a, struct err *e);
} words[] = {
    {"layers:", false, take_layers },
    {"set:",    true,  take_setting},
    {"bin:",    false, take_binary },
    {"so:",     false, take_library},
};

static const struct word *word_at(const char *p)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(p, words[i].prefix, strlen(words[i].prefix)) == 0)
            return &words[i];
    return NULL;
}

/* What follows a prefix, a part at a time: *p is behind it when all went well. */
static bool take_parts(struct subject *s, const struct word *w, const char **p, struct arena *a,
                       struct err *e)
{
    struct text stops = {0}, part = {0};
    text_printf(&stops, "%s%s", between_words, w->is_list ? "," : "");
    bool ok = true;
    for (bool more = true; more && ok;) {
        text_clear(&part);
        text_puts(&part, "");
        ok = (command_line_word(p, stops.p, &part) || err_input(e, "a quote is left open")) &&
             w->take(s, part.p, a, e);
        more = **p == ',';
        *p += more;
    }
    text_done(&part);
    text_done(&stops);
    return ok;
}

static bool read_words(struct subject *s, const char *p, struct arena *a, struct err *e)
{
    for (p += strspn(p, between_words); *p; p += strspn(p, between_words)) {
        const struct word *w = word_at(p);
        if (!w)
            return err_input(e,
                             "expected " SUBJECT_WORDS
                             ", found \"%.60s\"; what holds blanks stands "
                             "in quotes",
                             p);
        p += strlen(w->prefix);
        if (!take_parts(s, w, &p, a, e))
            return false;
    }
    return true;
}

bool subject_read(struct subject *s, const char *text, struct arena *a, struct err *e)
{
    static const char command[] = "cmd:";
    *s = (struct subject){.text = arena_text(a, text)};
    const char *begin = s->text + strspn(s->text, between_words);
    bool is_command = strncmp(begin, command, sizeof command - 1) == 0;
    if (*begin && !is_command && word_at(begin))
        return read_words(s, begin, a, e);
    s->line = is_command ? begin + sizeof command - 1 : s->text;
    return s->line[strspn(s->line, between_words)] ||
           err_input(e, "expected " SUBJECT_WORDS ", cmd:LINE or a command line, found nothing");
}

bool subject_same_kind(const struct subject_pair *s, struct err *e)
{
    return !s->base.line == !s->new.line ||
           err_input(e, "--base and --new: expected two commands, or kernels (" SUBJECT_WORDS
                        ") on both sides");
}

/* ---- commands ------------------------------------------------------------------------------- */

static bool command_side(struct plan_side *side, const struct subject *s, bool shell,
                         struct arena *a, struct err *e)
{
    side->label = s->label ? s->label : s->line;
    side->folder = s->folder;
    if (shell)
        return command_line_words(s->line, true, &side->argv, a, e);
    return command_line_cut(s->line, &side->argv, a, e) &&
           command_line_check(side->argv, s->line, s->folder, e);
}

bool subject_commands(struct plan *p, const struct subject_pair *s, struct arena *a, struct err *e)
{
    *p = (struct plan){.settings = json_array()};
    p->cells = ARENA_NEW(a, struct plan_cell, 1);
    p->count = p->capacity = 1;
    struct plan_cell *cell = p->cells;
    cell->id = cell->name = s->name ? s->name : "command";
    cell->margin_percent = s->margin_percent > 0 ? s->margin_percent : 10;
    if ((command_side(&cell->base, &s->base, s->shell, a, e) || err_prefix(e, "--base")) &&
        (command_side(&cell->new, &s->new, s->shell, a, e) || err_prefix(e, "--new")))
        return true;
    plan_done(p);
    return false;
}

/* ---- kernels -------------------------------------------------------------------------------- */

static const char *path_in(const char *folder, const char *path, struct arena *a)
{
    if (path[0] == '/')
        return path;
    return folder ? arena_format(a, "%s/%s", folder, path) : arena_format(a, "./%s", path);
}

/* Those of --set, and over them the side's own. Owner: the caller. */
static struct json *settings_of(const struct subject_pair *pair, const struct subject *s,
                                const struct kernel *k, struct arena *a, struct err *e)
{
    struct json *all = overrides_read(&pair->set, k, a, e);
    if (!all) {
        err_prefix(e, "--set");
        return NULL;
    }
    struct json *own = overrides_read(&s->set, k, a, e);
    if (own) {
        json_lay_over(all, own);
        json_free(own);
        return all;
    }
    err_prefix(e, "set");
    json_free(all);
    return NULL;
}

/* What was said, or the layers, which are always there. */
static const char *label_of(const struct subject *s, const char *layer_set, struct arena *a)
{
    const char *paths[] = {s->library, s->binary};
    struct text label = {0};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (paths[i])
            text_printf(&label, "%s%s", label.n ? " " : "", paths[i]);
    if (s->layers || (!label.n && !s->set.n))
        text_printf(&label, "%s%s", label.n ? " " : "", layer_set);
    for (int i = 0; i < s->set.n; i++)
        text_printf(&label, "%s%s", label.n ? " " : "", s->set.v[i]);
    const char *copy = arena_text(a, label.p);
    text_done(&label);
    return copy;
}

static bool kernel_side(struct plan *p, struct plan_side *side, bool *may_expect,
                        const struct subject_pair *pair, const struct subject *s,
                        const struct scenario *scenario, const struct scenario_scale *scale,
                        struct arena *a, struct err *e)
{
    struct scenario own = *scenario;
    if (s->library)
        own.kernel = path_in(s->folder, s->library, a);
    const struct kernel *k = kernel_find(own.kernel, e);
    struct json *settings = k ? settings_of(pair, s, k, a, e) : NULL;
    if (!settings)
        return false;
    const struct plan_overrides over = {.settings = settings};
    const struct scenario_side from = {.layers = s->layers ? s->layers : "all"};
    bool ok = plan_kernel_side(p, side, &own, scale, &from, &over, a, e);
    *may_expect = *may_expect && plan_may_expect(settings);
    json_free(settings);
    if (!ok)
        return false;
    side->label = s->label ? s->label : label_of(s, side->layer_set, a);
    side->binary = s->binary ? path_in(s->folder, s->binary, a) : NULL;
    return !side->binary || access(side->binary, X_OK) == 0 || err_system(e, "%s", side->binary);
}

static const char *cut_of(const struct plan_side *side)
{
    return side->kernel->cut == KERNEL_ONCE ? "KERNEL_ONCE" : "KERNEL_REPEAT";
}

static bool same_cut(const struct plan_cell *cell, struct err *e)
{
    return cell->base.kernel->cut == cell->new.kernel->cut ||
           err_input(e, "--base and --new: the kernels are cut differently, %s and %s",
                     cut_of(&cell->base), cut_of(&cell->new));
}

static bool kernel_cell(struct plan *p, struct plan_cell *cell, const struct subject_pair *s,
                        const struct scenario *scenario, const struct scenario_scale *scale,
                        struct arena *a, struct err *e)
{
    cell->scale = scale->name;
    cell->id = cell->name = scale->name;
    cell->margin_percent = s->margin_percent > 0 ? s->margin_percent : scenario->margin_percent;
    cell->may_expect = true;
    return (kernel_side(p, &cell->base, &cell->may_expect, s, &s->base, scenario, scale, a, e) ||
            err_prefix(e, "--base")) &&
           (kernel_side(p, &cell->new, &cell->may_expect, s, &s->new, scenario, scale, a, e) ||
            err_prefix(e, "--new")) &&
           same_cut(cell, e) && plan_cell_check(cell, a, e);
}

bool subject_kernels(struct plan *p, const struct subject_pair *s, const struct scenario *scenario,
                     struct arena *a, struct err *e)
{
    *p = (struct plan){.settings = json_array()};
    p->cells = ARENA_NEW(a, struct plan_cell, scenario->scale_count);
    p->capacity = scenario->scale_count;
    bool ok = true;
    for (; p->count < scenario->scale_count && ok; p->count++)
        ok = kernel_cell(p, &p->cells[p->count], s, scenario, &scenario->scales[p->count], a, e);
    if (!ok)
        plan_done(p);
    return ok;
}
