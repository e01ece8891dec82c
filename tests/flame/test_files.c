/* Files for other tools: speedscope's JSON, pprof's messages. */
#include "harness/flame/pprof.h"
#include "harness/flame/speedscope.h"

#include "harness/base/json.h"
#include "tests/flame/trees.h"
#include "tests/test.h"

#include <string.h>
#include <zlib.h>

/* ---- speedscope -------------------------------------------------------------------------------- */

static struct json *speedscope_of(const struct stacks *s, const char *name)
{
    struct text out = {0};
    struct err e;
    speedscope_write(s, name, &out);
    struct json *root = json_parse((struct str){out.p, out.n}, "speedscope", &e);
    assert_ok(root != NULL, &e);
    text_done(&out);
    return root;
}

static void speedscope_has_stacks_root_first_with_weights(void **state)
{
    (void)state;
    struct stacks s = {.unit = STACKS_NANOSECONDS};
    tree_add(&s, "main;solve", 30);
    tree_add(&s, "main", 12);
    struct json *root = speedscope_of(&s, "a \"name\"");
    assert_string_equal(json_text(json_get(root, "name")), "a \"name\"");
    assert_string_equal(json_text(json_get(root, "$schema")),
                        "https://www.speedscope.app/file-format-schema.json");
    const struct json *profile = json_first(json_get(root, "profiles"));
    assert_string_equal(json_text(json_get(profile, "type")), "sampled");
    assert_string_equal(json_text(json_get(profile, "unit")), "nanoseconds");
    assert_int_equal(json_number(json_get(profile, "endValue")), 42);
    const struct json *stack = json_first(json_get(profile, "samples"));
    assert_int_equal(json_count(stack), 1);
    stack = json_next(stack);
    assert_int_equal(json_number(json_first(stack)), 0);
    assert_int_equal(json_number(json_next(json_first(stack))), 1);
    assert_int_equal(json_number(json_next(json_first(json_get(profile, "weights")))), 30);
    const struct json *frame = json_first(json_get(json_get(root, "shared"), "frames"));
    assert_string_equal(json_text(json_get(frame, "name")), "main");
    assert_string_equal(json_text(json_get(frame, "file")), "src/main.c");
    assert_int_equal(json_number(json_get(frame, "line")), 7);
    json_free(root);
    stacks_done(&s);
}

static void speedscope_takes_odd_names_and_nothing(void **state)
{
    (void)state;
    struct stacks s = {0}, none = {0};
    tree_odd(&s);
    struct json *root = speedscope_of(&s, "odd");
    const struct json *profile = json_first(json_get(root, "profiles"));
    assert_int_equal(json_count(json_get(profile, "samples")), tree_odd_count);
    assert_int_equal(json_count(json_get(profile, "weights")), tree_odd_count);
    json_free(root);
    root = speedscope_of(&none, "");
    assert_int_equal(json_count(json_get(json_first(json_get(root, "profiles")), "samples")), 0);
    json_free(root);
    stacks_done(&s);
}

/* ---- pprof ------------------------------------------------------------------------------------- */

/* A reader of the wire format, small as it is: the fields of one message after another. */
struct field {
    int number;
    uint64_t value;   /* of a varint */
    struct str bytes; /* of what has a length */
};

