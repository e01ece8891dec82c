/* Folders: made, removed with all that is in them, cleared of what killed writers left. */
#include "harness/base/io.h"

#include "tests/test.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void folders_are_made_and_removed(void **state)
{
    (void)state;
    struct err e;
    const char *folder = test_folder("io_folders");
    const char *deep = test_in(folder, "a/b//c/");
    assert_true(io_is_empty_dir(folder));
    assert_ok(io_make_dirs(deep, &e), &e);
    assert_ok(io_make_dirs(deep, &e), &e);
    assert_true(io_exists(test_in(folder, "a/b/c")));
    assert_false(io_is_empty_dir(folder));
    assert_true(io_is_empty_dir(test_in(folder, "none")));
    test_write(test_in(folder, "a/file"), "x");
    assert_false(io_is_empty_dir(test_in(folder, "a/file")));
    assert_false(io_make_dirs(test_in(folder, "a/file"), &e));
    assert_says(&e, "expected a folder, found a file");
    assert_false(io_make_dirs(test_in(folder, "a/file/below"), &e));
    assert_false(io_make_dirs("", &e));
    assert_ok(io_remove_tree(test_in(folder, "none"), &e), &e);
}

static void a_passing_folder_is_the_chosen_one_or_the_variables_or_the_usual(void **state)
{
    (void)state;
    char kept[PATH_MAX] = "";
    const char *before = getenv("TMPDIR");
    if (before)
        snprintf(kept, sizeof kept, "%s", before);
    setenv("TMPDIR", "/elsewhere", 1);
    assert_string_equal(io_passing_folder(NULL), "/elsewhere");
    assert_string_equal(io_passing_folder("/chosen"), "/chosen");
    setenv("TMPDIR", "", 1); /* empty: unset */
    assert_string_equal(io_passing_folder(NULL), "/var/tmp");
    unsetenv("TMPDIR");
    assert_string_equal(io_passing_folder(NULL), "/var/tmp");
    assert_string_equal(io_passing_folder("/chosen"), "/chosen");
    if (before)
        setenv("TMPDIR", kept, 1);
}

static void a_removed_tree_does_not_follow_links(void **state)
{
    (void)state;
    struct err e;
    const char *folder = test_folder("io_links");
    char link[1200];
    assert_ok(io_make_dirs(test_in(folder, "outside"), &e), &e);
    test_write(test_in(folder, "outside/kept"), "x");
    assert_ok(io_make_dirs(test_in(folder, "tree/deep"), &e), &e);
    snprintf(link, sizeof link, "%s/tree/deep/link", folder);
    assert_int_equal(symlink("../../outside", link), 0);
    assert_ok(io_remove_tree(test_in(folder, "tree"), &e), &e);
    assert_false(io_exists(test_in(folder, "tree")));
    assert_true(io_exists(test_in(folder, "outside/kept")));
}

static void temporaries_of_killed_writers_are_removed(void **state)
{
    (void)state;
    struct err e = {0};
    static const char *const kept[] = {"a.json", "a.tmp.", "a.tmp.12x", ".tmp.12", "atmp.12"};
    static const char *const gone[] = {"a.json.tmp.1", "sub/b.tmp.4194304"};
    const char *folder = test_folder("io_temporaries");
    assert_ok(io_make_dirs(test_in(folder, "sub"), &e), &e);
    assert_ok(io_make_dirs(test_in(folder, "folder.tmp.7"), &e), &e);
    for (int i = 0; i < 5; i++)
        test_write(test_in(folder, kept[i]), "x");
    for (int i = 0; i < 2; i++)
        test_write(test_in(folder, gone[i]), "x");
    assert_ok(io_make_dirs(test_in(folder, "foreign/sub"), &e), &e);
    test_write(test_in(folder, "foreign/sub/c.tmp.1"), "x");
    assert_ok(io_remove_temporaries(folder, (const char *const[]){"foreign", "f", NULL}, &e), &e);
    assert_true(io_exists(test_in(folder, "foreign/sub/c.tmp.1")));
    for (int i = 0; i < 5; i++)
        assert_true(io_exists(test_in(folder, kept[i])));
    for (int i = 0; i < 2; i++)
        assert_false(io_exists(test_in(folder, gone[i])));
    assert_true(io_exists(test_in(folder, "folder.tmp.7")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folders_are_made_and_removed),
        TEST(a_passing_folder_is_the_chosen_one_or_the_variables_or_the_usual),
        TEST(a_removed_tree_does_not_follow_links),
        TEST(temporaries_of_killed_writers_are_removed),
    };
    return cmocka_run_group_tests_name("io_folder", tests, NULL, NULL);
}
