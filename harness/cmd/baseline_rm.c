/* cupel baseline rm: a baseline goes. */
#include "harness/cmd/commands.h"

#include "harness/base/io.h"
#include "harness/gate/baseline.h"

static const struct opt rm_options[] = {OPT_END};

/* Only what is a baseline is removed. */
static enum err_code run_rm(const struct invocation *in, struct err *e)
{
    const char *path = baseline_path(in->words.v[0], in->arena);
    struct baseline b;
    if (!baseline_read(&b, path, e))
        return e->code;
    baseline_done(&b);
    return io_remove(path, e) ? ERR_OK : e->code;
}

const struct command command_baseline_rm = {
    .name = "baseline rm",
    .arguments = "NAME",
    .summary = "remove a stored baseline",
    .options = rm_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_rm,
};
