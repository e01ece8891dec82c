#include "harness/cmd/bench_plan.h"

#include "harness/run/command_line.h"

#include <string.h>

/* Each word filled by itself: what a value holds is never split. */
static bool fill_words(const struct bench_plan *p, int number, const char *const *words,
                       const char *const **argv, struct err *e)
{
    int n = 0;
    while (words[n])
        n++;
    const char **filled = ARENA_NEW(p->arena, const char *, n + 1);
    for (int i = 0; i < n; i++)
        if (!parameters_fill(&p->parameters, number, words[i], &filled[i], p->arena, e))
            return false;
    *argv = filled;
    return true;
}

/* *text: the line as it is shown. */
static bool fill_line(const struct bench_plan *p, int number, const char *line,
                      const char *const **argv, const char **text, struct err *e)
{
    const char *const *words;
    if (!parameters_fill(&p->parameters, number, line, text, p->arena, e))
        return false;
    if (p->request->external->shell)
        return command_line_words(*text, true, argv, p->arena, e);
    return command_line_cut(line, &words, p->arena, e) && fill_words(p, number, words, argv, e) &&
           command_line_check(*argv, *text, NULL, e);
}

/* One text is a line; several, or one that is a program as it stands, are the words themselves. */
static bool fill_first(const struct bench_plan *p, int number, const char *const **argv,
                       const char **text, struct err *e)
{
    const char **words = ARENA_NEW(p->arena, const char *, p->request->words.n + 1);
    bool is_line =
        p->request->words.n == 1 &&
        (p->request->external->shell || !command_line_is_program(p->request->words.v[0], NULL));
    if (is_line)
        return fill_line(p, number, p->request->words.v[0], argv, text, e);
    if (p->request->external->shell)
        return err_input(e, "--shell: expected the command as one text, found %d words",
                         p->request->words.n);
    memcpy(words, p->request->words.v, (size_t)p->request->words.n * sizeof *words);
    if (!fill_words(p, number, words, argv, e))
        return false;
    *text = command_line_text(*argv, p->arena);
    if (p->request->words.n > 1 && strpbrk(p->request->words.v[0], " \t") &&
        !command_line_is_program((*argv)[0], NULL))
        return err_input(e, "\"%.100s\": no such program; another command is given by --vs",
                         p->request->words.v[0]);
    return command_line_check(*argv, *text, NULL, e);
}

/* Like others before it: with its number behind it, as names in a record are unique. */
static const char *unique(const struct bench_plan *p, const struct bench_combination *c, int i,
                          const char *id)
{
    for (int k = 0; k < i; k++)
        if (strcmp(c->commands[k].cell.id, id) == 0)
            return arena_format(p->arena, "%s (%d)", id, i + 1);
    return id;
}

static void name_command(const struct bench_plan *p, struct bench_combination *c, int i)
{
    const struct opt_texts *names = &p->request->names;
    struct plan_cell *cell = &c->commands[i].cell, *against = &c->commands[i].against;
    const char *scale = parameters_text(&p->parameters, c->number, p->arena);
    cell->name = i < names->n ? names->v[i] : cell->base.label;
    cell->scale = *scale ? scale : NULL;
    cell->id = arena_format(p->arena, "%s%s%s", scale, *scale ? " " : "", cell->name);
    cell->id = unique(p, c, i, cell->id);
    *against = *cell;
    against->name = arena_format(p->arena, "%s vs %s", cell->name, c->commands[0].cell.name);
    against->id = arena_format(p->arena, "%s vs %s", cell->id, c->commands[0].cell.name);
    against->base = c->commands[0].cell.base;
    against->new = cell->base;
}

static bool fill_prepare(const struct bench_plan *p, int number, int i, const char *const **argv,
                         struct err *e)
{
    const struct opt_texts *lines = &p->request->external->prepare;
    const char *unused;
    *argv = NULL;
    return lines->n == 0 ||
           fill_line(p, number, lines->v[lines->n == 1 ? 0 : i], argv, &unused, e) ||
           err_prefix(e, "--prepare");
}

static bool fill_once(const struct bench_plan *p, int number, const char *option, const char *line,
                      const char *const **argv, struct err *e)
{
    const char *unused;
    *argv = NULL;
    return !line || fill_line(p, number, line, argv, &unused, e) || err_prefix(e, "%s", option);
}

static bool make_combination(const struct bench_plan *p, struct bench_combination *c, struct err *e)
{
    const struct bench_request *s = p->request;
    c->commands = ARENA_NEW(p->arena, struct bench_command, p->commands);
    for (int i = 0; i < p->commands; i++) {
        struct bench_command *to = &c->commands[i];
        bool ok = i == 0 ? fill_first(p, c->number, &to->cell.base.argv, &to->cell.base.label, e)
                         : fill_line(p, c->number, s->vs.v[i - 1], &to->cell.base.argv,
                                     &to->cell.base.label, e) ||
                               err_prefix(e, "--vs");
        if (!ok || !fill_prepare(p, c->number, i, &to->prepare, e))
            return false;
        name_command(p, c, i);
    }
    return fill_once(p, c->number, "--setup", s->setup, &c->setup, e) &&
           fill_once(p, c->number, "--cleanup", s->cleanup, &c->cleanup, e);
}

static bool check_counts(const struct bench_plan *p, struct err *e)
{
    const struct bench_request *s = p->request;
    int prepares = s->external->prepare.n;
    if (p->commands > BENCH_COMMANDS_MAX)
        return err_input(e, "--vs: expected at most %d commands, found %d", BENCH_COMMANDS_MAX,
                         p->commands);
    if (prepares > 1 && prepares != p->commands)
        return err_input(e,
                         "--prepare: expected one for all, or one for each of the %d commands, "
                         "found %d",
                         p->commands, prepares);
    return s->names.n <= p->commands ||
           err_input(e, "--name: expected at most %d, one a command, found %d", p->commands,
                     s->names.n);
}

/* Everything is filled in and looked for before anything runs. */
bool bench_plan_make(struct bench_plan *p, const struct bench_request *s, struct arena *a,
                     struct err *e)
{
    struct external_settings plain = *s->external;
    plain.prepare.n = 0;
    *p = (struct bench_plan){.request = s, .arena = a};
    p->commands = 1 + s->vs.n;
    if (!external_rows_options(&plain, &p->external, p->arena, e) ||
        !parameters_parse(&p->parameters, &s->parameters, p->arena, e) || !check_counts(p, e))
        return false;
    p->combinations = ARENA_NEW(p->arena, struct bench_combination, p->parameters.combinations);
    for (int i = 0; i < p->parameters.combinations; i++) {
        p->combinations[i].number = i;
        if (!make_combination(p, &p->combinations[i], e))
            return false;
    }
    return true;
}
