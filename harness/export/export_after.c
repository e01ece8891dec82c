#include "harness/export/export_after.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/export/export.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char github[] = "github";

/* ---- what is wanted ------------------------------------------------------------------------- */

struct wanted {
    const struct exporter *exporter; /* NULL: github */
    const char *file;                /* "": github */
};

static bool parse(const char *text, struct wanted *out, struct err *e)
{
    char name[64];
    const char *equals = strchr(text, '=');
    size_t n = equals ? (size_t)(equals - text) : strlen(text);
    *out = (struct wanted){.file = equals ? equals + 1 : ""};
    if (!equals && strcmp(text, github) == 0)
        return true;
    snprintf(name, sizeof name, "%.*s", (int)(n < sizeof name ? n : sizeof name - 1), text);
    out->exporter = export_find(name, e);
    if (!out->exporter)
        return err_prefix(e, "--export: %s or", github);
    return *out->file || err_input(e, "--export: expected %s=FILE, found \"%.60s\"", name, text);
}

static bool in_github(void)
{
    const char *actions = getenv("GITHUB_ACTIONS");
    return actions && strcmp(actions, "true") == 0;
}

static const char *summary_file(void)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    return path && *path ? path : NULL;
}

static bool check_github(struct err *e)
{
    if (!in_github())
        log_warn("--export github: GITHUB_ACTIONS is not \"true\": nothing will be written");
    else if (!summary_file())
        return err_input(e, "--export github: GITHUB_STEP_SUMMARY is not set");
    else
        return io_check_output(summary_file(), e) || err_prefix(e, "--export github");
    return true;
}

/* Against those before it, too. */
static bool check_one(const struct opt_texts *texts, int i, const char *results, struct err *e)
{
    struct wanted w, before;
    if (!parse(texts->v[i], &w, e))
        return false;
    if (!w.exporter)
        return check_github(e);
    if (results && io_same_file(w.file, results))
        return err_input(e, "--export %s: %s is the results file", w.exporter->name, w.file);
    for (int k = 0; k < i; k++)
        if (parse(texts->v[k], &before, e) && io_same_file(w.file, before.file))
            return err_input(e, "--export %s: %s is named twice", w.exporter->name, w.file);
    return io_check_output(w.file, e) || err_prefix(e, "--export %s", w.exporter->name);
}

bool export_after_check(const struct opt_texts *wanted, const char *results, struct err *e)
{
    for (int i = 0; i < wanted->n; i++)
        if (!check_one(wanted, i, results, e))
            return false;
    return true;
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool write_text(const char *path, const struct text *t, struct err *e)
{
    if (strcmp(path, "-") == 0)
        fflush(stdout); /* what was printed stands before it */
    return io_write_output(path, t->p ? t->p : "", t->n, e);
}

static bool append(const char *path, const struct text *t, struct err *e)
{
    int fd = io_open(path, O_WRONLY | O_CREAT | O_APPEND, e);
    if (fd < 0)
        return false;
    bool ok = io_write(fd, t->p, t->n, e);
    io_close(fd);
    return ok || err_prefix(e, "%s", path);
}

static const struct export_options as_it_is = {.sides = -1};

static bool write_github(const struct export_model *m, struct err *e)
{
    struct text annotations = {0}, summary = {0};
    if (!in_github())
        return true;
    bool ok = export_text(&export_github_annotations, m, &as_it_is, &annotations, e) &&
              export_text(&export_github_summary, m, &as_it_is, &summary, e) &&
              write_text("-", &annotations, e) && append(summary_file(), &summary, e);
    text_done(&annotations);
    text_done(&summary);
    return ok || err_prefix(e, "--export github");
}

static bool write_one(const struct wanted *w, const struct export_model *m, struct err *e)
{
    struct text out = {0};
    bool ok = export_text(w->exporter, m, &as_it_is, &out, e) && write_text(w->file, &out, e);
    text_done(&out);
    return ok || err_prefix(e, "--export");
}

static bool write_all(const struct opt_texts *wanted, const char *results, struct err *e)
{
    struct arena a = {0};
    struct export_model m = {0};
    bool ok = export_model_read(&m, &results, 1, &a, e);
    for (int i = 0; i < wanted->n && ok; i++) {
        struct wanted w;
        ok = parse(wanted->v[i], &w, e);
        if (ok && io_same_file(w.file, results))
            ok = err_input(e, "--export: %s is the results file", w.file);
        if (ok)
            ok = w.exporter ? write_one(&w, &m, e) : write_github(&m, e);
    }
    export_model_done(&m);
    arena_done(&a);
    return ok;
}

bool export_after(const struct opt_texts *wanted, const char *results, bool ok, struct err *e)
{
    struct err own = {0};
    if (wanted->n == 0 || write_all(wanted, results, &own))
        return ok;
    if (ok)
        *e = own;
    else
        log_error("%s", own.text);
    return false;
}
