#include "harness/run/instructions.h"

#include "harness/result/agree.h"
#include "harness/run/counted.h"

#include <stdio.h>

/* What the count depends on. */
static void print_key(const struct plan_side *side, struct text *out)
{
    text_printf(out, "%s %s %s %d ", side->binary ? side->binary : "",
                side->library ? side->library : "", side->layer_set, side->no_store);
    json_print(side->settings, out);
}

static bool count(const struct plan_side *side, struct cell_side *out, struct pair_runner *r,
                  struct err *e)
{
    struct counted c;
    bool ok = counted_run(&c, side, COUNTED_VALGRIND, r, e);
    if (ok && !c.unable[0])
        ok = agree_check(&c.results.digest, &out->digest, "before valgrind it was", e);
    out->instructions = c.instructions;
    snprintf(out->instructions_reason, sizeof out->instructions_reason, "%s", c.unable);
    counted_done(&c);
    return ok;
}

bool instructions_of(const struct plan_side *side, struct json *known, struct cell_side *out,
                     struct pair_runner *r, struct err *e)
{
    struct text key = {0};
    print_key(side, &key);
    const struct json *before = json_get(known, key.p);
    bool ok = before || count(side, out, r, e);
    if (before)
        out->instructions = json_number(before);
    else if (ok && out->instructions > 0)
        json_put_number(known, key.p, out->instructions);
    text_done(&key);
    return ok;
}
