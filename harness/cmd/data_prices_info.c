/* cupel data prices info: what a file of prices holds, and whether it is whole. */
#include "harness/cmd/commands.h"
#include "harness/cmd/data_prices.h"

#include "harness/base/json.h"
#include "kernels/store/dates.h"

#include <stdio.h>

struct info_settings {
    bool json;
};

static const struct opt info_options[] = {
    {.name = "json",
     .kind = OPT_FLAG,
     .offset = offsetof(struct info_settings, json),
     .help = "print one JSON object"},
    OPT_END,
};

static void print_json(const char *path, enum prices_kind kind, const struct prices_facts *f)
{
    char date[DATE_TEXT];
    struct text out = {0};
    struct json *root = json_object();
    json_put_text(root, "prices", path);
    json_put_text(root, "kind", prices_kind_words[kind]);
    json_put_number(root, "bytes", (double)f->bytes);
    json_put_number(root, "rows", (double)f->rows);
    json_put_number(root, "series", (double)f->series);
    json_put_number(root, "tickers", (double)f->tickers);
    json_put_text(root, "first", date_format(date, (int64_t)f->first_day * DATE_DAY_SECONDS));
    json_put_text(root, "last", date_format(date, (int64_t)f->last_day * DATE_DAY_SECONDS));
    json_put_text(root, "content", f->content);
    json_print_pretty(root, &out);
    puts(out.p);
    text_done(&out);
    json_free(root);
}

static enum err_code run_info(const struct invocation *in, struct err *e)
{
    const struct info_settings *s = in->settings;
    const char *path = in->words.v[0];
    struct prices_facts facts;
    struct prices *p = prices_open(path, e);
    bool ok = p && prices_facts(p, &facts, e);
    if (ok && s->json)
        print_json(path, prices_kind_of(p), &facts);
    if (ok && !s->json)
        data_prices_print(path, prices_kind_of(p), &facts);
    prices_close(p);
    return ok ? ERR_OK : e->code;
}

const struct command command_data_prices_info = {
    .name = "data prices info",
    .arguments = "FILE",
    .summary = "show what a file of prices holds, checking every row",
    .details = "The content hash is over all rows in order: the same for every kind of file.",
    .options = info_options,
    .settings_size = sizeof(struct info_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_info,
};
