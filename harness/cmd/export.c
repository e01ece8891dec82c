/* cupel export: results files in the formats of other tools. */
#include "harness/cmd/commands.h"

#include "harness/base/io.h"
#include "harness/export/export.h"

#include <string.h>
#include <sys/stat.h>

struct export_settings {
    const char *format, *out, *side, *commit, *branch;
};

/* In the order of enum export_sides. */
static const char *const sides[] = {"both", "base", "new", NULL};

#define AT(field) offsetof(struct export_settings, field)

static const struct opt export_options[] = {
    {.name = "format",
     .kind = OPT_TEXT,
     .offset = AT(format),
     .arg = "NAME",
     .choices = export_names,
     .required = true,
     .help = "of the file to write"},
    {.name = "out",
     .kind = OPT_TEXT,
     .offset = AT(out),
     .arg = "FILE",
     .fallback = "-",
     .help = "where to; -: standard output"},
    {.name = "side",
     .kind = OPT_TEXT,
     .offset = AT(side),
     .arg = "SIDE",
     .choices = sides,
     .help = "whose numbers, instead of those that the format takes"},
    {.name = "commit",
     .kind = OPT_TEXT,
     .offset = AT(commit),
     .arg = "SHA",
     .help = "what was measured (otava), instead of the commit in the record"         },
    {.name = "branch",
     .kind = OPT_TEXT,
     .offset = AT(branch),
     .arg = "NAME",
     .help = "and its branch"},
    OPT_END,
};

static bool options_of(const struct export_settings *s, int files, struct export_options *o,
                       struct err *e)
{
    *o = (struct export_options){.sides = -1, .commit = s->commit, .branch = s->branch};
    for (int i = 0; s->side && sides[i]; i++)
        if (strcmp(sides[i], s->side) == 0)
            o->sides = i;
    return files == 1 || (!s->commit && !s->branch) ||
           err_input(e, "--commit, --branch: of one results file, found %d", files);
}

/* Writing over what is read would lose it. */
static bool check_target(const char *out, const struct opt_texts *files, struct err *e)
{
    struct stat target, file;
    bool there = strcmp(out, "-") != 0 && stat(out, &target) == 0 && S_ISREG(target.st_mode);
    for (int i = 0; i < files->n && there; i++)
        if (stat(files->v[i], &file) == 0 && file.st_dev == target.st_dev &&
            file.st_ino == target.st_ino)
            return err_input(e, "--out: %s is a results file to read", out);
    return io_check_output(out, e) || err_prefix(e, "--out");
}

static enum err_code run_export(const struct invocation *in, struct err *e)
{
    const struct export_settings *s = in->settings;
    const struct exporter *x = export_find(s->format, e);
    struct export_options options;
    struct export_model m;
    struct text out = {0};
    if (!x || !options_of(s, in->words.n, &options, e) || !check_target(s->out, &in->words, e) ||
        !export_model_read(&m, in->words.v, in->words.n, in->arena, e))
        return e->code;
    bool ok = export_text(x, &m, &options, &out, e) &&
              io_write_output(s->out, out.p ? out.p : "", out.n, e);
    text_done(&out);
    export_model_done(&m);
    return ok ? ERR_OK : e->code;
}

const struct command command_export = {
    .name = "export",
    .arguments = "RESULTS.jsonl... --format NAME [--out FILE]",
    .summary = "results files in the formats of other tools and of CI",
    .details =
        "junit, github-summary, github-annotations, json: verdicts, one or more files.\n"
        "google-benchmark, openmetrics: the numbers of one file.\n"
        "github-action-benchmark, bencher: of files without a benchmark in common.\n"
        "hyperfine, go (benchstat), otava: of any number of files.\n"
        "The file is there when all of it is. cupel run and cupel gate take --export FORMAT=FILE.",
    .options = export_options,
    .settings_size = sizeof(struct export_settings),
    .min_words = 1,
    .max_words = -1,
    .run = run_export,
};
