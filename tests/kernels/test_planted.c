/* The kernels that measure the harness: what is planted is there, to the byte and the call, and nothing
 * of it is in the digest. */
#include "kernels/registry.h"
#include "kernels/stream.h"

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "tests/test.h"

#include <string.h>

static struct arena arena;

/* A prepared run of the kernel with settings as JSON text; *k is the kernel. */
static void *prepared(const char *name, const char *settings, const char *folder, uint64_t seed,
                      const struct kernel **k)
{
    struct err e = {0};
    *k = kernel_find(name, &e);
    assert_ok(*k != NULL, &e);
    struct json *object = json_parse(str_of(settings), "settings", &e);
    assert_ok(object != NULL, &e);
    void *filled = arena_alloc(&arena, (*k)->settings_size);
    opt_defaults((*k)->options, filled, &arena);
    assert_ok(opt_from_json((*k)->options, filled, object, &arena, &e), &e);
    json_free(object);
    const struct kernel_case c = {
        .settings = filled, .state_dir = folder ? test_folder(folder) : NULL, .seed = seed};
    void *context = (*k)->prepare(&c, &e);
    assert_ok(context != NULL, &e);
    return context;
}

struct run {
    char digest[KERNEL_DIGEST_HEX];
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    int n;
};

/* All jobs of the files kernel, `cut` at a time. */
static struct run files_run(const char *settings, uint64_t seed, long cut)
{
    const struct kernel *k;
    struct err e = {0};
    struct run out = {0};
    void *context = prepared("files", settings, "planted-files", seed, &k);
    long jobs = k->jobs(context);
    for (long lo = 0; lo < jobs; lo += cut)
        assert_ok(k->step(context, lo, lo + cut < jobs ? lo + cut : jobs, &e), &e);
    struct kernel_digest digest = {0};
    assert_ok(k->digest(context, &digest, &e), &e);
    memcpy(out.digest, digest.exact, sizeof out.digest);
    out.n = k->counts(context, out.counts, KERNEL_COUNTS_MAX);
    k->release(context);
    return out;
}

static long count_of(const struct run *r, const char *name)
{
    for (int i = 0; i < r->n; i++)
        if (strcmp(r->counts[i].name, name) == 0)
            return (long)r->counts[i].value;
    fail_msg("no count %s", name);
    return -1;
}

static void assert_counts(const struct run *r, long files, long more_syncs, long allocations)
{
    assert_int_equal(count_of(r, "opens"), files);
    assert_int_equal(count_of(r, "reads"), 4 * files);
    assert_int_equal(count_of(r, "writes"), 4 * files);
    assert_int_equal(count_of(r, "fsyncs"), files + more_syncs);
    assert_int_equal(count_of(r, "removes"), files);
    assert_int_equal(count_of(r, "bytes_read"), 16384 * files);
    assert_int_equal(count_of(r, "bytes_written"), 16384 * files);
    assert_int_equal(count_of(r, "allocations"), allocations);
}

static void files_are_as_many_as_planted(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        long files, syncs, allocations;
    } cases[] = {
        {"{\"files\": 20}",                                                20, 0, 0},
        {"{\"files\": 20, \"extra_percent\": 5}",                          21, 0, 0},
        {"{\"files\": 20, \"extra_percent\": 15}",                         23, 0, 0},
        {"{\"files\": 20, \"extra_percent\": 12}",                         22, 0, 0}, /* of 2.4 */
        {"{\"files\": 20, \"extra_percent\": 250}",                        70, 0, 0},
        {"{\"files\": 20, \"extra_fsyncs\": 1}",                           20, 1, 0},
        {"{\"files\": 20, \"extra_allocations\": 1}",                      20, 0, 1},
        {"{\"files\": 20, \"extra_allocations\": 3, \"extra_fsyncs\": 2}", 20, 2, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run r = files_run(cases[i].settings, 5, 20);
        assert_counts(&r, cases[i].files, cases[i].syncs, cases[i].allocations);
    }
}

