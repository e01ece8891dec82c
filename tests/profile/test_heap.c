/* jemalloc's dumps: read, scaled, made into stacks; and one of a worker. */
#include "harness/profile/heap.h"

#include "harness/probe/heap.h"
#include "kernels/registry.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char dump[] =
    "heap_v2/1024\n"
    "  t*: 3: 12288 [8: 32768]\n"
    "  t0: 3: 12288 [8: 32768]\n"
    "@ 0x1100 0x2010 0x2020\n"
    "  t*: 2: 8192 [5: 20480]\n"
    "  t0: 2: 8192 [5: 20480]\n"
    "@ 0x1200 0x2000 0x9999\n"
    "  t*: 1: 4096 [3: 12288]\n"
    "\n"
    "MAPPED_LIBRARIES:\n"
    "1000-2000 r-xp 00000000 fe:01 7                  /lib/libjemalloc.so.2\n"
    "2000-3000 r-xp 00001000 fe:01 8                  /usr/bin/a program\n"
    "3000-4000 rw-p 00000000 00:00 0 \n";

static void a_dump_is_read_by_stack(void **state)
{
    (void)state;
    struct err e = {0};
    struct heap_profile h;
    assert_ok(heap_parse(&h, str_of(dump), "dump", &e), &e);
    assert_true(h.rate == 1024);
    assert_int_equal(h.stack_count, 2);
    assert_int_equal(h.stacks[0].depth, 3);
    assert_true(h.stacks[0].addresses[1] == 0x2010);
    assert_true(h.stacks[0].objects[HEAP_HELD] == 2 && h.stacks[0].bytes[HEAP_HELD] == 8192);
    assert_true(h.stacks[1].bytes[HEAP_ALLOCATED] == 12288);
    assert_int_equal(h.mapping_count, 3);
    assert_string_equal(h.mappings[1].path, "/usr/bin/a program");
    assert_true(h.mappings[1].offset == 0x1000);
    assert_string_equal(h.mappings[2].path, "");
    heap_done(&h);
}

static void what_is_no_dump_is_named_by_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"",                                                  "it is not whole"                           },
        {"heap_v2/1024\n  t*: 1: 1 [1: 1]\n",                 "it is not whole"                           },
        {"heap_v1/1024\n",                                    "dump:1: expected jemalloc's format heap_v2"},
        {"heap_v2/0\n",                                       "dump:1: expected"                          },
        {"heap_v2/8\n  t*: 0: 0 [0: 0]\n@ 0x1 zz\n",          "dump:3: expected"                          },
        {"heap_v2/8\n  t*: 0: 0 [0: 0]\n@ 0x1\n  t*: 1: 1\n", "dump:4: expected"                          },
        {"heap_v2/8\nMAPPED_LIBRARIES:\nnonsense\n",
         "dump:3: expected jemalloc's format heap_v2, found \"nonsense\""                                 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        struct heap_profile h;
        assert_false(heap_parse(&h, str_of(cases[i].text), "dump", &e));
        assert_says(&e, cases[i].says);
        heap_done(&h);
    }
}

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-9 * fabs(b));
}

/* By hand: p = 1 - exp(-size / rate), and bytes / p. */
static void samples_are_scaled_as_jeprof_does(void **state)
{
    (void)state;
    assert_true(heap_scaled(0, 0, 1024) == 0);
    assert_true(heap_scaled(100, 10, 1) == 100);
    assert_near(heap_scaled(1024, 1, 1024), 1024 / (1 - exp(-1.0)));
    assert_near(heap_scaled(640, 10, 1024), 640 / (1 - exp(-64.0 / 1024)));
    assert_near(heap_scaled(1 << 24, 1, 1024), 1 << 24);
}

