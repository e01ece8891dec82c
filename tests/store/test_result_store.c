#include "kernels/store/result_store.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "harness/base/rng.h"
#include "kernels/store/result_store_segment.h"

#include "tests/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static struct result_item item(const char *id, const char *payload)
{
    return (struct result_item){id, str_of(payload)};
}

static struct result_store *open_store(const char *dir)
{
    struct err e;
    struct result_store *s = result_store_open(dir, &e);
    assert_ok(s, &e);
    return s;
}

static void put(struct result_store *s, const char *range, const char *id, const char *payload)
{
    struct err e;
    struct result_item one = item(id, payload);
    assert_ok(result_store_put(s, range, &one, &e), &e);
}

static void put_two(struct result_store *s, const char *range, struct result_item a,
                    struct result_item b)
{
    struct err e;
    struct result_item both[] = {a, b};
    assert_ok(result_store_put_batch(s, range, both, 2, &e), &e);
}

static void expect(struct result_store *s, const char *range, const char *id, const char *payload)
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

static void expect_error(struct result_store *s, const char *range, const char *id,
                         const char *words)
{
    struct err e = {0};
    struct text out = {0};
    bool found = true;
    assert_false(result_store_get(s, range, id, &out, &found, &e));
    assert_false(found);
    assert_says(&e, words);
    text_done(&out);
}

static const char *path_in(const char *dir, const char *name)
{
    static char path[1300];
    snprintf(path, sizeof path, "%s/results/%s", dir, name);
    return path;
}

/* Not durable, so that thousands of damaged files take no time. */
static void write_bytes(const char *path, const char *bytes, size_t n)
{
    struct err e;
    int fd = io_open(path, O_WRONLY | O_CREAT | O_TRUNC, &e);
    assert_ok(fd >= 0 && io_write(fd, bytes, n, &e), &e);
    io_close(fd);
}

static void write_text(const char *dir, const char *name, const char *content)
{
    write_bytes(path_in(dir, name), content, strlen(content));
}

static struct text file_bytes(const char *path)
{
    struct err e;
    struct text bytes = {0};
    assert_ok(io_read_file(path, &bytes, &e), &e);
    return bytes;
}

struct seen {
    struct text list;
    int stop_after;
};

static bool note(void *context, const char *range, const char *id, struct err *e)
{
    struct seen *seen = context;
    text_printf(&seen->list, "%s/%s ", range, id);
    return --seen->stop_after != 0 || err_input(e, "enough");
}

static void expect_each(struct result_store *s, const char *list, long damaged_lines)
{
    struct err e;
    struct seen seen = {0};
    long damaged;
    text_puts(&seen.list, "");
    assert_ok(result_store_each(s, note, &seen, &damaged, &e), &e);
    assert_string_equal(seen.list.p, list);
    assert_int_equal(damaged, damaged_lines);
    text_done(&seen.list);
}

static bool note_payload(void *context, const char *range, const char *id, struct str payload,
                         struct err *e)
{
    (void)range;
    (void)e;
    text_printf(context, "%s=%.*s ", id, (int)payload.n, payload.p);
    return true;
}

static void expect_stream(struct result_store *s, const char *range, const char *list,
                          long damaged_places)
{
    struct err e;
    struct text seen = {0};
    long damaged;
    text_puts(&seen, "");
    assert_ok(result_store_stream(s, range, note_payload, &seen, &damaged, &e), &e);
    assert_string_equal(seen.p, list);
    assert_int_equal(damaged, damaged_places);
    text_done(&seen);
}

static void both_forms_are_read_alike(void **state)
{
    (void)state;
    const char *dir = test_folder("store_forms");
    struct result_store *s = open_store(dir);
    put(s, "r1", "single", "{\"x\":1}");
    put_two(s, "r1", item("b1", "[1,2]"), item("b2", "\"t\""));
    put_two(s, "r2", item("c", "3"), item("b1", "{}"));
    expect(s, "r1", "single", "{\"x\":1}");
    expect(s, "r1", "b2", "\"t\"");
    expect(s, "r1", "b1", "[1,2]");
    expect(s, "r2", "b1", "{}");
    expect(s, "r2", "single", NULL);
    expect(s, "never", "single", NULL);
    expect_each(s, "r1/b1 r1/b2 r1/single r2/b1 r2/c ", 0);
    result_store_close(s);
    s = open_store(dir);
    expect_each(s, "r1/b1 r1/b2 r1/single r2/b1 r2/c ", 0);
    expect(s, "r1", "b2", "\"t\"");
    result_store_close(s);
    result_store_close(NULL);
}

