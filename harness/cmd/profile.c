/* cupel profile: where the time goes, of a scenario's sides or of commands. */
#include "harness/cmd/commands.h"
#include "harness/cmd/profile_make.h"
#include "harness/cmd/settings.h"

#include "harness/base/log.h"
#include "harness/gate/subject.h"
#include "harness/run/command_line.h"
#include "harness/run/inputs.h"
#include "kernels/registry.h"

#include <string.h>

#define AT(field) .offset = offsetof(struct profile_settings, field)

/* clang-format off */
static const struct opt profile_options[] = {
    {.name = "base", .kind = OPT_TEXT, AT(base), .arg = "SIDE",
     .help = "with --new: these two against each other, in the words of cupel gate"},
    {.name = "new", .kind = OPT_TEXT, AT(new), .arg = "SIDE",
     .help = "what is held against the base; a command, or " SUBJECT_WORDS},
    {.name = "scale", .kind = OPT_TEXT, AT(scale), .arg = "NAME",
     .help = "of the scenario; its last one, if not said"},
    {.name = "side", .kind = OPT_TEXTS, AT(sides), .arg = "NAME",
     .help = "this one only: a comparison's name, or the base's layers; may be repeated"},
    {.name = "samples", .kind = OPT_INT, AT(samples), .arg = "N", .min = 1, .max = 10000000,
     .fallback = "2000",
     .help = "of each side: it is run again and again until there are so many"},
    {.name = "budget", .kind = OPT_REAL, AT(budget), .arg = "SECONDS", .min = 0, .max = 86400,
     .fallback = "20",
     .help = "no run of a side begins later; one is always made"},
    {.name = "hz", .kind = OPT_REAL, AT(hz), .arg = "N", .min = 1, .max = 20000,
     .help = "samples a second of CPU time, not 997, or more where a run takes less than 20 ms"},
    {.name = "sampler", .kind = OPT_TEXT, AT(sampler), .arg = "NAME", .choices = profile_samplers,
     .fallback = "auto",
     .help = "perf events, or a timer where they are forbidden"},
    {.name = "calls", .kind = OPT_FLAG, AT(calls),
     .help = "count calls and instructions of each function too, under valgrind (slow)"},
    {.name = "memory", .kind = OPT_FLAG, AT(memory),
     .help = "memory over time too, by component, as .dat and in the report"},
    {.name = "heap", .kind = OPT_FLAG, AT(heap),
     .help = "who allocates too: a flame graph of bytes, by jemalloc's profile"},
    SETTINGS_SET_ROW(struct profile_settings),
    {.name = "out", .kind = OPT_TEXT, AT(out), .arg = "DIR",
     .help = "folder to make, instead of results/profiles/NAME-TIME"},
    SETTINGS_STATE_DIR_ROW(struct profile_settings),
    SETTINGS_SEED_ROW(struct profile_settings),
    SETTINGS_QUIET_ROW(struct profile_settings),
    EXTERNAL_ROWS(struct profile_settings),
    OPT_END,
};
/* clang-format on */

/* ---- a scenario ------------------------------------------------------------------------------ */

static bool read_pair(struct subject_pair *pair, const struct profile_settings *s, struct arena *a,
                      struct err *e)
{
    *pair = (struct subject_pair){.set = s->set, .shell = s->external.shell};
    if (!s->base || !s->new)
        return err_input(e, "--base and --new: expected both, or neither");
    return (subject_read(&pair->base, s->base, a, e) || err_prefix(e, "--base")) &&
           (subject_read(&pair->new, s->new, a, e) || err_prefix(e, "--new")) &&
           subject_same_kind(pair, e);
}

/* All comparisons of the scenario, or the two sides of the command line. */
static bool plan_scenario(struct plan *plan, const struct profile_asked *q,
                          const struct scenario *scenario, struct err *e)
{
    const struct profile_settings *s = q->settings;
    if (s->base || s->new) {
        struct subject_pair pair;
        return read_pair(&pair, s, q->arena, e) &&
               (!pair.new.line ||
                err_input(e, "--new: a command: expected no scenario beside it")) &&
               subject_kernels(plan, &pair, scenario, q->arena, e);
    }
    struct json *over = settings_overrides(&s->set, scenario->kernel, q->arena, e);
    const struct plan_overrides overrides = {.settings = over};
    bool ok = over && plan_make(plan, scenario, &overrides, q->arena, e);
    json_free(over);
    return ok;
}

static bool no_commands(const struct profile_asked *q, struct err *e)
{
    const char *given = external_rows_given(&q->settings->external);
    return !given || err_input(e, "--%s: only commands have it, not kernels", given);
}

static bool profile_sides_of(struct profile_asked *q, const struct scenario *scenario,
                             struct err *e)
{
    struct plan plan;
    if (!no_commands(q, e) || !plan_scenario(&plan, q, scenario, e))
        return false;
    struct json *inputs = json_object();
    q->name = scenario->name;
    q->title = scenario->title;
    q->path = scenario->path;
    q->kernel = scenario->kernel;
    q->state = scenario->state_dir;
    bool ok = inputs_prepare(&plan, scenario, inputs, q->arena, e);
    if (ok)
        ok = profile_make(q, &plan, inputs, e);
    else
        json_free(inputs);
    plan_done(&plan);
    return ok;
}

