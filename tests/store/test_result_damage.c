/* Damage to stored results: what it hides, and that it never becomes a result. */
#include "tests/store/results.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "harness/base/rng.h"
#include "kernels/store/result_store_segment.h"

#include "tests/test.h"

#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { RECORDS = 6 };

/* Payloads of 30 to 130 bytes, one of them with a mark in it. */
static struct text record_payload(int i)
{
    struct text t = {0};
    text_printf(&t, "{\"n\":%d,\"v\":\"%0*d\xf1rec\"}", i, 10 + 20 * i, i);
    return t;
}

/* A store with one segment; its path and bytes. */
static struct text make_victim(const char *dir, char path[1300])
{
    struct err e;
    struct text payloads[RECORDS];
    struct result_item items[RECORDS];
    struct arena ids = {0};
    struct result_store *s = rs_open(dir);
    for (int i = 0; i < RECORDS; i++) {
        payloads[i] = record_payload(i);
        items[i] = (struct result_item){
            arena_text(&ids, rs_id(i)), {payloads[i].p, payloads[i].n}
        };
    }
    assert_ok(result_store_put_batch(s, "r", items, RECORDS, &e), &e);
    for (int i = 0; i < RECORDS; i++)
        text_done(&payloads[i]);
    result_store_close(s);
    arena_done(&ids);
    snprintf(path, 1300, "%s", rs_path(dir, "r/segment-000001.bin"));
    return bytes_of(path);
}

struct survey {
    int whole, named; /* gets that gave the true bytes; that named the file */
    long damaged;     /* of a stream */
    int streamed;
};

static bool count_one(void *context, const char *range, const char *id, struct str payload,
                      struct err *e)
{
    (void)range;
    (void)e;
    struct survey *v = context;
    for (int i = 0; i < RECORDS; i++) {
        struct text expected = record_payload(i);
        if (strcmp(id, rs_id(i)) == 0 && str_equal(payload, (struct str){expected.p, expected.n}))
            v->streamed++;
        text_done(&expected);
    }
    return true;
}

/* Reads everything in every way. A wrong byte is never given. */
static struct survey look(const char *dir, const char *path)
{
    struct survey v = {0};
    struct err e = {0};
    struct result_store *s = rs_open(dir);
    for (int i = 0; i < RECORDS; i++) {
        struct text out = {0}, expected = record_payload(i);
        bool found;
        if (result_store_get(s, "r", rs_id(i), &out, &found, &e)) {
            if (!found)
                fail_msg("%s: result %d is lost without a word", path, i);
            assert_int_equal(out.n, expected.n);
            assert_memory_equal(out.p, expected.p, out.n);
            v.whole++;
        } else {
            assert_int_equal(e.code, ERR_INPUT);
            assert_says(&e, path);
            v.named++;
        }
        text_done(&out);
        text_done(&expected);
    }
    assert_ok(result_store_stream(s, "r", count_one, &v, &v.damaged, &e), &e);
    assert_int_equal(v.streamed, v.whole);
    result_store_close(s);
    return v;
}

static void a_changed_byte_hides_only_its_record_and_is_named(void **state)
{
    (void)state;
    const uint64_t seed = 5;
    struct rng rng = rng_seeded(seed);
    char path[1300];
    const char *dir = test_folder("store_byte");
    struct text bytes = make_victim(dir, path);
    print_message("# %zu bytes, seed %llu\n", bytes.n, (unsigned long long)seed);
    for (size_t at = 0; at < bytes.n; at++) {
        char old = bytes.p[at];
        bytes.p[at] = (char)(old + 1 + (int)rng_below(&rng, 255));
        bytes_write(path, bytes.p, bytes.n);
        struct survey v = look(dir, path);
        assert_int_equal(v.whole, at < SEGMENT_FIRST ? RECORDS : RECORDS - 1);
        assert_int_equal(v.damaged, 1);
        bytes.p[at] = old;
    }
    text_done(&bytes);
}

