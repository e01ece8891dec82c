#include "harness/profile/rings.h"

#include "harness/base/mem.h"
#include "harness/base/rng.h"
#include "tests/test.h"

#include <linux/perf_event.h>
#include <string.h>

static const uint64_t chain[] = {0x401000, 0x402000, 0x403000};
static const unsigned char stack[24] = "what stands on the stack";

static struct record a_sample(uint64_t time_ns)
{
    struct record r = {.kind = RECORD_SAMPLE, .pid = 10, .tid = 11, .time_ns = time_ns};
    r.sample = (struct record_sample){.in_kernel = true,
                                      .chain = chain,
                                      .depth = 3,
                                      .has_registers = registers_perf_mask() != 0,
                                      .stack = stack,
                                      .stack_bytes = sizeof stack};
    for (int i = 0; i < REGISTERS; i++)
        r.sample.registers[i] = 1000U + (uint64_t)i;
    return r;
}

static struct record a_mapping(uint64_t time_ns)
{
    struct record r = {.kind = RECORD_MAPPING, .pid = 10, .tid = 10, .time_ns = time_ns};
    r.mapping = (struct record_mapping){0x1000, 0x3000, 0x2000, "/usr/bin/true"};
    return r;
}

static const uint64_t *words_of(const struct text *t)
{
    return (const uint64_t *)(const void *)t->p;
}

/* Written, then read. The text must outlive what is read. */
static struct record again(struct text *t, const struct record *r)
{
    struct record out;
    text_clear(t);
    record_write(t, r);
    assert_int_equal(t->n % sizeof(uint64_t), 0);
    assert_true(record_read(words_of(t), t->n / sizeof(uint64_t), &out));
    assert_int_equal(out.kind, r->kind);
    assert_int_equal(out.time_ns, r->kind == RECORD_OTHER ? 0 : r->time_ns);
    return out;
}

static void every_kind_reads_as_it_was_written(void **state)
{
    (void)state;
    struct text t = {0};
    struct record r = a_sample(77), got = again(&t, &r);
    assert_int_equal(got.pid, 10);
    assert_int_equal(got.tid, 11);
    assert_true(got.sample.in_kernel);
    assert_int_equal(got.sample.depth, 3);
    assert_memory_equal(got.sample.chain, chain, sizeof chain);
    if (got.sample.has_registers) {
        assert_memory_equal(got.sample.registers, r.sample.registers, sizeof r.sample.registers);
        assert_int_equal(got.sample.stack_bytes, sizeof stack);
        assert_memory_equal(got.sample.stack, stack, sizeof stack);
    }
    r = a_mapping(78);
    got = again(&t, &r);
    assert_int_equal(got.mapping.start, 0x1000);
    assert_int_equal(got.mapping.end, 0x3000);
    assert_int_equal(got.mapping.offset, 0x2000);
    assert_string_equal(got.mapping.path, "/usr/bin/true");
    r = (struct record){.kind = RECORD_FORK, .pid = 12, .parent = 10, .tid = 12, .time_ns = 79};
    got = again(&t, &r);
    assert_int_equal(got.pid, 12);
    assert_int_equal(got.parent, 10);
    r = (struct record){.kind = RECORD_EXEC, .pid = 12, .tid = 12, .time_ns = 80};
    assert_int_equal(again(&t, &r).pid, 12);
    r = (struct record){.kind = RECORD_LOST, .lost = 5, .time_ns = 81};
    assert_int_equal(again(&t, &r).lost, 5);
    text_done(&t);
}

static void a_thread_is_no_fork(void **state)
{
    (void)state;
    struct text t = {0};
    struct record got, r = {.kind = RECORD_FORK, .pid = 10, .parent = 10, .tid = 12, .time_ns = 79};
    record_write(&t, &r);
    assert_true(record_read(words_of(&t), t.n / sizeof(uint64_t), &got));
    assert_int_equal(got.kind, RECORD_OTHER);
    text_done(&t);
}

/* The kernel has two forms of it. */
static void what_was_lost_is_read_in_both_forms(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        uint64_t words[4];
    } rows[] = {
        {PERF_RECORD_LOST,         {99, 5, 0, 7}},
        {PERF_RECORD_LOST_SAMPLES, {5, 0, 0, 7} },
    };
    for (int i = 0; i < 2; i++) {
        struct perf_event_header header = {.type = rows[i].type, .size = 40};
        uint64_t words[5];
        struct record r;
        memcpy(words, &header, sizeof header);
        memcpy(words + 1, rows[i].words, sizeof rows[i].words);
        assert_true(record_read(words, 5, &r));
        assert_int_equal(r.kind, RECORD_LOST);
        assert_int_equal(r.lost, 5);
        assert_int_equal(r.time_ns, 7);
    }
}

/* Markers (PERF_CONTEXT_USER) stand before the addresses of each part. */
static void markers_are_no_addresses(void **state)
{
    (void)state;
    struct text t = {0};
    const uint64_t marked[] = {(uint64_t)PERF_CONTEXT_USER, 0x401000, 0x402000};
    struct record r = a_sample(1);
    r.sample.chain = marked;
    struct record got = again(&t, &r);
    assert_int_equal(got.sample.depth, 2);
    assert_int_equal(got.sample.chain[0], 0x401000);
    text_done(&t);
}

/* A record that is cut short, or whose counts are too large, is refused; nothing is read past its
 * end (the sanitiser build looks). */
