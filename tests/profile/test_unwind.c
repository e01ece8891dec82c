#include "harness/profile/spaces.h"
#include "harness/profile/symbols.h"
#include "harness/profile/hits.h"
#include "harness/profile/unwind.h"

#include "tests/test.h"

#include <string.h>
#include <unistd.h>

static int image_at(const struct spaces *all, pid_t pid, uint64_t address)
{
    const struct spaces_mapping *m = spaces_find(all, pid, address);
    return m ? m->image : -1;
}

static void later_mappings_cover_earlier_ones(void **state)
{
    (void)state;
    struct spaces all = {.count = 0};
    assert_int_equal(image_at(&all, 1, 0x1000), -1);
    spaces_map(&all, 1, &(struct spaces_mapping){0x1000, 0x5000, 0, 1});
    spaces_map(&all, 1, &(struct spaces_mapping){0x2000, 0x3000, 0, 2});
    assert_int_equal(image_at(&all, 1, 0x1fff), 1);
    assert_int_equal(image_at(&all, 1, 0x2000), 2);
    assert_int_equal(image_at(&all, 1, 0x3000), 1);
    assert_int_equal(image_at(&all, 1, 0x5000), -1);
    spaces_map(&all, 1, &(struct spaces_mapping){0x0, 0x9000, 0, 3});
    assert_int_equal(image_at(&all, 1, 0x2000), 3);
    assert_int_equal(image_at(&all, 2, 0x2000), -1);
    spaces_done(&all);
}

static void a_child_has_what_its_parent_had_then(void **state)
{
    (void)state;
    struct spaces all = {.count = 0};
    spaces_map(&all, 1, &(struct spaces_mapping){0x1000, 0x2000, 0, 1});
    for (pid_t child = 2; child < 50; child++) {
        spaces_fork(&all, 1, child);
        assert_int_equal(image_at(&all, child, 0x1000), 1);
    }
    spaces_map(&all, 1, &(struct spaces_mapping){0x3000, 0x4000, 0, 2});
    assert_int_equal(image_at(&all, 2, 0x3000), -1);
    spaces_exec(&all, 1);
    assert_int_equal(image_at(&all, 1, 0x1000), -1);
    assert_int_equal(image_at(&all, 2, 0x1000), 1);
    spaces_fork(&all, 1, 2); /* a number that is used again */
    assert_int_equal(image_at(&all, 2, 0x1000), -1);
    spaces_done(&all);
}

struct found {
    bool self, vdso;
};

static void find_self(void *context, const struct record_mapping *m)
{
    struct found *f = context;
    uint64_t here = (uint64_t)(uintptr_t)find_self;
    f->self = f->self || (here >= m->start && here < m->end && strstr(m->path, "test_unwind"));
    f->vdso = f->vdso || strcmp(m->path, "[vdso]") == 0;
}

static void our_own_mappings_are_read(void **state)
{
    (void)state;
    struct found f = {false, false};
    struct err e;
    assert_ok(spaces_read(getpid(), find_self, &f, &e), &e);
    assert_true(f.self);
    assert_true(f.vdso);
    assert_false(spaces_read(2147483647, find_self, &f, &e));
}

static void a_place_is_a_file_and_an_offset(void **state)
{
    (void)state;
    struct places p = {.count = 0};
    int libc = images_number(&p.images, "/lib/libc.so.6"),
        heap = images_number(&p.images, "[heap]");
    assert_int_equal(images_number(&p.images, "/lib/libc.so.6"), libc);
    assert_int_equal(images_number(&p.images, "//anon"), heap);
    assert_string_equal(p.images.images[heap].name, "[anonymous]");
    assert_string_equal(p.images.images[libc].name, "libc.so.6");
    int one = places_number(&p, libc, 0x100);
    assert_int_not_equal(places_number(&p, libc, 0x108), one);
    assert_int_equal(places_number(&p, libc, 0x100), one);
    assert_int_equal(places_number(&p, heap, 1), places_number(&p, heap, 2));
    for (uint64_t i = 0; i < 5000; i++)
        places_number(&p, libc, 0x1000 + i);
    assert_int_equal(places_number(&p, libc, 0x100), one);
    places_done(&p);
}

/* What a file does not tell is named after it. */
static void a_file_that_cannot_be_read_has_a_name(void **state)
{
    (void)state;
    struct places p = {.count = 0};
    struct arena names = {.first = NULL};
    struct stacks_frame frames[SYMBOLS_INLINED];
    static const struct {
        const char *path, *name, *module;
    } rows[] = {
        {"/no/such/thing.so", "[unknown] in thing.so", "thing.so"   },
        {"/dev/zero",         "[unknown] in zero",     "zero"       },
        {"[heap]",            "[anonymous]",           "[anonymous]"},
        {IMAGES_KERNEL,       "[kernel]",              "[kernel]"   },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int place = places_number(&p, images_number(&p.images, rows[i].path), 0x100);
        assert_int_equal(symbols_at(&p, place, &names, frames), 1);
        assert_string_equal(frames[0].name, rows[i].name);
        assert_string_equal(frames[0].module, rows[i].module);
        assert_null(places_rule(&p, place));
    }
    arena_done(&names);
    places_done(&p);
}

