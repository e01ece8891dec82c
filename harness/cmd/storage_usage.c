/* cupel storage usage: what the captured runs of a folder take. */
#include "harness/cmd/commands.h"
#include "harness/cmd/storage.h"
#include "harness/cmd/table.h"

#include <inttypes.h>
#include <stdio.h>

struct usage_settings {
    bool each, bytes;
};

#define AT(field) offsetof(struct usage_settings, field)

static const struct opt usage_options[] = {
    {.name = "each",  .kind = OPT_FLAG, .offset = AT(each),  .help = "a row for each run"},
    {.name = "bytes", .kind = OPT_FLAG, .offset = AT(bytes), .help = "numbers in bytes"  },
    OPT_END,
};

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

/* Against each run having its own copy of all that it captured. */
static void print_saved(const struct usage *u, bool bytes)
{
    char kept[UNITS_TEXT], whole[UNITS_TEXT];
    uint64_t now = u->kinds[USAGE_CODE].file_bytes + u->kinds[USAGE_OBJECTS].file_bytes;
    if (u->code_of_runs == 0)
        return;
    printf("code: %s are kept of %s that the runs have: %.1f %% saved\n",
           storage_bytes(kept, now, bytes), storage_bytes(whole, u->code_of_runs, bytes),
           100 * (1 - (double)now / (double)u->code_of_runs));
}

static enum err_code run_usage(const struct invocation *in, struct err *e)
{
    const struct usage_settings *s = in->settings;
    struct usage u;
    char runs[UNITS_TEXT];
    const char *dir = in->words.v[0];
    if (!usage_read(dir, in->arena, &u, e))
        return e->code;
    if (s->each)
        print_each(&u, s->bytes);
    printf("%s: %s", dir, storage_runs(runs, (uint64_t)u.n));
    if (u.whole < u.n)
        printf(", %d of them not whole (cupel storage ls)", u.n - u.whole);
    if (u.leftovers)
        printf(", %d never finished (cupel storage clean)", u.leftovers);
    printf("\n");
    print_kinds(&u, s->bytes);
    print_saved(&u, s->bytes);
    return ERR_OK;
}

const struct command command_storage_usage = {
    .name = "storage usage",
    .arguments = "DIR [--each] [--bytes]",
    .summary = "what captured runs take on disk, by kind and by run",
    .details =
        "DIR holds backtests/ and perhaps objects/: a store of cupel sweep, or what cupel capture\n"
        "wrote. Apparent bytes are what files hold, allocated bytes what the disk gives for them:\n"
        "blocks, and the folders too, as du counts. \"results\" are those of a sweep's store too.",
    .options = usage_options,
    .settings_size = sizeof(struct usage_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_usage,
};