static void damaged_records_are_refused(void **state)
{
    (void)state;
    struct text t = {0};
    struct rng rng = rng_seeded(5);
    struct record out, r = a_sample(7);
    int refused = 0;
    record_write(&t, &r);
    size_t n = t.n / sizeof(uint64_t);
    for (size_t cut = 0; cut < n; cut++) {
        uint64_t *copy = mem_alloc(MEM_BASE, cut * sizeof *copy + 1);
        memcpy(copy, t.p, cut * sizeof *copy);
        struct perf_event_header header;
        assert_false(record_read(copy, cut, &out)); /* its header tells another size */
        if (cut > 0) {
            memcpy(&header, copy, sizeof header);
            header.size = (uint16_t)(cut * sizeof *copy);
            memcpy(copy, &header, sizeof header);
            assert_false(record_read(copy, cut, &out));
        }
        mem_free(MEM_BASE, copy);
    }
    for (int round = 0; round < 20000; round++) {
        uint64_t copy[64];
        assert_true(n <= 64);
        memcpy(copy, t.p, t.n);
        copy[1 + rng_below(&rng, n - 1)] =
            rng_below(&rng, 2) ? rng_next(&rng) : rng_below(&rng, 99);
        refused += !record_read(copy, n, &out);
    }
    assert_true(refused > 0);
    text_done(&t);
}

struct seen {
    uint64_t times[64], lost;
    enum record_kind kinds[64];
    int n;
};

static void see(void *context, const struct record *r)
{
    struct seen *s = context;
    s->times[s->n] = r->time_ns;
    s->kinds[s->n++] = r->kind;
    s->lost += r->lost;
}

/* The kernel's half: data at the ring's head, whose position counts on for ever. */
static void ring_put(struct perf_event_mmap_page *page, unsigned char *data, size_t bytes,
                     const struct record *r)
{
    struct text t = {0};
    record_write(&t, r);
    for (size_t i = 0; i < t.n; i++)
        data[(page->data_head + i) % bytes] = (unsigned char)t.p[i];
    page->data_head += t.n;
    text_done(&t);
}

static void records_go_round_the_ring(void **state)
{
    (void)state;
    enum { BYTES = 1024, ROUNDS = 500 };
    static unsigned char data[BYTES];
    static struct perf_event_mmap_page page;
    page.data_head = page.data_tail = 3 * BYTES - 16; /* soon at its end */
    uint64_t lost = 0;
    for (uint64_t i = 1; i <= ROUNDS; i++) {
        struct queue q = {.count = 0};
        struct seen seen = {.n = 0};
        struct record sample = a_sample(2 * i), mapping = a_mapping(2 * i + 1),
                      gone = {.kind = RECORD_LOST, .lost = i, .time_ns = 2 * i + 1};
        ring_put(&page, data, BYTES, &sample);
        ring_put(&page, data, BYTES, &mapping);
        ring_put(&page, data, BYTES, &gone);
        rings_drain(&page, data, BYTES, &q);
        assert_int_equal(page.data_tail, page.data_head);
        queue_flush(&q, UINT64_MAX, see, &seen);
        assert_int_equal(seen.n, 3);
        assert_int_equal(seen.times[0], 2 * i);
        assert_int_equal(seen.kinds[1], RECORD_MAPPING);
        assert_int_equal(q.damaged, 0);
        lost += seen.lost;
        queue_done(&q);
    }
    assert_int_equal(lost, ROUNDS * (ROUNDS + 1) / 2);
}

static void a_ring_that_makes_no_sense_is_given_up(void **state)
{
    (void)state;
    enum { BYTES = 256 };
    static unsigned char data[BYTES];
    static struct perf_event_mmap_page page;
    struct queue q = {.count = 0};
    page.data_head = 64; /* zeros: a record of no size */
    rings_drain(&page, data, BYTES, &q);
    assert_int_equal(page.data_tail, 64);
    assert_int_equal(q.damaged, 1);
    queue_done(&q);
}

/* Two CPUs' rings, read one after the other: by time, what is young waits, and at the same time what came
 * first is first. */
static void records_come_by_time(void **state)
{
    (void)state;
    static const uint64_t times[] = {10, 30, 50, 20, 40, 60, 30};
    static const uint64_t ordered[] = {10, 20, 30, 30, 40, 50, 60};
    struct queue q = {.count = 0};
    struct seen seen = {.n = 0};
    struct text t = {0};
    for (int i = 0; i < 7; i++) {
        struct record r = i == 6 ? a_mapping(times[i]) : a_sample(times[i]);
        text_clear(&t);
        record_write(&t, &r);
        queue_add(&q, words_of(&t), t.n / sizeof(uint64_t));
    }
    queue_flush(&q, 35, see, &seen);
    assert_int_equal(seen.n, 4);
    queue_flush(&q, 35, see, &seen);
    assert_int_equal(seen.n, 4);
    queue_flush(&q, UINT64_MAX, see, &seen);
    assert_int_equal(seen.n, 7);
    for (int i = 0; i < 7; i++)
        assert_int_equal(seen.times[i], ordered[i]);
    assert_int_equal(seen.kinds[2], RECORD_SAMPLE);
    assert_int_equal(seen.kinds[3], RECORD_MAPPING);
    text_done(&t);
    queue_done(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_reads_as_it_was_written),
        TEST(a_thread_is_no_fork),
        TEST(what_was_lost_is_read_in_both_forms),
        TEST(markers_are_no_addresses),
        TEST(damaged_records_are_refused),
        TEST(records_go_round_the_ring),
        TEST(a_ring_that_makes_no_sense_is_given_up),
        TEST(records_come_by_time),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
