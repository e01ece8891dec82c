/* cupel storage usage: what the captured runs of a folder take. */
#include "harness/cmd/commands.h"
#include "harness/cmd/storage.h"
#include "harness/cmd/storage_json.h"
#include "harness/cmd/table.h"

#include <stdio.h>

struct usage_settings {
    bool each, bytes, json;
};

#define AT(field) offsetof(struct usage_settings, field)

static const struct opt usage_options[] = {
    {.name = "each",  .kind = OPT_FLAG, .offset = AT(each), .help = "a row for each run"},
    {.name = "bytes",
     .kind = OPT_FLAG,
     .offset = AT(bytes),
     .help = "numbers in bytes, as those of --json are"                                 },
    STORAGE_JSON_ROW(AT(json)),
    OPT_END,
};

/* ---- for people ------------------------------------------------------------------------------- */

static void add_row(struct table *t, const char *name, const struct usage_amount *a, bool bytes)
{
    char files[UNITS_TEXT], folders[UNITS_TEXT], apparent[UNITS_TEXT], allocated[UNITS_TEXT];
    table_row(t, name, units_count(files, a->files), units_count(folders, a->folders),
              storage_bytes(apparent, a->apparent, bytes),
              storage_bytes(allocated, a->allocated, bytes), NULL);
}

static struct usage_amount mean_of(const struct usage *u)
{
    struct usage_amount sum = {0};
    uint64_t n = (uint64_t)u->n;
    for (int i = 0; i < u->n; i++)
        usage_add(&sum, &u->runs[i].all);
    return (struct usage_amount){sum.files / n, sum.folders / n, sum.apparent / n,
                                 sum.allocated / n, sum.file_bytes / n};
}

static void print_kinds(const struct usage *u, bool bytes)
{
    struct table t = {0};
    table_row(&t, "kind", "files", "folders", "apparent", "allocated", NULL);
    for (int k = 0; k < USAGE_KIND_COUNT; k++)
        add_row(&t, usage_kind_names[k], &u->kinds[k], bytes);
    add_row(&t, "all", &u->all, bytes);
    if (u->n > 0) {
        struct usage_amount mean = mean_of(u);
        add_row(&t, "mean of a run", &mean, bytes);
    }
    table_print(&t, stdout);
    table_done(&t);
}

static void print_each(const struct usage *u, bool bytes)
{
    struct table t = {0};
    table_row(&t, "run", "files", "folders", "apparent", "allocated", NULL);
    for (int i = 0; i < u->n; i++)
        add_row(&t, u->runs[i].id, &u->runs[i].all, bytes);
    table_print(&t, stdout);
    table_done(&t);
    putchar('\n');
}

/* Of code, objects too. */
static uint64_t kept_bytes(const struct usage *u)
{
    return u->kinds[USAGE_CODE].file_bytes + u->kinds[USAGE_OBJECTS].file_bytes;
}

/* Against each run having its own copy of all that it captured. Unknown where code could not be seen, or is
 * not what it was. */
static void print_saved(const struct usage *u, bool bytes)
{
    char kept[UNITS_TEXT], whole[UNITS_TEXT];
    uint64_t now = kept_bytes(u);
    if (u->code_of_runs == 0)
        return;
    printf("code: %s%s are kept of %s that the %sruns have", u->unread_n ? "at least " : "",
           storage_bytes(kept, now, bytes), storage_bytes(whole, u->code_of_runs, bytes),
           u->whole < u->n ? "whole " : "");
    if (!u->unread_n && u->whole == u->n)
        printf(": %.1f %% saved", 100 * (1 - (double)now / (double)u->code_of_runs));
    printf("\n");
}

static void print_tables(const char *dir, const struct usage *u, const struct usage_settings *s)
{
    char runs[UNITS_TEXT];
    if (s->each)
        print_each(u, s->bytes);
    printf("%s: %s%s", dir, u->unread_n ? "at least " : "", storage_runs(runs, (uint64_t)u->n));
    if (u->whole < u->n)
        printf(", %d of them not whole (cupel storage ls)", u->n - u->whole);
    if (u->leftovers)
        printf(", %d never finished (cupel storage clean)", u->leftovers);
    if (u->unread_n)
        printf("; all numbers are at least, %d place%s could not be read", u->unread_n,
               u->unread_n == 1 ? "" : "s");
    printf("\n");
    print_kinds(u, s->bytes);
    print_saved(u, s->bytes);
}

/* ---- for programs ----------------------------------------------------------------------------- */

static void put_each(struct json *root, const struct usage *u)
{
    struct json *rows = json_put_array(root, "each");
    for (int i = 0; i < u->n; i++) {
        struct json *row = json_object();
        json_put_text(row, "id", u->runs[i].id);
        json_put_bool(row, "whole", u->runs[i].whole);
        json_put_bool(row, "at_least", u->runs[i].is_partial);
        storage_json_put_amount(row, &u->runs[i].all);
        json_push(rows, row);
    }
}

static void print_json(const char *dir, const struct usage *u, bool each)
{
    struct json *root = json_object();
    json_put_text(root, "base", dir);
    json_put_number(root, "runs", u->n);
    json_put_number(root, "whole", u->whole);
    json_put_number(root, "unfinished", u->leftovers);
    struct json *kinds = json_put_object(root, "kinds");
    for (int k = 0; k < USAGE_KIND_COUNT; k++)
        json_put(kinds, usage_kind_names[k], storage_json_amount(&u->kinds[k]));
    json_put(root, "all", storage_json_amount(&u->all));
    struct json *code = json_put_object(root, "code");
    json_put_number(code, "kept_bytes", (double)kept_bytes(u));
    json_put_number(code, "bytes_of_runs", (double)u->code_of_runs);
    if (each)
        put_each(root, u);
    storage_json_put_unread(root, u);
    storage_json_print(root);
}

/* ---- the command ------------------------------------------------------------------------------ */

static enum err_code run_usage(const struct invocation *in, struct err *e)
{
    const struct usage_settings *s = in->settings;
    struct usage u;
    const char *dir = in->words.v[0];
    if (!usage_read(dir, in->arena, &u, e))
        return e->code;
    if (s->json)
        print_json(dir, &u, s->each);
    else
        print_tables(dir, &u, s);
    return storage_say_unread(dir, &u, e);
}

const struct command command_storage_usage = {
    .name = "storage usage",
    .arguments = "DIR [--each] [--bytes | --json]",
    .summary = "what captured runs take on disk, by kind and by run",
    .details =
        "DIR holds backtests/ and perhaps objects/: a store of cupel sweep, or what cupel capture\n"
        "wrote. Apparent bytes are what files hold, and the size of each folder itself (4 KiB on\n"
        "most disks), as du --apparent-size counts; allocated bytes are the blocks of both, as du\n"
        "counts. \"results\" are those of a sweep's store too. What is saved is of files alone; "
        "it\n"
        "is not told where a run is not whole.\n"
        "\n" STORAGE_UNREAD_HELP,
    .options = usage_options,
    .settings_size = sizeof(struct usage_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_usage,
};
