#include "tests/store/results.h"

#include "harness/base/mem.h"
#include "harness/base/rng.h"

#include "tests/test.h"

#include <string.h>

struct result_item rs_item(const char *id, const char *payload)
{
    return (struct result_item){id, str_of(payload)};
}

struct result_store *rs_open(const char *dir)
{
    struct err e;
    struct result_store *s = result_store_open(dir, &e);
    assert_ok(s, &e);
    return s;
}

void rs_put(struct result_store *s, const char *range, const char *id, const char *payload)
{
    struct err e;
    struct result_item one = rs_item(id, payload);
    assert_ok(result_store_put(s, range, &one, &e), &e);
}

void rs_put_two(struct result_store *s, const char *range, struct result_item a,
                struct result_item b)
{
    struct err e;
    struct result_item both[] = {a, b};
    assert_ok(result_store_put_batch(s, range, both, 2, &e), &e);
}

void rs_expect(struct result_store *s, const char *range, const char *id, const char *payload)
{
    struct err e;
    struct text out = {0};
    bool found;
    text_puts(&out, ">");
    assert_ok(result_store_get(s, range, id, &out, &found, &e), &e);
    assert_int_equal(found, payload != NULL);
    assert_string_equal(out.p + 1, payload ? payload : "");
    text_done(&out);
}

void rs_expect_error(struct result_store *s, const char *range, const char *id, const char *words)
{
    struct err e = {0};
    struct text out = {0};
    bool found = true;
    assert_false(result_store_get(s, range, id, &out, &found, &e));
    assert_false(found);
    assert_says(&e, words);
    text_done(&out);
}

const char *rs_path(const char *dir, const char *name)
{
    static char path[1300];
    snprintf(path, sizeof path, "%s/results/%s", dir, name);
    return path;
}

void rs_write_text(const char *dir, const char *name, const char *content)
{
    bytes_write(rs_path(dir, name), content, strlen(content));
}

bool rs_note_id(void *context, const char *range, const char *id, struct err *e)
{
    struct rs_seen *seen = context;
    text_printf(&seen->list, "%s/%s ", range, id);
    return --seen->stop_after != 0 || err_input(e, "enough");
}

void rs_expect_each(struct result_store *s, const char *list, long damaged_lines)
{
    struct err e;
    struct rs_seen seen = {0};
    long damaged;
    text_puts(&seen.list, "");
    assert_ok(result_store_each(s, rs_note_id, &seen, &damaged, &e), &e);
    assert_string_equal(seen.list.p, list);
    assert_int_equal(damaged, damaged_lines);
    text_done(&seen.list);
}

bool rs_note(void *context, const char *range, const char *id, struct str payload, struct err *e)
{
    (void)range;
    (void)e;
    text_printf(context, "%s=%.*s ", id, (int)payload.n, payload.p);
    return true;
}

void rs_expect_stream(struct result_store *s, const char *range, const char *list,
                      long damaged_places)
{
    struct err e;
    struct text seen = {0};
    long damaged;
    text_puts(&seen, "");
    assert_ok(result_store_stream(s, range, rs_note, &seen, &damaged, &e), &e);
    assert_string_equal(seen.p, list);
    assert_int_equal(damaged, damaged_places);
    text_done(&seen);
}

const char *rs_id(int i)
{
    static char id[17];
    snprintf(id, sizeof id, "%016llx", (unsigned long long)rng_mix((uint64_t)i + 3));
    return id;
}

void rs_memory_is_given_back(void **state)
{
    (void)state;
    assert_int_equal(mem_counts(MEM_RESULTS).held_bytes, 0);
}
