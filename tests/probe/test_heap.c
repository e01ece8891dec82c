/* The sentences that say why there is no heap profile, by a mallctl of our own. */
#include "harness/probe/heap.h"

#include "harness/base/io.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

static const char *built_in, *started; /* "1", or NULL: not */
static int dump_errno;

static int fake(const char *name, void *old, size_t *old_size, void *new, size_t new_size)
{
    (void)new_size;
    if (strcmp(name, "prof.dump") == 0) {
        assert_string_equal(*(const char **)new, "/some/where");
        return dump_errno;
    }
    const char *is = strcmp(name, "config.prof") == 0 ? built_in : started;
    assert_int_equal(*old_size, sizeof(bool));
    *(bool *)old = is != NULL;
    return 0;
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct err e = {0};
    built_in = started = NULL;
    assert_false(heap_dump(fake, "/some/where", &e));
    assert_string_equal(e.text,
                        "not supported here: this jemalloc was built without --enable-prof");
    assert_int_equal(e.code, ERR_UNSUPPORTED);
    assert_false(heap_is_supported(NULL, &e));
    assert_string_equal(e.text, "not supported here: this process does not use jemalloc");
    built_in = "1";
    assert_ok(heap_is_supported(fake, &e), &e);
    assert_false(heap_dump(fake, "/some/where", &e));
    assert_says(&e, "not started with MALLOC_CONF=prof:true");
    started = "1";
    dump_errno = EACCES;
    assert_false(heap_dump(fake, "/some/where", &e));
    assert_says(&e, "heap profile /some/where: Permission denied");
    dump_errno = 0;
    assert_ok(heap_dump(fake, "/some/where", &e), &e);
}

static void this_process_says_what_it_has(void **state)
{
    (void)state;
    struct err e = {0};
#ifdef CUPEL_JEMALLOC
    assert_non_null(heap_control());
    if (heap_is_supported(heap_control(), &e))
        assert_false(heap_dump(heap_control(), "/nowhere/x", &e)); /* it was not started for it */
    print_message("# %s\n", e.text);
#else
    assert_false(heap_dump(heap_control(), "/nowhere/x", &e));
    assert_says(&e, "this process does not use jemalloc");
#endif
    assert_false(io_exists("/nowhere/x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_missing_is_said),
        TEST(this_process_says_what_it_has),
    };
    return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
