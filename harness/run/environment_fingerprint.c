#include "harness/run/environment_fingerprint.h"

#include "harness/base/sha256.h"

#include <math.h>
#include <string.h>

/* MemTotal moves by some kB from boot to boot: whole GiB are what makes a machine another one. */
static void add_memory(const struct json *facts, struct text *out)
{
    double bytes = json_number(json_get(facts, "memory_bytes"));
    text_printf(out, "memory=%.0f\n", isfinite(bytes) ? round(bytes / 1073741824) : -1.0);
}

void environment_fingerprint(const struct json *facts, char hex[ENVIRONMENT_FINGERPRINT])
{
    static const char *const keys[] = {"cpu_model", "cores_online", "kernel",
                                       "compiler",  "flags",        "allocator"};
    struct text all = {0};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct json *fact = json_get(facts, keys[i]);
        text_printf(&all, "%s=", keys[i]);
        if (fact)
            json_print(fact, &all);
        text_puts(&all, "\n");
    }
    add_memory(facts, &all);
    char full[SHA256_HEX];
    sha256_of(all.p, all.n, full);
    memcpy(hex, full, ENVIRONMENT_FINGERPRINT - 1);
    hex[ENVIRONMENT_FINGERPRINT - 1] = '\0';
    text_done(&all);
}
