/* What killed processes left beside an output. */
#include "harness/base/io.h"

#include "tests/test.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[1024];

static void touch(const char *name)
{
    test_write(test_in(folder, name), "x");
}

/* The id of a process that has ended and was waited for. */
static long dead_pid(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    return pid;
}

static void only_those_of_processes_that_are_gone_go(void **state)
{
    (void)state;
    static const char *const others[] = {
        "out.csv",        "out.csv.tmp.",          "out.csv.tmp.0",           "out.csv.tmp.12x",
        "out.csv.tmp.-7", "xout.csv.tmp.99999999", "out.csv.tmp.99999999-wal"};
    enum { OTHERS = sizeof others / sizeof *others };
    char dead[2][64], other[64], living[64];
    struct err e = {0};
    snprintf(folder, sizeof folder, "%s", test_folder("io_leftovers"));
    snprintf(dead[0], sizeof dead[0], "out.csv.tmp.%ld", dead_pid());
    snprintf(dead[1], sizeof dead[1], "out.csv.tmp.%ld", 99999999L); /* above any pid_max */
    snprintf(other, sizeof other, "sum.csv.tmp.%ld", 99999999L);
    snprintf(living, sizeof living, "out.csv.tmp.%ld", (long)getpid());
    for (int i = 0; i < OTHERS; i++)
        touch(others[i]);
    touch(dead[0]);
    touch(dead[1]);
    touch(other);
    touch(living);
    assert_int_equal(io_remove_leftovers(test_in(folder, "out.csv")), 2);
    assert_false(io_exists(test_in(folder, dead[0])) || io_exists(test_in(folder, dead[1])));
    assert_true(io_exists(test_in(folder, other)) && io_exists(test_in(folder, living)));
    for (int i = 0; i < OTHERS; i++)
        assert_true(io_exists(test_in(folder, others[i])));
    assert_int_equal(io_remove_leftovers(test_in(folder, "out.csv")), 0);
    assert_ok(io_remove(test_in(folder, "out.csv"), &e), &e);
    touch(dead[1]);
    assert_int_equal(io_remove_leftovers(test_in(folder, "out.csv")), 1); /* it need not be there */
}

static void those_beside_the_file_behind_a_link_go(void **state)
{
    (void)state;
    char link[2048], here[1024];
    struct err e = {0};
    snprintf(folder, sizeof folder, "%s", test_folder("io_leftovers"));
    assert_ok(io_make_dirs(test_in(folder, "sub"), &e), &e);
    touch("sub/out.csv");
    touch("sub/out.csv.tmp.99999999");
    touch("link.csv.tmp.99999999");
    snprintf(link, sizeof link, "%s", test_in(folder, "link.csv"));
    assert_int_equal(symlink("sub/out.csv", link), 0);
    assert_int_equal(io_remove_leftovers(link), 1);
    assert_false(io_exists(test_in(folder, "sub/out.csv.tmp.99999999")));
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(io_remove_leftovers("nothing/out.csv"), 0);
    assert_ok(io_remove("link.csv", &e), &e);
    assert_int_equal(io_remove_leftovers("link.csv"), 1); /* a name without a folder */
    assert_int_equal(chdir(here), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_those_of_processes_that_are_gone_go),
        TEST(those_beside_the_file_behind_a_link_go),
    };
    return cmocka_run_group_tests_name("io leftovers", tests, NULL, NULL);
}
