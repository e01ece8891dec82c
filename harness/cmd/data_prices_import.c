/* cupel data prices import: a CSV file of prices becomes a file that straddles are valued from. */
#include "harness/cmd/commands.h"

#include "harness/base/io.h"
#include "harness/cmd/data.h"
#include "harness/cmd/data_prices.h"

#include <string.h>

struct import_settings {
    const char *to, *out;
};

#define AT(field) offsetof(struct import_settings, field)

static const struct opt import_options[] = {
    {.name = "to",
     .kind = OPT_TEXT,
     .offset = AT(to),
     .arg = "KIND",
     .choices = prices_kind_words,
     .fallback = "blocks",
     .help = "what to make"},
    {.name = "out",
     .kind = OPT_TEXT,
     .offset = AT(out),
     .arg = "FILE",
     .required = true,
     .help = "the file to make; one that is there is replaced"    },
    OPT_END,
};

static enum prices_kind kind_of(const char *word)
{
    int kind = 0;
    while (strcmp(prices_kind_words[kind], word) != 0)
        kind++;
    return (enum prices_kind)kind;
}

static enum err_code run_import(const struct invocation *in, struct err *e)
{
    const struct import_settings *s = in->settings;
    struct prices_facts facts;
    const char *csv = in->words.v[0];
    bool ok = (io_check_unlike(s->out, csv, e) || err_prefix(e, "out")) &&
              prices_import(csv, kind_of(s->to), s->out, data_stop_flag(), &facts, e);
    if (!ok)
        return e->code;
    data_prices_print(s->out, kind_of(s->to), &facts);
    return ERR_OK;
}

const struct command command_data_prices_import = {
    .name = "data prices import",
    .arguments = "FILE.csv[.gz] --to sqlite|blocks|parquet --out FILE",
    .summary = "make a file of prices for straddles from a CSV file",
    .details =
        "The header names the columns, in any order: date (YYYY-MM-DD), ticker, field, value; "
        "others\n"
        "are passed over. Rows may stand in any order, also of date and ticker. A ticker's field\n"
        "has one value a day: the same twice is taken once, two values are an error. Values may "
        "be\n"
        "negative.\n\n"
        "blocks is cupel's own, mapped into memory: the quickest. sqlite is for other tools too.\n"
        "parquet goes through DuckDB, whose library CUPEL_DUCKDB=PATH or `make deps-duckdb` "
        "gives.\n"
        "All three answer alike: their content hash is the same.\n\n"
        "A bad row is the error \"file:line: column: what was expected\", exit 2. The file "
        "appears\n"
        "whole or not at all, also after Ctrl-C.",
    .options = import_options,
    .settings_size = sizeof(struct import_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_import,
};
