/* cupel data synth: a bundle made of a seed. */
#include "harness/cmd/commands.h"
#include "harness/cmd/data.h"

#include "kernels/store/synth.h"

struct synth_settings {
    const char *out, *preset;
    long seed;
    bool replace;
};

#define AT(field) offsetof(struct synth_settings, field)

/* clang-format off */
static const struct opt synth_options[] = {
    DATA_MAKE_ROWS(struct synth_settings, "bundle"),
    {.name = "preset", .kind = OPT_TEXT, .offset = AT(preset), .arg = "NAME", .fallback = "mag7",
     .help = "which market"},
    DATA_SEED_ROW(struct synth_settings),
    OPT_END,
};
/* clang-format on */

static enum err_code run_synth(const struct invocation *in, struct err *e)
{
    const struct synth_settings *s = in->settings;
    struct bundle_target target = {
        .dir = s->out,
        .replace = s->replace,
        .stop = data_stop_flag(),
    };
    struct bundle_info info;
    if (!synth_make(s->preset, (uint64_t)s->seed, &target, &info, in->arena, e))
        return e->code;
    data_print_bundle(s->out, &info);
    return ERR_OK;
}

const struct command command_data_synth = {
    .name = "data synth",
    .arguments = "--out DIR [--preset NAME] [--seed N]",
    .summary = "make a synthetic bundle, the same on every machine",
    .details =
        "Preset mag7: eight symbols with their real listing dates, the NYSE sessions 2000-01-03 "
        "to\n"
        "2024-12-31, volatility in clusters, fat tails and overnight gaps. Preset sp50: 50 "
        "symbols\n"
        "x 1,258 sessions. Preset sp500: 500 symbols x 1,368 sessions. Preset hourly: one\n"
        "symbol, 43,800 hours round the clock. Nobody traded at these prices, and whatever shows\n"
        "their numbers says so.",
    .options = synth_options,
    .settings_size = sizeof(struct synth_settings),
    .run = run_synth,
};
