/* cupel baseline ls: the baselines that are there. */
#define _GNU_SOURCE
#include "harness/cmd/commands.h"
#include "harness/cmd/table.h"

#include "harness/base/log.h"
#include "harness/gate/baseline.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct opt ls_options[] = {OPT_END};

/* Days since the timestamp ("2026-01-31T12:00:00Z"); "?" when it is none. */
static const char *age_of(const char *timestamp, struct arena *a)
{
    struct tm utc = {0};
    const char *end = strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (!end || *end)
        return "?";
    return arena_format(a, "%.0f d", difftime(time(NULL), timegm(&utc)) / 86400);
}

/* Other JSON in the folder is nobody's fault. */
static bool add_row(struct table *t, const char *path, struct arena *a)
{
    struct baseline b;
    struct err e;
    if (!baseline_is_meant(path))
        return false;
    if (!baseline_read(&b, path, &e)) {
        log_warn("%s", e.text);
        return true;
    }
    const struct json *environment = json_get(b.document, "environment");
    table_row(t, path, json_text(json_get(b.document, "scenario")),
              arena_format(a, "%d", json_count(b.benchmarks)),
              age_of(json_text(json_get(environment, "timestamp")), a),
              json_text(json_get(environment, "commit")),
              json_text(json_get(environment, "cpu_model")),
              json_text(json_get(b.document, "fingerprint")), NULL);
    baseline_done(&b);
    return true;
}

static enum err_code run_ls(const struct invocation *in, struct err *e)
{
    const char *folder = in->words.n ? in->words.v[0] : BASELINE_FOLDER;
    glob_t found;
    struct table t = {0};
    table_row(&t, "baseline", "scenario", "benchmarks", "age", "commit", "machine", "fingerprint",
              NULL);
    bool any = false;
    bool has_files = glob(arena_format(in->arena, "%s/*.json", folder), 0, NULL, &found) == 0;
    for (size_t i = 0; has_files && i < found.gl_pathc; i++)
        any |= add_row(&t, found.gl_pathv[i], in->arena);
    table_print(&t, stdout);
    table_done(&t);
    globfree(&found);
    if (!any)
        err_input(e, "%s: no baseline", folder);
    return any ? ERR_OK : e->code;
}

const struct command command_baseline_ls = {
    .name = "baseline ls",
    .arguments = "[FOLDER]",
    .summary = "list stored baselines with age, commit and machine",
    .options = ls_options,
    .max_words = 1,
    .run = run_ls,
};
