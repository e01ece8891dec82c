/* GitHub workflow commands (::error title=...::message) for standard output of a step. One an outcome that
 * somebody must look at; GitHub shows ten of a kind a step, so the tenth tells how many more there are. */
#include "harness/export/export.h"
#include "harness/export/export_words.h"

enum { SHOWN = 10 };

/* Of a message; a property has two more. */
static const char *message_escape(char byte)
{
    return byte == '%' ? "%25" : NULL;
}

static const char *property_escape(char byte)
{
    return byte == ':' ? "%3A" : byte == ',' ? "%2C" : message_escape(byte);
}

enum level { NONE, ERROR, WARNING, NOTICE, LEVELS };

static const char *const commands[] = {
    [ERROR] = "error", [WARNING] = "warning", [NOTICE] = "notice"};

static enum level level_of(const struct export_benchmark *b)
{
    switch (b->state) {
    case EXPORT_ERROR:
    case EXPORT_MISMATCH: return ERROR;
    case EXPORT_INCONCLUSIVE: return WARNING;
    case EXPORT_SKIPPED: return NOTICE;
    case EXPORT_BORDERLINE: return b->fails ? ERROR : WARNING;
    default: return b->fails ? ERROR : NONE;
    }
}

static void add_command(struct text *out, enum level level, const char *title, const char *message)
{
    text_printf(out, "::%s title=", commands[level]);
    export_add_clean(out, title, property_escape);
    text_puts(out, "::");
    export_add_clean(out, message, message_escape);
    text_puts(out, "\n");
}

static void add_benchmark(struct text *out, enum level level, const struct export_benchmark *b)
{
    struct text title = {0}, message = {0};
    text_printf(&title, "%s %s", b->verdict, b->id);
    export_say_outcome(&message, b);
    if (b->sides[SIDE_BASE].command) {
        text_puts(&message, "; ");
        export_say_commands(&message, b, ", ");
    }
    add_command(out, level, title.p, message.p);
    text_done(&title);
    text_done(&message);
}

static int count_level(const struct export_model *m, enum level level)
{
    int n = 0;
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < m->runs[i].count; k++)
            n += level_of(&m->runs[i].benchmarks[k]) == level;
    return n;
}

/* `room`: how many of them may be said. */
static void add_level(struct text *out, const struct export_model *m, enum level level, int room)
{
    int all = count_level(m, level), said = 0;
    int most = all > room ? room - 1 : all;
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < m->runs[i].count && said < most; k++)
            if (level_of(&m->runs[i].benchmarks[k]) == level) {
                add_benchmark(out, level, &m->runs[i].benchmarks[k]);
                said++;
            }
    if (all > said) {
        struct text message = {0};
        text_printf(&message, "and %d more: see the summary", all - said);
        add_command(out, level, "cupel", message.p);
        text_done(&message);
    }
}

static void write_annotations(const struct export_model *m, const struct export_options *options,
                              struct text *out)
{
    (void)options;
    bool complete = export_model_complete(m);
    if (!complete)
        add_command(out, ERROR, "cupel", "the run ended before all benchmarks were measured");
    for (enum level level = ERROR; level < LEVELS; level++)
        add_level(out, m, level, SHOWN - (level == ERROR && !complete));
    text_puts(out, ""); /* all passed: an empty text, not none */
}

const struct exporter export_github_annotations = {
    .name = "github-annotations",
    .summary = "workflow commands that GitHub shows beside a run, for standard output",
    .files = EXPORT_SEVERAL,
    .tells_failures = true,
    .write = write_annotations,
};
