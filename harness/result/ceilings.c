#include "harness/result/ceilings.h"

#include <math.h>
#include <stdio.h>

struct json *ceilings_record(const struct ceiling_roofline *c)
{
    struct json *o = json_object();
    json_put_text(o, "record", "ceilings");
    json_put_number(o, "clock_ghz", c->clock_ghz);
    json_put_number(o, "flops", c->flops);
    json_put_text(o, "flops_by", c->flops_by);
    for (enum ceiling_level i = CEILING_L1; i < CEILING_LEVELS; i++) {
        char key[24];
        const struct ceiling_memory *m = &c->memory[i];
        snprintf(key, sizeof key, "%s_bytes_per_s", ceiling_level_name(i));
        json_put_number(o, key, m->bytes_per_s);
        snprintf(key, sizeof key, "%s_bytes", ceiling_level_name(i));
        json_put_number(o, key, m->bytes > 0 ? m->bytes : (double)NAN);
    }
    return o;
}

void ceilings_text(const struct ceiling_roofline *c, struct text *out)
{
    text_printf(out, "ceilings of one core: %.3g x 10^9 operations on doubles a second (%s); reads",
                c->flops / 1e9, c->flops_by);
    for (enum ceiling_level i = CEILING_L1; i < CEILING_LEVELS; i++)
        if (isfinite(c->memory[i].bytes_per_s))
            text_printf(out, " %s %.3g", ceiling_level_name(i), c->memory[i].bytes_per_s / 1e9);
        else
            text_printf(out, " %s -", ceiling_level_name(i));
    text_puts(out, " GB/s\n");
}