/* A chain of frame pointers without registers: the chain, as far as something is mapped. */
static void a_chain_alone_is_followed_to_where_nothing_is(void **state)
{
    (void)state;
    struct places p = {.count = 0};
    struct spaces all = {.count = 0};
    static const uint64_t chain[] = {0x1010, 0x1020, 0x1030, 0x99999999, 0x1040};
    struct record r = {.kind = RECORD_SAMPLE, .pid = 1};
    int out[UNWIND_MAX];
    r.sample = (struct record_sample){.chain = chain, .depth = 5};
    assert_int_equal(unwind(&p, &all, &r, out), 0);
    spaces_map(&all, 1,
               &(struct spaces_mapping){0x1000, 0x2000, 0x500, images_number(&p.images, "/x")});
    assert_int_equal(unwind(&p, &all, &r, out), 3);
    assert_int_equal(p.places[out[0]].offset, 0x510);
    assert_int_equal(p.places[out[1]].offset, 0x51f); /* within the call */
    assert_int_equal(p.places[out[2]].offset, 0x52f);
    spaces_done(&all);
    places_done(&p);
}

/* The chain of frame pointers is met where the tables have come to: frames at 100 and 200 on the copied
 * stack, the second's pointer beyond it. No file has tables here, so that they end at the leaf. */
static void both_walks_meet_at_a_frame_pointer(void **state)
{
    (void)state;
    struct places p = {.count = 0};
    struct spaces all = {.count = 0};
    uint64_t stack[4] = {0x7010, 0x1021, 0x9000, 0x1031};
    static const uint64_t chain[] = {0x1010, 0x1021, 0x1031, 0x1041};
    struct record r = {.kind = RECORD_SAMPLE, .pid = 1};
    int out[UNWIND_MAX];
    r.sample = (struct record_sample){.chain = chain,
                                      .depth = 4,
                                      .has_registers = true,
                                      .stack = (const unsigned char *)stack,
                                      .stack_bytes = sizeof stack};
    r.sample.registers[REGISTERS_PC] = 0x1010;
    r.sample.registers[REGISTERS_STACK] = r.sample.registers[REGISTERS_FRAME] = 0x7000;
    spaces_map(&all, 1,
               &(struct spaces_mapping){0x1000, 0x2000, 0, images_number(&p.images, "/x")});
    assert_int_equal(unwind(&p, &all, &r, out), 4);
    for (uint64_t i = 1; i < 4; i++)
        assert_int_equal(p.places[out[i]].offset, 0x10 + i * 0x10);
    spaces_done(&all);
    places_done(&p);
}

__attribute__((noinline)) static int framed(int n)
{
    return getppid() + n;
}

struct mapped {
    struct places places;
    struct spaces spaces;
};

static void map_own(void *context, const struct record_mapping *m)
{
    struct mapped *own = context;
    spaces_map(&own->spaces, 1,
               &(struct spaces_mapping){m->start, m->end, m->offset,
                                        images_number(&own->places.images, m->path)});
}

/* At the return of a function of ours (pop or leave, then ret) the frame pointer has been popped: its
 * slot is below the stack pointer, and not in the copy. */
static void a_function_that_has_popped_its_frame_has_a_caller(void **state)
{
    (void)state;
    enum { POP = 0x5d, LEAVE = 0xc9, RET = 0xc3, LONGEST = 4096 };
    struct mapped own = {.places = {.count = 0}};
    struct err e;
    const unsigned char *code = (const unsigned char *)(uintptr_t)framed;
    assert_true(framed(1) > 0);
    if (registers_perf_mask() == 0)
        skip();
    while (!((code[0] == POP || code[0] == LEAVE) && code[1] == RET))
        assert_true(++code < (const unsigned char *)(uintptr_t)framed + LONGEST);
    assert_ok(spaces_read(getpid(), map_own, &own, &e), &e);
    uint64_t at = (uint64_t)(uintptr_t)(code + 1), word = 0x401000;
    const struct spaces_mapping *m = spaces_find(&own.spaces, 1, at);
    assert_non_null(m);
    const struct cfi_rule *rule =
        places_rule(&own.places, places_number(&own.places, m->image, at - m->start + m->offset));
    assert_non_null(rule);
    uint64_t registers[REGISTERS] = {[REGISTERS_FRAME] = 0x1234, [REGISTERS_STACK] = 0x7000};
    struct cfi_stack stack = {0x7000, (const unsigned char *)&word, sizeof word};
    assert_int_equal(cfi_step(rule, &stack, registers), CFI_STEPPED);
    assert_int_equal(registers[REGISTERS_PC], word);
    assert_int_equal(registers[REGISTERS_FRAME], 0x1234);
    assert_int_equal(registers[REGISTERS_STACK], 0x7008);
    spaces_done(&own.spaces);
    places_done(&own.places);
}

static void stacks_are_counted_by_their_places(void **state)
{
    (void)state;
    struct hits t = {.count = 0};
    hits_add(&t, (const int[]){3, 2, 1}, 3);
    hits_add(&t, (const int[]){2, 1}, 2);
    hits_add(&t, (const int[]){3, 2, 1}, 3);
    hits_add(&t, (const int[]){1}, 1);
    hits_add(&t, (const int[]){3, 1}, 2);
    hits_add(&t, NULL, 0);
    static const struct hits_node expected[] = {
        {1, -1, 1},
        {2, 0,  1},
        {3, 1,  2},
        {3, 0,  1}
    };
    assert_int_equal(t.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(t.nodes[i].place, expected[i].place);
        assert_int_equal(t.nodes[i].parent, expected[i].parent);
        assert_int_equal(t.nodes[i].samples, expected[i].samples);
    }
    hits_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(later_mappings_cover_earlier_ones),
        TEST(a_child_has_what_its_parent_had_then),
        TEST(our_own_mappings_are_read),
        TEST(a_place_is_a_file_and_an_offset),
        TEST(a_file_that_cannot_be_read_has_a_name),
        TEST(a_chain_alone_is_followed_to_where_nothing_is),
        TEST(both_walks_meet_at_a_frame_pointer),
        TEST(a_function_that_has_popped_its_frame_has_a_caller),
        TEST(stacks_are_counted_by_their_places),
    };
    return cmocka_run_group_tests_name("unwind", tests, NULL, NULL);
}
