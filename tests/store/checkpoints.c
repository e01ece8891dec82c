#include "tests/store/checkpoints.h"

#include "harness/base/mem.h"
#include "harness/base/rng.h"

#include "tests/test.h"

#include <sqlite3.h>

const char *const cp_kinds[CP_KINDS] = {"json", "sqlite"};

const char *cp_file(const char *folder, int kind)
{
    static char path[1200];
    snprintf(path, sizeof path, "%s/checkpoint.%s", test_folder(folder), cp_kinds[kind]);
    return path;
}

struct checkpoint *cp_read(const char *path)
{
    struct err e;
    struct checkpoint *c = checkpoint_read(path, &e);
    assert_ok(c, &e);
    return c;
}

void cp_write(struct checkpoint *c, const char *path)
{
    struct err e;
    assert_ok(checkpoint_write(c, path, &e), &e);
}

/* Two of them live at a time. */
const char *cp_id(uint64_t i)
{
    static char ids[2][17];
    static int turn;
    turn = 1 - turn;
    snprintf(ids[turn], sizeof ids[turn], "%016llx", (unsigned long long)rng_mix(i + 1));
    return ids[turn];
}

static bool list_one(void *context, const char *range, const char *id, const char *stamp,
                     struct err *e)
{
    (void)e;
    text_printf(context, "%s|%s|%s\n", range, id, stamp);
    return true;
}

/* All entries in order, as text. Owner: the caller. */
struct text cp_list(struct checkpoint *c)
{
    struct err e;
    struct text list = {0};
    text_puts(&list, "");
    assert_ok(checkpoint_each(c, list_one, &list, &e), &e);
    return list;
}

void cp_expect_list(struct checkpoint *c, const char *expected)
{
    struct text list = cp_list(c);
    assert_string_equal(list.p, expected);
    text_done(&list);
}

void cp_memory_is_given_back(void **state)
{
    (void)state;
    assert_int_equal(mem_counts(MEM_CHECKPOINT).held_bytes, 0);
    assert_int_equal(sqlite3_memory_used(), 0);
}
