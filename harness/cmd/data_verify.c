/* cupel data verify: is a bundle whole and unchanged? */
#include "harness/cmd/commands.h"

#include "kernels/store/bundle.h"

#include <stdio.h>

static const struct opt verify_options[] = {OPT_END};

static enum err_code run_verify(const struct invocation *in, struct err *e)
{
    const char *dir = in->words.v[0];
    if (!bundle_verify(dir, e))
        return e->code;
    printf("%s: whole: every row is sound and the content hash fits\n", dir);
    return ERR_OK;
}

const struct command command_data_verify = {
    .name = "data verify",
    .arguments = "DIR",
    .summary = "check every row of a bundle and its hash",
    .options = verify_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_verify,
};
