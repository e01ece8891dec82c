#include "tests/store/checkpoints.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"

#include "tests/test.h"

#include <fcntl.h>

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

/* Not durable, so that thousands of damaged files take no time. */
void cp_write_bytes(const char *path, const char *bytes, size_t n)
{
    struct err e;
    int fd = io_open(path, O_WRONLY | O_CREAT | O_TRUNC, &e);
    assert_ok(fd >= 0 && io_write(fd, bytes, n, &e), &e);
    io_close(fd);
}

struct text cp_bytes(const char *path)
{
    struct err e;
    struct text bytes = {0};
    assert_ok(io_read_file(path, &bytes, &e), &e);
    return bytes;
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
