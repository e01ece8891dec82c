/* cupel-report: draws stored results. `cupel report` execs it. */
#include "reports/characteristics/characteristics.h"
#include "reports/export.h"
#include "reports/report.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/opt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct settings {
    const char *out, *characteristics;
    bool png;
};

#define AT(field) offsetof(struct settings, field)

static const struct opt options[] = {
    {.name = "out",
     .kind = OPT_TEXT,
     .offset = AT(out),
     .arg = "DIR",
     .help =
         "folder of the report (required for files); made if need be, files in it are replaced"},
    {.name = "characteristics",
     .kind = OPT_TEXT,
     .offset = AT(characteristics),
     .arg = "DIR",
     .help = "the document of what `cupel characterise` left there, into the same folder"},
    {.name = "png", .kind = OPT_FLAG, .offset = AT(png), .help = "write every figure as PNG too"},
    OPT_END
};

static void print_help(void)
{
    struct text rows = {0};
    opt_help(options, &rows);
    printf(
        "usage: cupel report FILE... --out DIR [--png]\n"
        "       cupel report --characteristics DIR [--out DIR] [--png]\n\n"
        "Draws stored results: Markdown and one HTML page.\n\n"
        "Writes DIR/report.md, DIR/index.html (self-contained: light and dark, no network) and\n"
        "DIR/*.svg, and prints their paths. Every figure comes from the results files, which\n"
        "`cupel run`, `gate`, `bench` and `profile` write; nothing is measured. Needs gnuplot.\n\n"
        "With --characteristics it reads DIR/manifest.json and the studies that it names, and "
        "writes\n"
        "characteristics.md, index.html, figures/ and trace.json: of each figure in the document\n"
        "which record, field and rule it is from.\n\n"
        "options:\n%s",
        rows.p);
    text_done(&rows);
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static bool write(const struct document *d, const struct settings *s, struct err *e)
{
    return io_make_dirs(s->out, e) && export_render(d, s->out, e) &&
           export_all(d, s->out, s->png, e);
}

static bool draw(const struct opt_texts *files, const struct settings *s, struct arena *a,
                 struct err *e)
{
    struct model model = {0};
    struct document document = {.arena = a, .home = s->out};
    if (!model_read(&model, files->v, files->n, a, e))
        return false;
    report_build(&document, &model);
    bool ok = write(&document, s, e);
    document_done(&document);
    model_done(&model);
    return ok;
}

/* The trace is written last: where it is, the document that it traces is. */
static bool draw_characteristics(const struct settings *s, struct arena *a, struct err *e)
{
    struct studies studies;
    struct document document = {.arena = a};
    struct json *trace = NULL;
    if (!studies_read(&studies, s->characteristics, a, e))
        return false;
    const char *path = arena_format(a, "%s/trace.json", s->out);
    bool ok = characteristics_build(&document, &studies, &trace, e) && write(&document, s, e) &&
              json_write_file(trace, path, e) && printf("%s\n", path) > 0;
    json_free(trace);
    document_done(&document);
    studies_done(&studies);
    return ok;
}

static bool run(int argc, char **argv, struct arena *a, struct err *e)
{
    struct settings settings;
    struct opt_texts files;
    opt_defaults(options, &settings, a);
    if (!opt_from_args(options, &settings, argc - 1, argv + 1, &files, a, e) ||
        !opt_complete(options, &settings, e))
        return false;
    bool several = settings.characteristics != NULL;
    if (several && files.n > 0)
        return err_input(e, "--characteristics DIR: expected no other file, found %s", files.v[0]);
    if (!settings.out)
        settings.out = settings.characteristics;
    if (!settings.out)
        return err_input(e, "out: missing, expected DIR: folder of the report");
    if (several)
        return draw_characteristics(&settings, a, e);
    if (files.n == 0)
        return err_input(e, "usage: cupel report FILE... --out DIR (see cupel report --help)");
    return draw(&files, &settings, a, e);
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct arena arena = {0};
    bool ok = true;
    if (wants_help(argc, argv))
        print_help();
    else if (!run(argc, argv, &arena, &e)) {
        ok = false;
        log_error("report: %s", e.text);
    }
    arena_done(&arena);
    if (ok && fflush(stdout) != 0) {
        err_system(&e, "standard output");
        log_error("report: %s", e.text);
        ok = false;
    }
    return ok ? 0 : err_exit_status(e.code);
}