static bool profile_scenario(struct profile_asked *q, const char *name, struct err *e)
{
    struct scenario scenario;
    if (!scenario_read(&scenario, name, q->arena, e))
        return false;
    bool ok = profile_sides_of(q, &scenario, e);
    scenario_done(&scenario);
    return ok;
}

/* Of plugins that no scenario speaks of. */
static bool profile_plugins(struct profile_asked *q, const struct subject_pair *pair, struct err *e)
{
    struct scenario scenario;
    if (!pair->base.library || !pair->new.library)
        return err_input(e, "--base and --new: kernels: expected a scenario beside them, or so: "
                            "on both sides");
    const struct kernel *k = kernel_find(pair->new.library, e);
    if (!k)
        return false;
    scenario_plain(&scenario, k->name, pair->new.library, q->arena);
    return profile_sides_of(q, &scenario, e);
}

/* ---- commands -------------------------------------------------------------------------------- */

/* Without a scenario --base and --new must be commands; alone, one is its own base. */
static bool profile_commands(struct profile_asked *q, const struct subject_pair *pair,
                             struct err *e)
{
    struct plan plan;
    const struct profile_settings *s = q->settings;
    if (s->set.n || s->scale || s->sides.n || s->heap)
        return err_input(e, "--%s: only scenarios have it, not commands",
                         s->set.n     ? "set"
                         : s->scale   ? "scale"
                         : s->sides.n ? "side"
                                      : "heap");
    if (!external_rows_options(&s->external, &q->external, q->arena, e) ||
        !subject_commands(&plan, pair, q->arena, e))
        return false;
    q->name = "command";
    q->title = pair->base.line == pair->new.line
                   ? pair->new.line
                   : arena_format(q->arena, "%s against %s", pair->new.line, pair->base.line);
    bool ok = profile_make(q, &plan, json_object(), e);
    plan_done(&plan);
    return ok;
}

static bool profile_pair(struct profile_asked *q, struct err *e)
{
    struct subject_pair pair;
    if (!q->settings->base && !q->settings->new)
        return err_input(e, "profile: expected a scenario, a command, or --base and --new");
    if (!read_pair(&pair, q->settings, q->arena, e))
        return false;
    return pair.new.line ? profile_commands(q, &pair, e) : profile_plugins(q, &pair, e);
}

/* One word with blanks is a line, several are the words of a command. */
static bool profile_command(struct profile_asked *q, const struct opt_texts *words, struct err *e)
{
    if (q->settings->base || q->settings->new)
        return err_input(e, "--base and --new: expected no other command beside them");
    const char **argv = ARENA_NEW(q->arena, const char *, words->n + 1);
    for (int i = 0; i < words->n; i++)
        argv[i] = words->v[i];
    const char *line = words->n == 1 ? words->v[0] : command_line_text(argv, q->arena);
    const struct subject side = {.text = line, .line = line};
    const struct subject_pair pair = {
        .base = side, .new = side, .shell = q->settings->external.shell};
    return profile_commands(q, &pair, e);
}

/* A single word that is the name of a scenario is one; the path of a program is not, nor what stands behind "--". */
static bool is_scenario(const struct invocation *in)
{
    const struct opt_texts *words = &in->words;
    return words->n == 1 && !in->is_literal && !strpbrk(words->v[0], COMMAND_LINE_BLANKS) &&
           (scenario_is_there(words->v[0]) || !command_line_is_program(words->v[0], NULL));
}

static enum err_code run_profile(const struct invocation *in, struct err *e)
{
    const struct profile_settings *s = in->settings;
    log_set_quiet(s->quiet);
    struct profile_asked q = {.settings = s, .arena = in->arena};
    bool ok = in->words.n == 0  ? profile_pair(&q, e)
              : is_scenario(in) ? profile_scenario(&q, in->words.v[0], e)
                                : profile_command(&q, &in->words, e);
    return ok ? ERR_OK : e->code;
}

const struct command command_profile = {
    .name = "profile",
    .arguments = "SCENARIO | 'CMD' | -- CMD ARGS... | --base SIDE --new SIDE",
    .summary = "where the time goes: call stacks sampled, drawn as flame graphs",
    .details =
        "Each side is run again and again in fresh processes while its call stacks are sampled,\n"
        "threads and child processes with it; preparing is left out. Of every side there are a "
        "flame\n"
        "graph (SVG: search, zoom, keyboard), folded stacks, speedscope JSON and pprof; of two "
        "that\n"
        "are compared, what changed: differential flame graphs and a page that has both.\n"
        "Nothing is timed: use cupel run or gate for that.\n"
        "  cupel profile micro-grid --side none --side all\n"
        "  cupel profile headline --base layers:none --new layers:all --memory\n"
        "  cupel profile -- ./sort --size 1000000\n"
        "  cupel profile --base './old x' --new './new x'",
    .options = profile_options,
    .settings_size = sizeof(struct profile_settings),
    .min_words = 0,
    .max_words = -1,
    .run = run_profile,
};
