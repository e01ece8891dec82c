/* cupel capture: which code a run would be kept with, and keeping it. */
#include "harness/cmd/capture_base.h"
#include "harness/cmd/commands.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/units.h"
#include "kernels/capture/capture.h"

#include <stdio.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct capture_command {
    const char *entry, *mode, *root, *base, *store, *parameters, *format;
    bool dry_run;
};

static const char *const formats[] = {"text", "json", NULL};

#define AT(field) offsetof(struct capture_command, field)

/* clang-format off */
static const struct opt capture_options[] = {
    {.name = "entry", .kind = OPT_TEXT, .offset = AT(entry), .arg = "FILE", .required = true,
     .help = "the file that a run begins with"},
    {.name = "mode", .kind = OPT_TEXT, .offset = AT(mode), .arg = "MODE",
     .choices = capture_mode_names, .fallback = "entry-point",
     .help = "entry-point: this file; includes: and what it needs; yaml: what strategy.yaml lists; off: nothing"},
    {.name = "root", .kind = OPT_TEXT, .offset = AT(root), .arg = "DIR",
     .help = "the project; else the nearest folder above with .git, pyproject.toml or setup.py, else with a Makefile, else the file's own"},
    {.name = "base", .kind = OPT_TEXT, .offset = AT(base), .arg = "DIR", .help = CAPTURE_BASE_HELP},
    {.name = "store", .kind = OPT_TEXT, .offset = AT(store), .arg = "HOW",
     .choices = capture_how_names, .fallback = "copies",
     .help = "copies: each run has its own; content: each distinct content once, by SHA-256"},
    {.name = "parameters", .kind = OPT_TEXT, .offset = AT(parameters), .arg = "JSON|@FILE",
     .help = "parameters of the run, kept in its metadata"},
    {.name = "dry-run", .kind = OPT_FLAG, .offset = AT(dry_run),
     .help = "only say which files would be kept"},
    {.name = "format", .kind = OPT_TEXT, .offset = AT(format), .arg = "FORMAT", .choices = formats,
     .fallback = "text", .help = "of what is said: text, or json (one object)"},
    OPT_END,
};
/* clang-format on */

static int chosen(const char *const *names, const char *name)
{
    int i = 0;
    while (strcmp(names[i], name) != 0)
        i++;
    return i;
}

/* ---- what is said ----------------------------------------------------------------------------- */

struct findings {
    const struct capture_plan *plan;
    const struct capture_run *run;    /* NULL: nothing was stored */
    const struct capture_file *files; /* of the run, else of the plan */
    int file_count;
    uint64_t bytes;
    struct capture_lines warnings, yaml;
};

static void put_lines(struct json *object, const char *name, const struct capture_lines *lines)
{
    struct json *array = json_put_array(object, name);
    for (int i = 0; i < lines->n; i++)
        json_push(array, json_of_text(lines->v[i]));
}

static void print_json(const struct findings *f)
{
    struct text out = {0};
    struct json *root = json_object();
    json_put_text(root, "id", f->run ? f->run->id : NULL);
    json_put_text(root, "folder", f->run ? f->run->folder : NULL);
    json_put_text(root, "root", f->plan->root);
    json_put_text(root, "entry", f->plan->entry);
    json_put_text(root, "method", capture_method_name(f->plan->method));
    json_put_number(root, "confidence", f->plan->confidence);
    json_put_bool(root, "fallback_used", f->plan->is_fallback);
    json_put_number(root, "bytes", (double)f->bytes);
    struct json *files = json_put_array(root, "files");
    for (int i = 0; i < f->file_count; i++) {
        struct json *row = json_object();
        json_put_text(row, "path", f->files[i].path);
        json_put_number(row, "bytes", (double)f->files[i].bytes);
        if (f->run)
            json_put_text(row, "sha256", f->files[i].sha256);
        json_push(files, row);
    }
    put_lines(root, "warnings", &f->warnings);
    put_lines(root, "strategy_yaml", &f->yaml);
    json_print_pretty(root, &out);
    puts(out.p);
    text_done(&out);
    json_free(root);
}

/* A name may hold what steers a terminal. */
static const char *shown(const char *name, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s", name);
    err_one_line(out);
    return out;
}

static void print_yaml(const struct findings *f)
{
    char name[PATH_MAX];
    if (f->plan->yaml)
        printf("yaml        %s %s\n", shown(f->plan->yaml, name),
               f->plan->method == CAPTURE_LISTED ? "says which files" : "is not used");
    for (int i = 0; i < f->yaml.n; i++)
        if (!f->plan->yaml || strcmp(f->yaml.v[i], f->plan->yaml) != 0)
            printf("yaml        %s says which files to keep of strategies beside it\n",
                   shown(f->yaml.v[i], name));
}

static void print_text(const struct findings *f)
{
    char bytes[UNITS_TEXT], count[UNITS_TEXT], name[PATH_MAX];
    const struct capture_plan *p = f->plan;
    if (f->run)
        printf("run         %s\n", f->run->id);
    printf("code        %s file%s, %s%s\n", units_count(count, (uint64_t)f->file_count),
           f->file_count == 1 ? "" : "s", units_bytes(bytes, (double)f->bytes),
           f->run ? "" : " (a dry run: nothing is kept)");
    printf("method      %s, confidence %g\n", capture_method_name(p->method), p->confidence);
    if (p->root)
        printf("project     %s\n", shown(p->root, name));
    print_yaml(f);
    if (f->run)
        printf("folder      %s\n", f->run->folder);
    for (int i = 0; i < f->file_count; i++)
        printf("  %9s  %s\n", units_bytes(bytes, (double)f->files[i].bytes),
               shown(f->files[i].path, name));
}

