/* cupel storage ls: captured runs, one by one. */
#include "harness/cmd/commands.h"
#include "harness/cmd/storage.h"
#include "harness/cmd/table.h"

#include <stdio.h>

struct storage_ls_settings {
    bool verify;
};

#define AT(field) offsetof(struct storage_ls_settings, field)

static const struct opt storage_ls_options[] = {
    {.name = "verify",
     .kind = OPT_FLAG,
     .offset = AT(verify),
     .help = "read all code and compare its hashes"},
    OPT_END,
};

static void add_whole(struct table *t, const struct usage_run *r, const char *age)
{
    char files[UNITS_TEXT], bytes[UNITS_TEXT], confidence[UNITS_TEXT], warnings[UNITS_TEXT];
    const struct capture_run *run = &r->run;
    snprintf(confidence, sizeof confidence, "%.1f", run->confidence);
    table_row(t, r->id, age, run->mode, units_count(files, (uint64_t)run->file_count),
              units_bytes(bytes, (double)run->bytes), capture_how_names[run->how], run->method,
              confidence, units_count(warnings, (uint64_t)run->warnings.n), "yes", NULL);
}

/* Returns how many are not whole, each told on a line of its own after the table. */
static int print_runs(const char *dir, struct usage *u, bool verify)
{
    struct table t = {0};
    struct text told = {0};
    int bad = 0;
    table_row(&t, "run", "age", "mode", "files", "bytes", "store", "method", "confidence",
              "warnings", "whole", NULL);
    for (int i = 0; i < u->n; i++) {
        struct usage_run *r = &u->runs[i];
        char age[UNITS_TEXT];
        struct err why;
        storage_age(age, storage_now_ms() - storage_time_of(r->id));
        bool whole = r->whole && (!verify || capture_verify(dir, &r->run, &why));
        if (whole)
            add_whole(&t, r, age);
        else
            table_row(&t, r->id, age, "-", "-", "-", "-", "-", "-", "-", "no", NULL);
        if (!whole)
            text_printf(&told, "%s: not whole: %s\n", r->id, r->whole ? why.text : r->why);
        bad += !whole;
    }
    table_print(&t, stdout);
    table_done(&t);
    if (told.n)
        fputs(told.p, stdout);
    text_done(&told);
    return bad;
}

static enum err_code run_storage_ls(const struct invocation *in, struct err *e)
{
    const struct storage_ls_settings *s = in->settings;
    struct usage u;
    const char *dir = in->words.v[0];
    if (!usage_read(dir, in->arena, &u, e))
        return e->code;
    int bad = print_runs(dir, &u, s->verify);
    if (u.leftovers)
        printf("%d more %s never finished, and count for nothing (cupel storage clean)\n",
               u.leftovers, u.leftovers == 1 ? "was" : "were");
    return bad     ? err_set(e, ERR_INPUT, "%s: %d of %d runs are not whole", dir, bad, u.n),
           e->code : ERR_OK;
}

const struct command command_storage_ls = {
    .name = "storage ls",
    .arguments = "DIR [--verify]",
    .summary = "captured runs, one by one",
    .details =
        "A row a run, in order of time: how old it is (its id is a time in UTC), which files were\n"
        "captured and how they were found, how sure that is, how many warnings there were, "
        "whether\n"
        "it is whole. Exit status 2 when one is not.",
    .options = storage_ls_options,
    .settings_size = sizeof(struct storage_ls_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_storage_ls,
};
