/* cupel storage archive: chosen runs as one .tar.gz. */
#include "harness/cmd/commands.h"
#include "harness/cmd/storage.h"

#include "harness/base/log.h"
#include "harness/storage/archive.h"

#include <stdio.h>

struct storage_archive_settings {
    const char *out;
    bool replace;
};

#define AT(field) offsetof(struct storage_archive_settings, field)

static const struct opt storage_archive_options[] = {
    {.name = "out",
     .kind = OPT_TEXT,
     .offset = AT(out),
     .arg = "FILE.tar.gz",
     .required = true,
     .help = "where it goes; there when all of it is, and was read again"},
    {.name = "replace",
     .kind = OPT_FLAG,
     .offset = AT(replace),
     .help = "put the new archive in the place of the one that is there"    },
    OPT_END,
};

static enum err_code run_storage_archive(const struct invocation *in, struct err *e)
{
    const struct storage_archive_settings *s = in->settings;
    struct archive_order order = {
        .base = in->words.v[0],
        .ids = in->words.v + 1,
        .id_count = in->words.n - 1,
        .out = s->out,
        .replace = s->replace,
    };
    struct archive_sum sum;
    char runs[UNITS_TEXT], files[UNITS_TEXT], bytes[UNITS_TEXT], packed[UNITS_TEXT];
    if (!archive_write(&order, &sum, e))
        return e->code;
    printf("%s: %s, %s files, %s, packed %s\n", s->out,
           storage_runs(runs, (uint64_t)order.id_count), units_count(files, sum.files),
           units_bytes(bytes, (double)sum.bytes), units_bytes(packed, (double)sum.packed_bytes));
    if (sum.links)
        log_warn("%d links and the like were left out", sum.links);
    return ERR_OK;
}

const struct command command_storage_archive = {
    .name = "storage archive",
    .arguments = "DIR ID... --out FILE.tar.gz [--replace]",
    .summary = "chosen captured runs as one archive",
    .details =
        "It unpacks to a folder as DIR is one: backtests/ID/ with metadata, results, and the code "
        "in\n"
        "place, also where DIR keeps each content once. Every file of code is held against its "
        "hash\n"
        "before and after. A FILE that is there is refused without --replace. What it is made of\n"
        "stays: cupel storage clean.",
    .options = storage_archive_options,
    .settings_size = sizeof(struct storage_archive_settings),
    .min_words = 2,
    .max_words = -1,
    .run = run_storage_archive,
};