static void what_is_written_after_indexing_is_found(void **state)
{
    (void)state;
    struct result_store *s = open_store(test_folder("store_after"));
    expect(s, "r", "a", NULL);
    put_two(s, "r", item("a", "1"), item("a", "22"));
    put_two(s, "r", item("b", "3"), item("c", "{\"k\":[4]}"));
    put(s, "r", "d", "5");
    expect(s, "r", "a", "22");
    expect(s, "r", "b", "3");
    expect(s, "r", "c", "{\"k\":[4]}");
    expect(s, "r", "d", "5");
    result_store_close(s);
}

static void what_was_stored_last_counts(void **state)
{
    (void)state;
    const char *dir = test_folder("store_twice");
    struct result_store *s = open_store(dir);
    put_two(s, "r", item("a", "1"), item("b", "1"));
    put_two(s, "r", item("a", "2"), item("a", "3"));
    put(s, "r", "b", "4");
    put(s, "r", "c", "5");
    put_two(s, "r", item("c", "6"), item("d", "6"));
    for (int reopened = 0; reopened < 2; reopened++) {
        expect(s, "r", "a", "3");
        expect(s, "r", "b", "4");
        expect(s, "r", "c", "6");
        expect_each(s, "r/a r/b r/c r/d ", 0);
        expect_stream(s, "r", "a=3 c=6 d=6 b=4 ", 0);
        expect(s, "r", "d", "6");
        expect(s, "r", "a", "3");
        expect_stream(s, NULL, "a=3 c=6 d=6 b=4 ", 0); /* with an index */
        result_store_close(s);
        s = open_store(dir);
    }
    result_store_close(s);
}

static void segment_numbers_go_on_after_the_highest(void **state)
{
    (void)state;
    const char *dir = test_folder("store_numbers");
    char from[1300];
    struct err e;
    struct result_store *s = open_store(dir);
    put_two(s, "r", item("a", "1"), item("b", "1"));
    snprintf(from, sizeof from, "%s", path_in(dir, "r/segment-000001.bin"));
    assert_ok(io_rename(from, path_in(dir, "r/segment-000041.bin"), &e), &e);
    write_text(dir, "r/segment-99.bin", "not a name that we write\n");
    write_text(dir, "r/segment-000050.bin.tmp.77", "cupelseg");
    write_text(dir, "r/x.json.tmp.77", "{");
    result_store_close(s);
    s = open_store(dir);
    put_two(s, "r", item("d", "1"), item("e", "1"));
    assert_true(io_exists(path_in(dir, "r/segment-000042.bin")));
    expect_each(s, "r/a r/b r/d r/e ", 0);
    result_store_close(s);
}