static uint64_t next_varint(struct str *m)
{
    uint64_t value = 0;
    for (int shift = 0; m->n > 0; shift += 7) {
        unsigned char byte = (unsigned char)*m->p++;
        m->n--;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    fail_msg("a varint without an end");
    return 0;
}

static bool next_field(struct str *m, struct field *f)
{
    if (m->n == 0)
        return false;
    uint64_t key = next_varint(m);
    *f = (struct field){.number = (int)(key >> 3)};
    f->value = next_varint(m);
    if ((key & 7) == 0)
        return true;
    assert_int_equal(key & 7, 2);
    assert_true(f->value <= m->n);
    f->bytes = (struct str){m->p, (size_t)f->value};
    m->p += f->value;
    m->n -= (size_t)f->value;
    return true;
}

/* The nth field of that number. */
static struct field field_of(struct str m, int number, int nth)
{
    struct field f;
    while (next_field(&m, &f))
        if (f.number == number && nth-- == 0)
            return f;
    fail_msg("no field %d", number);
    return f;
}

static int fields_of(struct str m, int number)
{
    struct field f;
    int n = 0;
    while (next_field(&m, &f))
        n += f.number == number;
    return n;
}

static struct str string_at(struct str m, uint64_t index)
{
    return field_of(m, 6, (int)index).bytes;
}

static void pprof_has_stacks_leaf_first_with_both_values(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct text out = {0};
    tree_add(&s, "main;solve;main;step", 300);
    pprof_message(&s, &(struct pprof_facts){.period_ns = 1000, .time_ns = 5, .duration_ns = 6},
                  &out);
    struct str m = {out.p, out.n};
    assert_int_equal(string_at(m, 0).n, 0);
    assert_int_equal(fields_of(m, 1), 2);
    struct str type = field_of(m, 1, 1).bytes;
    assert_true(str_is(string_at(m, field_of(type, 1, 0).value), "cpu"));
    assert_true(str_is(string_at(m, field_of(type, 2, 0).value), "nanoseconds"));
    assert_int_equal(fields_of(m, 2), 1);
    struct str sample = field_of(m, 2, 0).bytes, ids = field_of(sample, 1, 0).bytes;
    struct str values = field_of(sample, 2, 0).bytes;
    assert_int_equal(next_varint(&ids), 3);
    assert_int_equal(next_varint(&ids), 1);
    assert_int_equal(next_varint(&ids), 2);
    assert_int_equal(next_varint(&ids), 1);
    assert_int_equal(ids.n, 0);
    assert_int_equal(next_varint(&values), 300);
    assert_int_equal(next_varint(&values), 300000);
    assert_int_equal(fields_of(m, 3), 1); /* one module */
    assert_int_equal(fields_of(m, 4), 3);
    struct str function = field_of(m, 5, 1).bytes, location = field_of(m, 4, 1).bytes;
    assert_true(str_is(string_at(m, field_of(function, 2, 0).value), "solve"));
    assert_true(str_is(string_at(m, field_of(function, 4, 0).value), "src/solve.c"));
    assert_int_equal(field_of(location, 2, 0).value, 1);
    assert_int_equal(field_of(field_of(location, 4, 0).bytes, 1, 0).value, 2);
    assert_true(field_of(m, 12, 0).value == 1000 && field_of(m, 9, 0).value == 5);
    text_done(&out);
    stacks_done(&s);
}

static void pprof_strings_are_utf8(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct text out = {0};
    tree_odd(&s);
    pprof_message(&s, &(struct pprof_facts){0}, &out);
    struct str m = {out.p, out.n};
    assert_int_equal(fields_of(m, 2), tree_odd_count);
    for (int i = 0; i < fields_of(m, 6); i++)
        assert_true(str_is_utf8(field_of(m, 6, i).bytes));
    assert_int_equal(fields_of(m, 12), 0);
    text_done(&out);
    stacks_done(&s);
}

static void pprof_is_one_gzip_member_always_the_same(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct text message = {0}, first = {0}, second = {0};
    tree_backtest(&s, 0, 0);
    pprof_message(&s, &(struct pprof_facts){.period_ns = 7}, &message);
    pprof_write(&s, &(struct pprof_facts){.period_ns = 7}, &first);
    pprof_write(&s, &(struct pprof_facts){.period_ns = 7}, &second);
    assert_true(first.n == second.n && memcmp(first.p, second.p, first.n) == 0);
    char *back = test_malloc(message.n + 100);
    z_stream z = {.next_in = (Bytef *)first.p,
                  .avail_in = (uInt)first.n,
                  .next_out = (Bytef *)back,
                  .avail_out = (uInt)message.n + 100};
    assert_int_equal(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_true(z.total_out == message.n && z.avail_in == 0);
    assert_memory_equal(back, message.p, message.n);
    inflateEnd(&z);
    test_free(back);
    text_done(&message);
    text_done(&first);
    text_done(&second);
    stacks_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(speedscope_has_stacks_root_first_with_weights),
        TEST(speedscope_takes_odd_names_and_nothing),
        TEST(pprof_has_stacks_leaf_first_with_both_values),
        TEST(pprof_strings_are_utf8),
        TEST(pprof_is_one_gzip_member_always_the_same),
    };
    return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