/* "file+offset"; two frames for the first place of the program, as if one were inlined. */
static int fake_frames(void *context, const char *path, uint64_t offset, struct stacks_frame *out,
                       int max)
{
    static char names[8][40];
    int *n = context;
    assert_true(max >= 2 && *n < 8);
    snprintf(names[*n], sizeof names[*n], "%s+%llx", path, (unsigned long long)offset);
    out[0] = (struct stacks_frame){.name = names[(*n)++], .file = "", .module = "m"};
    out[1] = (struct stacks_frame){.name = "inlined", .file = "", .module = "m"};
    return offset == 0x100f ? 2 : 1;
}

static void one_line(void *context, const int *frames, int depth, uint64_t self)
{
    (void)frames;
    text_printf(context, "%d:%llu ", depth, (unsigned long long)self);
}

/* The root first, the call before each return address, nothing of the allocator itself. */
static void stacks_are_named_from_their_root(void **state)
{
    (void)state;
    struct err e = {0};
    struct heap_profile h;
    struct stacks s = {.unit = STACKS_BYTES};
    struct text seen = {0};
    int n = 0;
    const struct heap_namer namer = {fake_frames, &n};
    assert_ok(heap_parse(&h, str_of(dump), "dump", &e), &e);
    heap_stacks(&h, HEAP_HELD, &namer, &s);
    assert_string_equal(s.frames[0].name, "/usr/bin/a program+101f");
    assert_string_equal(s.frames[1].name, "/usr/bin/a program+100f");
    assert_string_equal(s.frames[2].name, "inlined");
    assert_string_equal(s.frames[3].name, "[unknown]"); /* 0x9999 is in no mapping */
    stacks_each(&s, one_line, &seen);
    /* 8192 / (1 - exp(-4)) = 8344.8; 4096 / (1 - exp(-4)) = 4172.4: the second's 0x2000 is of libjemalloc */
    assert_string_equal(seen.p, "3:8345 1:4172 ");
    assert_true(stacks_total(&s) == 8345 + 4172);
    text_done(&seen);
    stacks_done(&s);
    heap_done(&h);
}

static void a_worker_tells_who_holds_its_memory(void **state)
{
    (void)state;
    struct heap_profile h;
    struct pair_runner r;
    struct err e = {0};
    assert_ok(pair_runner_open(&r, 17, test_folder("state"), &e), &e);
    struct json *settings = json_parse(str_of("{\"megabytes\":16}"), "settings", &e);
    struct plan_side side = {.label = "stream",
                             .kernel = kernel_find("stream", &e),
                             .layer_set = "none",
                             .settings = settings,
                             .binary = getenv("CUPEL")};
    bool ok = heap_of_side(&h, &side, &r, &e);
    struct err why = {0};
    if (!heap_is_supported(heap_control(), &why)) {
        assert_false(ok);
        assert_says(&e, why.text);
        assert_int_equal(e.code, ERR_UNSUPPORTED);
        print_message("# %s\n", e.text);
    } else {
        double held = 0;
        assert_ok(ok, &e);
        for (int i = 0; i < h.stack_count; i++)
            held += heap_scaled((double)h.stacks[i].bytes[HEAP_HELD],
                                (double)h.stacks[i].objects[HEAP_HELD], h.rate);
        assert_true(held >= 16 << 20 && held < 24 << 20);
        assert_true(h.mapping_count > 0);
    }
    heap_done(&h);
    side = (struct plan_side){
        .label = "a command", .argv = (const char *const[]){"true", NULL}
    };
    assert_false(heap_of_side(&h, &side, &r, &e));
    assert_says(&e, "a command: not supported here: a heap profile is taken of kernels");
    assert_int_equal(e.code, ERR_UNSUPPORTED);
    heap_done(&h);
    json_free(settings);
    pair_runner_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_dump_is_read_by_stack),
        TEST(what_is_no_dump_is_named_by_its_line),
        TEST(samples_are_scaled_as_jeprof_does),
        TEST(stacks_are_named_from_their_root),
        TEST(a_worker_tells_who_holds_its_memory),
    };
    return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