static void a_segment_cut_at_any_length_loses_only_what_is_cut(void **state)
{
    (void)state;
    char path[1300];
    const char *dir = test_folder("store_cut");
    struct text bytes = make_victim(dir, path);
    size_t ends[RECORDS], end = SEGMENT_FIRST;
    for (int i = 0; i < RECORDS; i++) {
        struct text payload = record_payload(i);
        ends[i] = end += 20 + 16 + payload.n;
        text_done(&payload);
    }
    assert_int_equal(end, bytes.n);
    for (size_t n = 0; n < bytes.n; n++) {
        int whole = 0;
        bytes_write(path, bytes.p, n);
        while (whole < RECORDS && ends[whole] <= n)
            whole++;
        struct survey v = look(dir, path);
        assert_int_equal(v.whole, whole);
        assert_int_equal(v.named, RECORDS - whole);
        assert_true(v.damaged >= 1);
    }
    text_done(&bytes);
}

static void garbage_of_many_bytes_never_becomes_a_result(void **state)
{
    (void)state;
    const uint64_t seed = 13;
    struct rng rng = rng_seeded(seed);
    char path[1300];
    const char *dir = test_folder("store_garbage");
    struct text bytes = make_victim(dir, path);
    print_message("# seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 1000; i++) {
        struct text bad = {0};
        text_add(&bad, bytes.p, bytes.n);
        size_t from = rng_below(&rng, bad.n), n = 1 + rng_below(&rng, 200);
        for (size_t k = from; k < bad.n && k < from + n; k++)
            bad.p[k] = (char)rng_below(&rng, 256);
        if (rng_below(&rng, 4) == 0) /* and cut, or longer */
            bad.n = from;
        else if (rng_below(&rng, 4) == 0)
            text_add(&bad, bytes.p + from, bytes.n - from);
        bytes_write(path, bad.p, bad.n);
        look(dir, path);
        text_done(&bad);
    }
    text_done(&bytes);
}

static void records_within_a_damaged_record_are_not_taken_for_results(void **state)
{
    (void)state;
    struct err e;
    const char *dir = test_folder("store_inner");
    struct result_store *s = rs_open(dir);
    struct text inner = {0};
    segment_begin(&inner);
    segment_add(&inner, "inner", str_of("not a result of this store"));
    segment_end(&inner, 1);
    const struct result_item items[] = {
        {"holder", {inner.p, inner.n}},
        {"next",   {"x", 1}          }
    };
    assert_ok(result_store_put_batch(s, "r", items, 2, &e), &e);
    result_store_close(s);
    struct text bytes = bytes_of(rs_path(dir, "r/segment-000001.bin"));
    bytes.p[SEGMENT_FIRST] ^= 1;
    bytes_write(rs_path(dir, "r/segment-000001.bin"), bytes.p, bytes.n);
    s = rs_open(dir);
    rs_expect_stream(s, "r", "next=x ", 1);
    rs_expect_error(s, "r", "inner", "record 1 at byte 24: damaged");
    result_store_close(s);
    text_done(&inner);
    text_done(&bytes);
}

static void another_version_of_a_segment_is_refused_by_name(void **state)
{
    (void)state;
    const char *dir = test_folder("store_version");
    char path[1300];
    struct text bytes = make_victim(dir, path);
    bytes.p[8] = 2;
    uint32_t crc = (uint32_t)crc32(0, (const unsigned char *)bytes.p, SEGMENT_FIRST - 4);
    memcpy(bytes.p + SEGMENT_FIRST - 4, &crc, sizeof crc);
    bytes_write(path, bytes.p, bytes.n);
    struct result_store *s = rs_open(dir);
    rs_expect_error(s, "r", rs_id(0),
                    "segment-000001.bin: expected version 1 of the format, found 2");
    result_store_close(s);
    text_done(&bytes);
}

