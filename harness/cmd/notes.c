#include "harness/cmd/notes.h"

#include <string.h>

static bool is_real_in_part(const char *source)
{
    static const char mark[] = "real+";
    return strncmp(source, mark, sizeof mark - 1) == 0;
}

void notes_synthetic(const struct json *inputs, FILE *out)
{
    for (const struct json *v = json_first(inputs); v; v = json_next(v)) {
        const char *source = json_text(json_get(v, "source"));
        if (!json_bool(json_get(v, "synthetic")))
            continue;
        if (is_real_in_part(source))
            fprintf(out,
                    "SYNTHETIC data in part (%s): nobody traded at the prices of what is made up\n",
                    source);
        else
            fprintf(out, "SYNTHETIC data (%s): nobody traded at these prices\n", source);
    }
}