static void names_that_are_no_names_are_refused(void **state)
{
    (void)state;
    char long_name[130];
    memset(long_name, 'x', 129);
    long_name[129] = '\0';
    const char *const bad[] = {"",     ".",     "..",   ".hidden", "a/b",  "../up",
                               "a\nb", "a\x01", "\x7f", "a\\b",    "a\"b", long_name};
    struct result_store *s = open_store(test_folder("store_names"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e;
        struct result_item one = item("ok", "1"), other = item(bad[i], "1");
        assert_false(result_store_put(s, bad[i], &one, &e));
        assert_says(&e, "result store: range");
        assert_false(result_store_put(s, "ok", &other, &e));
        assert_says(&e, "result store: id");
        assert_false(result_store_put_batch(s, bad[i], &one, 1, &e));
        assert_false(result_store_put_batch(s, "ok", &other, 1, &e));
        expect_error(s, bad[i], "ok", "range");
        expect_error(s, "ok", bad[i], "id");
    }
    put(s, long_name + 1, long_name + 1, "128");
    expect(s, long_name + 1, long_name + 1, "128");
    result_store_close(s);
}

static void the_payload_of_a_single_file_is_one_line(void **state)
{
    (void)state;
    struct err e;
    struct result_store *s = open_store(test_folder("store_payload"));
    const struct result_item bad[] = {item("a", ""), item("a", "{\n}"), item("a", "1\t")};
    for (size_t i = 0; i < 3; i++) {
        assert_false(result_store_put(s, "r", &bad[i], &e));
        assert_says(&e, "one line");
    }
    assert_false(result_store_put_batch(s, "r", &bad[0], 1, &e));
    assert_says(&e, "expected a payload of 1 byte to 1 GB, found 0");
    expect_each(s, "", 0);
    result_store_close(s);
}

/* Bytes that look like records, zero bytes, and more than a reader's buffer. */
static void a_batch_holds_any_bytes(void **state)
{
    (void)state;
    enum { LARGE = 200000 };
    struct err e;
    const char *dir = test_folder("store_bytes");
    struct result_store *s = open_store(dir);
    struct text inner = {0}, large = {0};
    segment_begin(&inner);
    segment_add(&inner, "inner", str_of("not a result of this store"));
    segment_end(&inner, 1);
    for (int i = 0; i < LARGE; i++)
        text_add(&large, (const char[]){(char)(rng_mix((uint64_t)i) >> 5)}, 1);
    const struct result_item items[] = {
        {"zero",         {"\0\n\0\xf1rec", 7}},
        {"inner-holder", {inner.p, inner.n}  },
        {"large",        {large.p, large.n}  },
        {"last",         {"x", 1}            },
    };
    assert_ok(result_store_put_batch(s, "r", items, 4, &e), &e);
    for (int reopened = 0; reopened < 2; reopened++) {
        for (int i = 3; i >= 0; i--) {
            struct text out = {0};
            bool found;
            assert_ok(result_store_get(s, "r", items[i].id, &out, &found, &e), &e);
            assert_true(found && out.n == items[i].payload.n);
            assert_memory_equal(out.p, items[i].payload.p, out.n);
            text_done(&out);
        }
        expect(s, "r", "inner", NULL);
        result_store_close(s);
        s = open_store(dir);
    }
    result_store_close(s);
    text_done(&inner);
    text_done(&large);
}

/* ---- damage ------------------------------------------------------------------------------------ */

enum { RECORDS = 6 };

static const char *record_id(int i)
{
    static char id[17];
    snprintf(id, sizeof id, "%016llx", (unsigned long long)rng_mix((uint64_t)i + 3));
    return id;
}

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
    struct result_store *s = open_store(dir);
    for (int i = 0; i < RECORDS; i++) {
        payloads[i] = record_payload(i);
        items[i] = (struct result_item){
            arena_text(&ids, record_id(i)), {payloads[i].p, payloads[i].n}
        };
    }
    assert_ok(result_store_put_batch(s, "r", items, RECORDS, &e), &e);
    for (int i = 0; i < RECORDS; i++)
        text_done(&payloads[i]);
    result_store_close(s);
    arena_done(&ids);
    snprintf(path, 1300, "%s", path_in(dir, "r/segment-000001.bin"));
    return file_bytes(path);
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
        if (strcmp(id, record_id(i)) == 0 &&
            str_equal(payload, (struct str){expected.p, expected.n}))
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
    struct result_store *s = open_store(dir);
    for (int i = 0; i < RECORDS; i++) {
        struct text out = {0}, expected = record_payload(i);
        bool found;
        if (result_store_get(s, "r", record_id(i), &out, &found, &e)) {
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
        write_bytes(path, bytes.p, bytes.n);
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
        write_bytes(path, bytes.p, n);
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
        write_bytes(path, bad.p, bad.n);
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
    struct result_store *s = open_store(dir);
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
    struct text bytes = file_bytes(path_in(dir, "r/segment-000001.bin"));
    bytes.p[SEGMENT_FIRST] ^= 1;
    write_bytes(path_in(dir, "r/segment-000001.bin"), bytes.p, bytes.n);
    s = open_store(dir);
    expect_stream(s, "r", "next=x ", 1);
    expect_error(s, "r", "inner", "record 1 at byte 24: damaged");
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
    write_bytes(path, bytes.p, bytes.n);
    struct result_store *s = open_store(dir);
    expect_error(s, "r", record_id(0),
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
    write_bytes(path, bytes.p, bytes.n);
    struct result_store *s = open_store(dir);
    snprintf(words, sizeof words, "segment-000001.bin: record %s at byte", record_id(RECORDS - 1));
    expect_error(s, "r", record_id(RECORDS - 1), words);
    result_store_close(s);
    bytes.p[SEGMENT_FIRST + 2] ^= 1;
    write_bytes(path, bytes.p, bytes.n);
    s = open_store(dir);
    expect_error(s, "r", record_id(0), "segment-000001.bin: record 1 at byte 24: damaged");
    expect_error(s, "r", "never there", "result never there is lost, or in what is damaged");
    put(s, "r", record_id(0), "9");
    expect(s, "r", record_id(0), "9");
    result_store_close(s);
    text_done(&bytes);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    const char *dir = test_folder("store_fifo");
    struct result_store *s = open_store(dir);
    put(s, "r", "a", "1");
    assert_int_equal(mkfifo(path_in(dir, "r/segment-000001.bin"), 0600), 0);
    expect(s, "r", "a", "1");
    expect_error(s, "r", "b", "segment-000001.bin: expected a file");
    result_store_close(s);
}

static void a_damaged_single_file_is_named(void **state)
{
    (void)state;
    const char *dir = test_folder("store_single");
    struct result_store *s = open_store(dir);
    const char *const damage[] = {"", "{\"v\":12}", "{\"v\":1", "{\"v\":1\n", "{}\n{}\n", "\n"};
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        put(s, "r", "a", "{\"v\":12}");
        write_text(dir, "r/a.json", damage[i]);
        expect_error(s, "r", "a", "results/r/a.json");
    }
    result_store_close(s);
}

static void each_stops_at_false(void **state)
{
    (void)state;
    struct result_store *s = open_store(test_folder("store_stop"));
    put(s, "r", "a", "1");
    put_two(s, "r", item("b", "1"), item("c", "1"));
    struct seen seen = {.stop_after = 2};
    struct err e;
    long damaged;
    assert_false(result_store_each(s, note, &seen, &damaged, &e));
    assert_string_equal(seen.list.p, "r/a r/b ");
    assert_says(&e, "enough");
    text_done(&seen.list);
    result_store_close(s);
}

struct cost {
    int opens, reads, writes, syncs, renames, removes;
};

static void expect_cost(struct io_counts *before, struct cost cost)
{
    struct io_counts now = io_counts_now();
    assert_int_equal(now.calls[IO_OPEN] - before->calls[IO_OPEN], cost.opens);
    assert_int_equal(now.calls[IO_READ] - before->calls[IO_READ], cost.reads);
    assert_int_equal(now.calls[IO_WRITE] - before->calls[IO_WRITE], cost.writes);
    assert_int_equal(now.calls[IO_SYNC] - before->calls[IO_SYNC], cost.syncs);
    assert_int_equal(now.calls[IO_RENAME] - before->calls[IO_RENAME], cost.renames);
    assert_int_equal(now.calls[IO_REMOVE] - before->calls[IO_REMOVE], cost.removes);
    *before = now;
}

static void writes_cost_what_the_header_says(void **state)
{
    (void)state;
    const char *dir = test_folder("store_cost");
    struct io_counts at = io_counts_now();
    struct result_store *s = open_store(dir);
    expect_cost(&at, (struct cost){.opens = 1, .syncs = 1});
    put(s, "r", "a", "1");
    expect_cost(&at, (struct cost){.opens = 3, .writes = 1, .syncs = 3, .renames = 1});
    put(s, "r", "b", "1");
    expect_cost(&at, (struct cost){.opens = 2, .writes = 1, .syncs = 2, .renames = 1});
    put_two(s, "r", item("c", "1"), item("d", "1")); /* lists the folder */
    expect_cost(&at, (struct cost){.opens = 3, .writes = 1, .syncs = 2, .renames = 1});
    put_two(s, "r", item("e", "1"), item("f", "1"));
    expect_cost(&at, (struct cost){.opens = 2, .writes = 1, .syncs = 2, .renames = 1});
    put_two(s, "new", item("e", "1"), item("f", "1"));
    expect_cost(&at, (struct cost){.opens = 3, .writes = 1, .syncs = 3, .renames = 1});
    put_two(s, "r", item("a", "2"), item("b", "2")); /* takes away two single files */
    expect_cost(&at,
                (struct cost){.opens = 3, .writes = 1, .syncs = 3, .renames = 1, .removes = 2});
    result_store_close(s);
    s = open_store(dir);
    expect_cost(&at, (struct cost){0});
    result_store_close(s);
}

enum { SEGMENTS = 5, A_SEGMENT = 4 };

/* Results in the order of storing are s0-0, s0-1, ... */
static const char *stored_id(int i)
{
    static char id[20];
    snprintf(id, sizeof id, "s%d-%d", i / A_SEGMENT, i % A_SEGMENT);
    return id;
}

static struct result_store *make_segments(const char *dir)
{
    struct err e;
    struct result_store *s = open_store(dir);
    for (int k = 0; k < SEGMENTS; k++) {
        char ids[A_SEGMENT][20];
        struct result_item items[A_SEGMENT];
        for (int i = 0; i < A_SEGMENT; i++) {
            snprintf(ids[i], sizeof ids[i], "%s", stored_id(k * A_SEGMENT + i));
            items[i] = item(ids[i], "7");
        }
        assert_ok(result_store_put_batch(s, "r", items, A_SEGMENT, &e), &e);
    }
    result_store_close(s);
    return open_store(dir);
}

static void gets_in_the_order_of_storing_open_each_segment_twice(void **state)
{
    (void)state;
    struct result_store *s = make_segments(test_folder("store_order"));
    struct io_counts at = io_counts_now();
    for (int i = 0; i < SEGMENTS * A_SEGMENT; i += i % 7 ? 1 : 2) /* with gaps */
        expect(s, "r", stored_id(i), "7");
    /* the folder; each for repeated ids; each again */
    expect_cost(&at, (struct cost){.opens = 1 + 2 * SEGMENTS, .reads = 2 * SEGMENTS});
    expect(s, "r", stored_id(SEGMENTS * A_SEGMENT - 1), "7"); /* the same again: back */
    expect_cost(&at, (struct cost){.opens = SEGMENTS, .reads = SEGMENTS});
    expect(s, "r", stored_id(SEGMENTS * A_SEGMENT - 2), "7"); /* indexed; it is open */
    expect_cost(&at, (struct cost){0});
    expect(s, "r", stored_id(0), "7");
    expect(s, "r", "absent", NULL);
    expect_cost(&at, (struct cost){.opens = 1, .reads = 1});
    result_store_close(s);
}

static void a_stream_opens_each_segment_twice_and_a_single_file_once(void **state)
{
    (void)state;
    struct result_store *s = make_segments(test_folder("store_stream_cost"));
    struct io_counts at = io_counts_now();
    struct text seen = {0};
    struct err e;
    long damaged;
    assert_ok(result_store_stream(s, NULL, note_payload, &seen, &damaged, &e), &e);
    /* two folders */
    expect_cost(&at, (struct cost){.opens = 2 + 2 * SEGMENTS, .reads = 2 * SEGMENTS});
    assert_int_equal(seen.n, SEGMENTS * A_SEGMENT * strlen("s0-0=7 "));
    text_done(&seen);
    put(s, "r", "x", "1");
    at = io_counts_now();
    expect_stream(s, "never", "", 0);
    expect_cost(&at, (struct cost){0});
    assert_ok(result_store_stream(s, "r", note_payload, &seen, &damaged, &e), &e);
    expect_cost(&at, (struct cost){.opens = SEGMENTS + 2, .reads = SEGMENTS + 2});
    text_done(&seen);
    result_store_close(s);
}

static bool add_length(void *context, const char *range, const char *id, struct str payload,
                       struct err *e)
{
    (void)range;
    (void)id;
    (void)e;
    *(uint64_t *)context += payload.n;
    return true;
}

/* Of a pass through 1,000 and 20,000 results: the most that was held, less what the first holds. */
static void reading_in_order_takes_the_same_memory_at_any_size(void **state)
{
    (void)state;
    uint64_t held[2] = {0};
    static const int sizes[2] = {1000, 20000};
    for (int k = 0; k < 2; k++) {
        struct err e;
        const char *dir = test_folder("store_flat");
        struct result_store *s = open_store(dir);
        char ids[50][20];
        struct result_item items[50];
        for (int i = 0; i < sizes[k]; i++) {
            snprintf(ids[i % 50], sizeof ids[0], "%s", record_id(i));
            items[i % 50] = item(ids[i % 50], "{\"some\":\"payload\"}");
            if (i % 50 == 49)
                assert_ok(result_store_put_batch(s, "r", items, 50, &e), &e);
        }
        result_store_close(s);
        s = open_store(dir);
        for (int i = 0; i < sizes[k]; i++)
            expect(s, "r", record_id(i), "{\"some\":\"payload\"}");
        uint64_t bytes = 0;
        long damaged;
        assert_ok(result_store_stream(s, NULL, add_length, &bytes, &damaged, &e), &e);
        assert_int_equal(bytes, (uint64_t)sizes[k] * strlen("{\"some\":\"payload\"}"));
        held[k] = mem_counts(MEM_RESULTS).held_bytes;
        print_message("# %d results: %llu bytes held\n", sizes[k], (unsigned long long)held[k]);
        expect(s, "r", record_id(0), "{\"some\":\"payload\"}"); /* back: indexed */
        uint64_t indexed = mem_counts(MEM_RESULTS).held_bytes - held[k];
        print_message("# index: %.1f bytes a result\n", (double)indexed / sizes[k]);
        assert_true(indexed <= 40 * (uint64_t)sizes[k]);
        result_store_close(s);
    }
    assert_true(held[1] - held[0] <= 2 * 4 * 20000 / 50 + 1024); /* numbers of segments */
}

/* ---- compacting -------------------------------------------------------------------------------- */

static bool keep_even(void *context, const char *range, const char *id, struct str payload,
                      bool *keep, struct err *e)
{
    (void)context;
    (void)range;
    (void)payload;
    *keep = (id[strlen(id) - 1] - '0') % 2 == 0;
    return strcmp(id, "never9") != 0 || err_input(e, "enough");
}

static void compacting_keeps_what_it_is_told(void **state)
{
    (void)state;
    struct err e;
    const char *dir = test_folder("store_compact");
    struct result_store *s = open_store(dir);
    struct result_store_compacted told;
    put_two(s, "r", item("a1", "1"), item("a2", "old"));
    put_two(s, "r", item("a2", "2"), item("a4", "4"));
    put(s, "r", "b2", "22");
    put(s, "r", "b3", "33");
    put(s, "r", "a4", "44");
    put_two(s, "q", item("a1", "1"), item("a2", "2"));
    assert_ok(result_store_compact(s, "r", keep_even, NULL, &told, &e), &e);
    assert_int_equal(told.kept, 3);
    assert_int_equal(told.dropped, 2);
    assert_int_equal(told.damaged, 0);
    for (int reopened = 0; reopened < 2; reopened++) {
        expect_each(s, "q/a1 q/a2 r/a2 r/a4 r/b2 ", 0);
        expect(s, "r", "a2", "2");
        expect(s, "r", "b2", "22");
        expect_stream(s, "q", "a1=1 a2=2 ", 0);
        expect(s, "r", "a1", NULL);
        expect(s, "r", "b3", NULL);
        expect(s, "r", "a4", "44");
        result_store_close(s);
        s = open_store(dir);
    }
    assert_true(io_exists(path_in(dir, "r/segment-000003.bin")));
    assert_false(io_exists(path_in(dir, "r/segment-000002.bin")));
    assert_false(io_exists(path_in(dir, "r/b2.json")));
    assert_ok(result_store_compact(s, "absent", keep_even, NULL, &told, &e), &e);
    assert_int_equal(told.kept + told.dropped, 0);
    put_two(s, "r", item("never9", "1"), item("c2", "1"));
    assert_false(result_store_compact(s, "r", keep_even, NULL, &told, &e));
    assert_says(&e, "enough");
    expect_each(s, "q/a1 q/a2 r/a2 r/a4 r/b2 r/c2 r/never9 ", 0);
    result_store_close(s);
}

static void compacting_keeps_damaged_files_aside(void **state)
{
    (void)state;
    struct err e;
    char path[1300];
    const char *dir = test_folder("store_aside");
    struct text bytes = make_victim(dir, path);
    bytes.p[bytes.n - 1] ^= 1;
    write_bytes(path, bytes.p, bytes.n);
    write_text(dir, "r/x0.json", "{");
    struct result_store *s = open_store(dir);
    put(s, "r", "y0", "1");
    struct result_store_compacted told;
    assert_ok(result_store_compact(s, "r", keep_even, NULL, &told, &e), &e);
    assert_int_equal(told.damaged, 2);
    assert_int_equal(told.kept + told.dropped, RECORDS);
    assert_true(io_exists(path_in(dir, "r/segment-000001.bin.damaged")));
    assert_true(io_exists(path_in(dir, "r/x0.json.damaged")));
    assert_false(io_exists(path_in(dir, "r/y0.json")));
    expect(s, "r", "y0", "1");
    expect(s, "r", "x0", NULL);
    expect(s, "r", record_id(RECORDS - 1), NULL);
    result_store_close(s);
    text_done(&bytes);
}

static void a_removed_single_file_is_gone(void **state)
{
    (void)state;
    struct err e;
    const char *dir = test_folder("store_remove");
    struct result_store *s = open_store(dir);
    put_two(s, "r", item("a", "1"), item("b", "1"));
    put(s, "r", "a", "2");
    put(s, "r", "c", "3");
    assert_ok(result_store_remove(s, "r", "c", &e), &e);
    assert_ok(result_store_remove(s, "r", "c", &e), &e);
    assert_ok(result_store_remove(s, "r", "a", &e), &e);
    assert_ok(result_store_remove(s, "r", "b", &e), &e);
    expect_each(s, "r/a r/b ", 0); /* the records stay */
    expect(s, "r", "a", "1");
    result_store_close(s);
}

static void all_memory_is_given_back(void **state)
{
    (void)state;
    assert_int_equal(mem_counts(MEM_RESULTS).held_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_forms_are_read_alike),
        TEST(what_is_written_after_indexing_is_found),
        TEST(what_was_stored_last_counts),
        TEST(segment_numbers_go_on_after_the_highest),
        TEST(names_that_are_no_names_are_refused),
        TEST(the_payload_of_a_single_file_is_one_line),
        TEST(a_batch_holds_any_bytes),
        TEST(a_changed_byte_hides_only_its_record_and_is_named),
        TEST(a_segment_cut_at_any_length_loses_only_what_is_cut),
        TEST(garbage_of_many_bytes_never_becomes_a_result),
        TEST(records_within_a_damaged_record_are_not_taken_for_results),
        TEST(another_version_of_a_segment_is_refused_by_name),
        TEST(the_name_of_a_damaged_record_is_told),
        TEST(what_is_no_file_is_refused),
        TEST(a_damaged_single_file_is_named),
        TEST(each_stops_at_false),
        TEST(writes_cost_what_the_header_says),
        TEST(gets_in_the_order_of_storing_open_each_segment_twice),
        TEST(a_stream_opens_each_segment_twice_and_a_single_file_once),
        TEST(reading_in_order_takes_the_same_memory_at_any_size),
        TEST(compacting_keeps_what_it_is_told),
        TEST(compacting_keeps_damaged_files_aside),
        TEST(a_removed_single_file_is_gone),
        TEST(all_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("result_store", tests, NULL, NULL);
}