static void counts_do_not_depend_on_the_cut(void **state)
{
    (void)state;
    const char *settings = "{\"files\": 20, \"extra_percent\": 35, \"extra_allocations\": 1,"
                           "\"extra_fsyncs\": 1}";
    struct run whole = files_run(settings, 5, 20);
    for (long cut = 1; cut < 20; cut += 3) {
        struct run r = files_run(settings, 5, cut);
        assert_string_equal(r.digest, whole.digest);
        assert_counts(&r, 27, 1, 1);
    }
}

static void the_digest_is_of_the_jobs_alone(void **state)
{
    (void)state;
    struct run plain = files_run("{\"files\": 10}", 5, 10);
    struct run planted = files_run("{\"files\": 10, \"extra_percent\": 30, \"extra_fsyncs\": 1,"
                                   "\"extra_allocations\": 1}",
                                   5, 10);
    struct run fewer = files_run("{\"files\": 9}", 5, 9),
               other = files_run("{\"files\": 10}", 6, 10);
    assert_string_equal(plain.digest, planted.digest);
    assert_string_not_equal(plain.digest, fewer.digest);
    assert_string_not_equal(plain.digest, other.digest);
}

static void files_need_a_folder(void **state)
{
    (void)state;
    struct err e = {0};
    const struct kernel *k = kernel_find("files", &e);
    void *settings = arena_alloc(&arena, k->settings_size);
    opt_defaults(k->options, settings, &arena);
    assert_null(k->prepare(&(struct kernel_case){.settings = settings}, &e));
    assert_says(&e, "state folder");
    const struct kernel_case gone = {.settings = settings, .state_dir = "/no/such/folder"};
    void *context = k->prepare(&gone, &e);
    assert_non_null(context);
    assert_false(k->step(context, 0, 1, &e));
    assert_says(&e, "/no/such/folder/file");
    k->release(context);
}

/* What runs a varying number of times has nothing to be compared but that it ran. */
static void repeated_kernels_have_one_digest(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"spin",   "{}"                                       },
        {"spin",   "{\"extra_percent\": 15}"                  },
        {"stream", "{\"megabytes\": 1}"                       },
        {"stream", "{\"megabytes\": 1, \"extra_percent\": 15}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct kernel *k;
        struct err e = {0};
        struct kernel_digest digest = {0};
        void *context = prepared(cases[i][0], cases[i][1], NULL, 5, &k);
        for (long n = 1; n < 40; n += 7) /* past the end of the buffer, from the start again */
            assert_ok(k->step(context, 0, n, &e), &e);
        assert_ok(k->digest(context, &digest, &e), &e);
        k->release(context);
        assert_int_equal(strspn(digest.exact, "0"), KERNEL_DIGEST_HEX - 1);
    }
}

/* 1,024 lines an iteration, and what is planted to the line over all of them, however they are cut. */
static void streams_change_as_many_lines_as_planted(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        long lines; /* of 100 iterations */
    } cases[] = {
        {"{\"megabytes\": 1}",                          102400},
        {"{\"megabytes\": 1, \"extra_percent\": 5}",    107520},
        {"{\"megabytes\": 1, \"extra_percent\": 12.5}", 115200},
        {"{\"megabytes\": 1, \"extra_percent\": 100}",  204800},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct kernel *k;
        struct err e = {0};
        void *context = prepared("stream", cases[i].settings, NULL, 5, &k);
        for (long lo = 0; lo < 100; lo += 10)
            assert_ok(k->step(context, lo, lo + 10, &e), &e);
        assert_int_equal(stream_lines(context), cases[i].lines);
        k->release(context);
    }
}

static int free_arena(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_as_many_as_planted),     TEST(counts_do_not_depend_on_the_cut),
        TEST(the_digest_is_of_the_jobs_alone),  TEST(files_need_a_folder),
        TEST(repeated_kernels_have_one_digest), TEST(streams_change_as_many_lines_as_planted),
    };
    return cmocka_run_group_tests_name("planted", tests, NULL, free_arena);
}
