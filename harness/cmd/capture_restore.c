/* cupel capture restore: the code of a run, as it was. */
#include "harness/cmd/capture_base.h"
#include "harness/cmd/commands.h"

#include "harness/base/units.h"
#include "kernels/capture/capture.h"

#include <stdio.h>

struct restore_command {
    const char *base, *out;
};

#define AT(field) offsetof(struct restore_command, field)

static const struct opt restore_options[] = {
    {.name = "out",
     .kind = OPT_TEXT,
     .offset = AT(out),
     .arg = "DIR",
     .required = true,
     .help = "where the files go: a new folder, or an empty one"},
    {.name = "base",             .kind = OPT_TEXT, .offset = AT(base), .arg = "DIR", .help = CAPTURE_BASE_HELP},
    OPT_END,
};

static enum err_code run_restore(const struct invocation *in, struct err *e)
{
    const struct restore_command *s = in->settings;
    struct capture_run run;
    char count[UNITS_TEXT], bytes[UNITS_TEXT];
    const char *base = capture_base(s->base, in->arena, e);
    if (!base || !capture_read(base, in->words.v[0], in->arena, &run, e) ||
        !capture_restore(base, &run, s->out, e))
        return e->code;
    printf("%s: %s file%s, %s\n", s->out, units_count(count, (uint64_t)run.file_count),
           run.file_count == 1 ? "" : "s", units_bytes(bytes, (double)run.bytes));
    return ERR_OK;
}

const struct command command_capture_restore = {
    .name = "capture restore",
    .arguments = "ID --out DIR [--base DIR]",
    .summary = "give back the code of a run, as it was kept",
    .details = "Each file is checked against the SHA-256 of its metadata; one that is not what was "
               "kept ends\n"
               "it, and nothing is there then. Permissions and times are those of the files that "
               "were kept.",
    .options = restore_options,
    .settings_size = sizeof(struct restore_command),
    .min_words = 1,
    .max_words = 1,
    .run = run_restore,
};
