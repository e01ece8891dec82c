/* cupel data info: what a bundle holds. */
#include "harness/cmd/commands.h"
#include "harness/cmd/data.h"

#include "harness/base/json.h"
#include "harness/base/units.h"
#include "kernels/store/dates.h"

#include <stdio.h>

struct info_settings {
    bool json;
};

#define AT(field) offsetof(struct info_settings, field)

static const struct opt info_options[] = {
    {.name = "json", .kind = OPT_FLAG, .offset = AT(json), .help = "print one JSON object"},
    OPT_END,
};

static void print_json(const char *dir, const struct bundle_info *info,
                       const struct bundle_asset *assets)
{
    struct text out = {0};
    struct json *root = json_object();
    json_put_text(root, "bundle", dir);
    bundle_describe(root, info, assets);
    json_print_pretty(root, &out);
    puts(out.p);
    text_done(&out);
    json_free(root);
}

/* Columns as wide as their widest text; symbols may be long. */
static void print_table(const struct bundle_info *info, const struct bundle_asset *assets, int n)
{
    char first[DATE_TEXT], last[DATE_TEXT], rows[UNITS_TEXT];
    int wide = info->intraday ? 19 : 10, widest = 6;
    for (int i = 0; i < n; i++) {
        int width = (int)str_of(assets[i].symbol).n;
        widest = width > widest ? width : widest;
    }
    printf("\n%-*s  %-*s  %-*s  %12s\n", widest, "symbol", wide, "first", wide, "last", "rows");
    for (int i = 0; i < n; i++)
        printf("%-*s  %-*s  %-*s  %12s\n", widest, assets[i].symbol, wide,
               date_format(first, assets[i].first_time), wide,
               date_format(last, assets[i].last_time), units_count(rows, (uint64_t)assets[i].rows));
}

static enum err_code run_info(const struct invocation *in, struct err *e)
{
    const struct info_settings *s = in->settings;
    const char *dir = in->words.v[0];
    struct bundle_asset *assets;
    int n;
    struct bundle *b = bundle_open(dir, e);
    bool ok = b && bundle_assets(b, in->arena, &assets, &n, e);
    if (ok && s->json)
        print_json(dir, bundle_info(b), assets);
    if (ok && !s->json) {
        data_print_bundle(dir, bundle_info(b));
        printf("prices      at most %.6f\n",
               (double)bundle_info(b)->largest_tick / BUNDLE_TICKS_PER_UNIT);
        print_table(bundle_info(b), assets, n);
    }
    bundle_close(b);
    return ok ? ERR_OK : e->code;
}

const struct command command_data_info = {
    .name = "data info",
    .arguments = "DIR",
    .summary = "show what a bundle holds",
    .options = info_options,
    .settings_size = sizeof(struct info_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_info,
};
