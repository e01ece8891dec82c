/* Random straddles valued here and by oracle_valuation.py, which shares no code. */
#include "kernels/store/dates.h"

#include "tests/straddle/scene.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static void add_day(struct text *t, int32_t day)
{
    char text[DATE_TEXT];
    text_printf(t, "\"%s\"", date_format(text, (int64_t)day * DATE_DAY_SECONDS));
}

/* null where there is none */
static void add_found(struct text *t, const char *key, const struct valuation *v, int32_t day)
{
    text_printf(t, ", \"%s\": ", key);
    if (v->state == VALUATION_VALUED || v->state == VALUATION_NO_VALUE)
        add_day(t, day);
    else
        text_puts(t, "null");
}

static void add_month(struct text *t, const char *key, int32_t month)
{
    text_printf(t, "\"%s\": \"%04d-%02d\", ", key, month / 12, month % 12 + 1);
}

static void add_series(struct text *t, const struct scene_series *s)
{
    text_puts(t, "[");
    for (long i = 0; i < s->n; i++) {
        text_puts(t, i ? ", [" : "[");
        add_day(t, s->day[i]);
        text_printf(t, ", %.17g]", s->value[i]);
    }
    text_puts(t, "]");
}

static void add_row(struct text *t, const struct valuation_row *r)
{
    text_puts(t, "[");
    add_day(t, r->day);
    text_printf(t, ", %.17g", r->vol);
    for (int k = 0; k < r->hedge_count; k++)
        text_printf(t, ", %.17g", r->hedge[k]);
    text_printf(t, ", %.17g, %.17g, %.17g, %.17g, %.17g]", r->mv, r->delta, r->opnl, r->hpnl,
                r->pnl);
}

static void add_override(struct text *t, int32_t month, int32_t day)
{
    text_printf(t, "\"%04d-%02d\": ", month / 12, month % 12 + 1);
    add_day(t, day);
}

static const char *const codes[] = {
#define CODE(name, text) text,
    STRADDLE_CODES(CODE)
#undef CODE
};

static void add_case(struct text *t, const struct scene *s)
{
    text_puts(t, "{");
    add_month(t, "entry", s->straddle.entry);
    add_month(t, "expiry", s->straddle.expiry);
    text_printf(t, "\"code\": \"%s\", \"n\": %d, \"offset\": %d, ", codes[s->straddle.code],
                s->straddle.n, s->straddle.offset);
    text_puts(t, "\"overrides\": {");
    add_override(t, s->straddle.entry, s->entry_day);
    text_puts(t, ", ");
    add_override(t, s->straddle.expiry, s->expiry_day);
    text_puts(t, "}, \"series\": [");
    for (int k = 0; k <= s->hedge_count; k++) {
        text_puts(t, k ? ", " : "");
        add_series(t, &s->series[k]);
    }
    text_printf(t, "], \"state\": \"%s\"", valuation_state_text(s->out.state));
    add_found(t, "from", &s->out, s->out.entry);
    add_found(t, "to", &s->out, s->out.expiry);
    text_puts(t, ", \"rows\": [");
    for (int i = 0; i < s->out.n; i++) {
        text_puts(t, i ? ", " : "");
        add_row(t, &s->out.rows[i]);
    }
    text_puts(t, "]}\n");
}

static void another_program_gives_the_same_values(void **state)
{
    (void)state;
    if (system("python3 -c pass >/dev/null 2>&1") != 0)
        skip();
    struct rng r = rng_seeded(41);
    struct text t = {0}, command = {0};
    for (int i = 0; i < 300; i++) {
        struct scene s;
        scene_random(&s, &r);
        scene_run(&s, 1);
        add_case(&t, &s);
    }
    test_folder("oracle");
    FILE *f = fopen(test_path("oracle/cases"), "w");
    assert_non_null(f);
    assert_int_equal(fwrite(t.p, 1, t.n, f), t.n);
    assert_int_equal(fclose(f), 0);
    text_printf(&command, "python3 tests/straddle/oracle_valuation.py '%s'",
                test_path("oracle/cases"));
    assert_int_equal(system(command.p), 0);
    text_done(&t);
    text_done(&command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(another_program_gives_the_same_values),
    };
    return cmocka_run_group_tests_name("oracle of straddles", tests, NULL, NULL);
}
