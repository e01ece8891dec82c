#include "harness/cmd/settings.h"

#include "harness/base/rng.h"
#include "harness/plan/overrides.h"
#include "kernels/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool settings_seed(const char *text, uint64_t *seed, struct err *e)
{
    if (!text) {
        *seed = rng_entropy();
        return true;
    }
    char *end;
    errno = 0;
    *seed = strtoull(text, &end, 10);
    bool digits = text[0] && strspn(text, "0123456789") == strlen(text);
    return (digits && errno == 0) ||
           err_input(e,
                     "--seed: expected a whole number from 0 to 18446744073709551615, found "
                     "\"%.60s\"",
                     text);
}

struct json *settings_overrides(const struct opt_texts *set, const char *kernel, struct arena *a,
                                struct err *e)
{
    const struct kernel *k = kernel_find(kernel, e);
    struct json *settings = k ? overrides_read(set, k, a, e) : NULL;
    if (k && !settings)
        err_prefix(e, "--set");
    return settings;
}
