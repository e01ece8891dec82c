#include "harness/cmd/notes.h"

void notes_synthetic(const struct json *inputs, FILE *out)
{
    for (const struct json *v = json_first(inputs); v; v = json_next(v))
        if (json_bool(json_get(v, "synthetic")))
            fprintf(out, "SYNTHETIC data (%s): nobody traded at these prices\n",
                    json_text(json_get(v, "source")));
}