static void print_findings(const struct findings *f, const char *format)
{
    for (int i = 0; i < f->warnings.n; i++)
        log_warn("%s", f->warnings.v[i]);
    if (strcmp(format, "json") == 0)
        print_json(f);
    else
        print_text(f);
}

/* Paths below the root, as the plan's. */
static void find_yaml(struct findings *f, struct arena *a)
{
    struct err e;
    bool all;
    const char *root = f->plan->root;
    if (!root || !capture_find_yaml(root, a, &f->yaml, &all, &e))
        return;
    for (int i = 0; i < f->yaml.n; i++)
        f->yaml.v[i] += strlen(root) + 1;
    if (!all)
        log_warn("%s: not all of its folders were searched for strategy.yaml", root);
}

/* ---- the command ------------------------------------------------------------------------------ */

/* A run goes on without its code; who names a file here wants that one. */
static bool check_entry(const char *entry, struct err *e)
{
    struct stat st;
    if (stat(entry, &st) != 0 || access(entry, R_OK) != 0)
        return err_system(e, "entry: %s", entry);
    return S_ISREG(st.st_mode) || err_input(e, "entry: %s: expected a file", entry);
}

static bool check_root(const char *root, struct err *e)
{
    struct stat st;
    if (root && stat(root, &st) != 0)
        return err_system(e, "root: %s", root);
    return !root || S_ISDIR(st.st_mode) || err_input(e, "root: %s: expected a folder", root);
}

static bool detect(const struct capture_command *s, struct arena *a, struct capture_plan *plan,
                   struct err *e)
{
    struct capture_settings settings = {
        .entry = s->entry,
        .mode = (enum capture_mode)chosen(capture_mode_names, s->mode),
        .root = s->root,
    };
    if (!check_entry(s->entry, e) || !check_root(s->root, e))
        return false;
    capture_detect(&settings, a, plan);
    return plan->method != CAPTURE_FAILED ||
           err_input(e, "entry: %s", plan->warnings.v[plan->warnings.n - 1]);
}

/* NULL parameters: none. */
static bool read_parameters(const char *words, struct json **out, struct err *e)
{
    *out = NULL;
    if (!words)
        return true;
    *out =
        *words == '@' ? json_read_file(words + 1, e) : json_parse(str_of(words), "parameters", e);
    if (*out && json_kind(*out) != JSON_OBJECT)
        return err_input(e, "parameters: expected an object, found %s",
                         json_kind_name(json_kind(*out)));
    return *out != NULL;
}

static bool store(const struct capture_command *s, const struct capture_plan *plan, struct arena *a,
                  struct capture_run *run, struct err *e)
{
    struct json *parameters = NULL;
    const char *base = capture_base(s->base, a, e);
    bool ok = base && read_parameters(s->parameters, &parameters, e) && capture_base_check(base, e);
    struct capture_order order = {
        .base = base,
        .time_ms = capture_now_ms(),
        .plan = plan,
        .parameters = parameters,
        .context = "command",
        .how = (enum capture_how)chosen(capture_how_names, s->store),
        .durable = true,
    };
    ok = ok && capture_store(&order, a, NULL, run, e);
    json_free(parameters);
    return ok;
}

static enum err_code run_capture(const struct invocation *in, struct err *e)
{
    const struct capture_command *s = in->settings;
    struct capture_plan plan;
    struct capture_run run;
    if (!detect(s, in->arena, &plan, e))
        return e->code;
    struct findings f = {
        .plan = &plan,
        .files = plan.files,
        .file_count = plan.file_count,
        .bytes = capture_plan_bytes(&plan),
        .warnings = plan.warnings,
    };
    if (!s->dry_run) {
        if (!store(s, &plan, in->arena, &run, e))
            return e->code;
        f.run = &run;
        f.files = run.files;
        f.file_count = run.file_count;
        f.bytes = run.bytes;
        f.warnings = run.warnings;
    }
    find_yaml(&f, in->arena);
    print_findings(&f, s->format);
    return ERR_OK;
}

const struct command command_capture = {
    .name = "capture",
    .arguments = "--entry FILE [--mode MODE] [--base DIR]",
    .summary = "keep the code of a run, or say which it would be",
    .details =
        "A strategy.yaml beside the entry file, with a list `files:`, says exactly which files are "
        "kept.\n"
        "Without one it is the entry file; with --mode includes also the files of the project that "
        "it\n"
        "needs, in C (#include \"...\") or Python (import, from). What lies outside the project is "
        "never\n"
        "taken, links out of it are not followed; what may be missing is a warning.\n"
        "\n"
        "A run is BASE/backtests/YYYYMMDD_HHMMSS_mmm with code/, results/ and\n"
        "metadata/backtest_metadata.json; with --store content its files are in BASE/objects, "
        "each\n"
        "content once. A run that was interrupted, or met a full disk, does not count. cupel\n"
        "capture restore gives the files back.",
    .options = capture_options,
    .settings_size = sizeof(struct capture_command),
    .run = run_capture,
};
