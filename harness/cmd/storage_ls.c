/* cupel storage ls: captured runs, one by one. */
#include "harness/cmd/commands.h"
#include "harness/cmd/storage.h"
#include "harness/cmd/storage_json.h"
#include "harness/cmd/table.h"

#include <stdio.h>

struct storage_ls_settings {
    bool verify, json;
};

#define AT(field) offsetof(struct storage_ls_settings, field)

static const struct opt storage_ls_options[] = {
    {.name = "verify",
     .kind = OPT_FLAG,
     .offset = AT(verify),
     .help = "read all code and compare its hashes"},
    STORAGE_JSON_ROW(AT(json)),
    OPT_END,
};

/* Reads the code too. A run that fails is one that is not whole. Returns how many there are of them. */
static int judge(const char *dir, struct usage *u, bool verify, struct arena *a)
{
    int bad = 0;
    for (int i = 0; i < u->n; i++) {
        struct usage_run *r = &u->runs[i];
        struct err why;
        if (verify && r->whole && !capture_verify(dir, &r->run, &why)) {
            r->whole = false;
            r->why = arena_text(a, why.text);
        }
        bad += !r->whole;
    }
    return bad;
}

/* ---- for people ------------------------------------------------------------------------------- */

static void add_whole(struct table *t, const struct usage_run *r, const char *age)
{
    char files[UNITS_TEXT], bytes[UNITS_TEXT], confidence[UNITS_TEXT], warnings[UNITS_TEXT];
    const struct capture_run *run = &r->run;
    snprintf(confidence, sizeof confidence, "%.1f", run->confidence);
    table_row(t, r->id, age, run->mode, units_count(files, (uint64_t)run->file_count),
              units_bytes(bytes, (double)run->bytes), capture_how_names[run->how], run->method,
              confidence, units_count(warnings, (uint64_t)run->warnings.n), "yes", NULL);
}

static void print_table(const struct usage *u)
{
    struct table t = {0};
    table_row(&t, "run", "age", "mode", "files", "bytes", "store", "method", "confidence",
              "warnings", "whole", NULL);
    for (int i = 0; i < u->n; i++) {
        const struct usage_run *r = &u->runs[i];
        char age[UNITS_TEXT];
        storage_age(age, storage_now_ms() - storage_time_of(r->id));
        if (r->whole)
            add_whole(&t, r, age);
        else
            table_row(&t, r->id, age, "-", "-", "-", "-", "-", "-", "-", "no", NULL);
    }
    table_print(&t, stdout);
    table_done(&t);
}

static void print_runs(const struct usage *u)
{
    char runs[UNITS_TEXT];
    print_table(u);
    for (int i = 0; i < u->n; i++)
        if (!u->runs[i].whole)
            printf("%s: not whole: %s\n", u->runs[i].id, u->runs[i].why);
    if (u->leftovers)
        printf("%d more %s never finished, and count for nothing (cupel storage clean)\n",
               u->leftovers, u->leftovers == 1 ? "was" : "were");
    if (u->unread_n)
        printf("at least %s: %d place%s could not be read\n", storage_runs(runs, (uint64_t)u->n),
               u->unread_n, u->unread_n == 1 ? "" : "s");
}

/* ---- for programs ----------------------------------------------------------------------------- */

static void put_captured(struct json *row, const struct capture_run *run)
{
    json_put_text(row, "mode", run->mode);
    json_put_text(row, "method", run->method);
    json_put_text(row, "store", capture_how_names[run->how]);
    json_put_number(row, "confidence", run->confidence);
    json_put_number(row, "code_files", run->file_count);
    json_put_number(row, "code_bytes", (double)run->bytes);
    struct json *warnings = json_put_array(row, "warnings");
    for (int i = 0; i < run->warnings.n; i++)
        json_push(warnings, json_of_text(run->warnings.v[i]));
}

static struct json *run_json(const struct usage_run *r)
{
    struct json *row = json_object();
    json_put_text(row, "id", r->id);
    json_put_number(row, "time_ms", (double)storage_time_of(r->id));
    json_put_bool(row, "whole", r->whole);
    json_put_text(row, "why_not", r->why);
    if (r->whole)
        put_captured(row, &r->run);
    json_put_bool(row, "at_least", r->is_partial);
    storage_json_put_amount(row, &r->all);
    return row;
}

static void print_json(const char *dir, const struct usage *u)
{
    struct json *root = json_object();
    json_put_text(root, "base", dir);
    struct json *rows = json_put_array(root, "runs");
    for (int i = 0; i < u->n; i++)
        json_push(rows, run_json(&u->runs[i]));
    json_put_number(root, "unfinished", u->leftovers);
    storage_json_put_unread(root, u);
    storage_json_print(root);
}

/* ---- the command ------------------------------------------------------------------------------ */

static enum err_code run_storage_ls(const struct invocation *in, struct err *e)
{
    const struct storage_ls_settings *s = in->settings;
    struct usage u;
    const char *dir = in->words.v[0];
    if (!usage_read(dir, in->arena, &u, e))
        return e->code;
    int bad = judge(dir, &u, s->verify, in->arena);
    if (s->json)
        print_json(dir, &u);
    else
        print_runs(&u);
    enum err_code code = storage_say_unread(dir, &u, e);
    if (bad) {
        err_input(e, "%s: %d of %d runs are not whole", dir, bad, u.n);
        return e->code;
    }
    return code;
}

const struct command command_storage_ls = {
    .name = "storage ls",
    .arguments = "DIR [--verify] [--json]",
    .summary = "captured runs, one by one",
    .details =
        "A row a run, in order of time: how old it is (its id is a time in UTC), which files were\n"
        "captured and how they were found, how sure that is, how many warnings there were, "
        "whether\n"
        "it is whole: its metadata is there, and each file of code is as long as that says\n"
        "(--verify: holds what it held). Exit status 2 when one is not.\n"
        "\n" STORAGE_UNREAD_HELP,
    .options = storage_ls_options,
    .settings_size = sizeof(struct storage_ls_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_storage_ls,
};