static void the_name_of_a_damaged_record_is_told(void **state)
{
    (void)state;
    const char *dir = test_folder("store_named");
    char path[1300], words[100];
    struct text bytes = make_victim(dir, path);
    bytes.p[bytes.n - 1] ^= 1;
    bytes_write(path, bytes.p, bytes.n);
    struct result_store *s = rs_open(dir);
    snprintf(words, sizeof words, "segment-000001.bin: record %s at byte", rs_id(RECORDS - 1));
    rs_expect_error(s, "r", rs_id(RECORDS - 1), words);
    result_store_close(s);
    bytes.p[SEGMENT_FIRST + 2] ^= 1;
    bytes_write(path, bytes.p, bytes.n);
    s = rs_open(dir);
    rs_expect_error(s, "r", rs_id(0), "segment-000001.bin: record 1 at byte 24: damaged");
    rs_expect_error(s, "r", "never there", "result never there is lost, or in what is damaged");
    rs_put(s, "r", rs_id(0), "9");
    rs_expect(s, "r", rs_id(0), "9");
    result_store_close(s);
    text_done(&bytes);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    const char *dir = test_folder("store_fifo");
    struct result_store *s = rs_open(dir);
    rs_put(s, "r", "a", "1");
    assert_int_equal(mkfifo(rs_path(dir, "r/segment-000001.bin"), 0600), 0);
    rs_expect(s, "r", "a", "1");
    rs_expect_error(s, "r", "b", "segment-000001.bin: expected a file");
    result_store_close(s);
}

static void a_damaged_single_file_is_named(void **state)
{
    (void)state;
    const char *dir = test_folder("store_single");
    struct result_store *s = rs_open(dir);
    const char *const damage[] = {"", "{\"v\":12}", "{\"v\":1", "{\"v\":1\n", "{}\n{}\n", "\n"};
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        rs_put(s, "r", "a", "{\"v\":12}");
        rs_write_text(dir, "r/a.json", damage[i]);
        rs_expect_error(s, "r", "a", "results/r/a.json");
    }
    result_store_close(s);
}

static bool keep_even(void *context, const char *range, const char *id, struct str payload,
                      bool *keep, struct err *e)
{
    (void)context;
    (void)range;
    (void)payload;
    (void)e;
    *keep = (id[strlen(id) - 1] - '0') % 2 == 0;
    return true;
}

static void compacting_keeps_damaged_files_aside(void **state)
{
    (void)state;
    struct err e;
    char path[1300];
    const char *dir = test_folder("store_aside");
    struct text bytes = make_victim(dir, path);
    bytes.p[bytes.n - 1] ^= 1;
    bytes_write(path, bytes.p, bytes.n);
    rs_write_text(dir, "r/x0.json", "{");
    struct result_store *s = rs_open(dir);
    rs_put(s, "r", "y0", "1");
    struct result_store_compacted told;
    assert_ok(result_store_compact(s, "r", keep_even, NULL, &told, &e), &e);
    assert_int_equal(told.damaged, 2);
    assert_int_equal(told.kept + told.dropped, RECORDS);
    assert_true(io_exists(rs_path(dir, "r/segment-000001.bin.damaged")));
    assert_true(io_exists(rs_path(dir, "r/x0.json.damaged")));
    assert_false(io_exists(rs_path(dir, "r/y0.json")));
    rs_expect(s, "r", "y0", "1");
    rs_expect(s, "r", "x0", NULL);
    rs_expect(s, "r", rs_id(RECORDS - 1), NULL);
    result_store_close(s);
    text_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_changed_byte_hides_only_its_record_and_is_named),
        TEST(a_segment_cut_at_any_length_loses_only_what_is_cut),
        TEST(garbage_of_many_bytes_never_becomes_a_result),
        TEST(records_within_a_damaged_record_are_not_taken_for_results),
        TEST(another_version_of_a_segment_is_refused_by_name),
        TEST(the_name_of_a_damaged_record_is_told),
        TEST(what_is_no_file_is_refused),
        TEST(a_damaged_single_file_is_named),
        TEST(compacting_keeps_damaged_files_aside),
        TEST(rs_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("result_damage", tests, NULL, NULL);
}
