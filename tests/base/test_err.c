#include "harness/base/err.h"

#include "tests/test.h"

#include <errno.h>
#include <string.h>

static void setting_returns_false_and_keeps_the_code(void **state)
{
    (void)state;
    struct err e;
    assert_false(err_input(&e, "field %s", "fee"));
    assert_int_equal(e.code, ERR_INPUT);
    assert_string_equal(e.text, "field fee");
    assert_false(err_set(&e, ERR_MISMATCH, "digest"));
    assert_false(err_prefix(&e, "cell %d", 3));
    assert_int_equal(e.code, ERR_MISMATCH);
    assert_string_equal(e.text, "cell 3: digest");
}

static void the_system_says_why(void **state)
{
    (void)state;
    struct err e;
    errno = ENOENT;
    assert_false(err_system(&e, "x.csv"));
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_string_equal(e.text, "x.csv: No such file or directory");
}

static void a_message_is_one_printable_line(void **state)
{
    (void)state;
    struct err e;
    err_input(&e, "a\nb\x1b[31m\x7f");
    assert_string_equal(e.text, "a?b?[31m?");
    err_prefix(&e, "c\r");
    assert_string_equal(e.text, "c?: a?b?[31m?");
    err_input(&e, "%s",
              "\xc2\x80"
              "1m\xc2\x9b"
              "2m\xc2\x9f\xc2\xa0\xc3\x9f\xc2");
    assert_string_equal(e.text, "?1m?2m?\xc2\xa0\xc3\x9f\xc2");
}

static void long_messages_are_cut_not_overrun(void **state)
{
    (void)state;
    struct err e;
    char many[2000];
    memset(many, 'x', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    errno = EIO;
    err_system(&e, "%s", many);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    err_prefix(&e, "%s", many);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    err_prefix(&e, "front");
    assert_int_equal(strncmp(e.text, "front: xxx", 10), 0);
}

static void codes_have_the_documented_statuses(void **state)
{
    (void)state;
    assert_int_equal(err_exit_status(ERR_OK), 0);
    assert_int_equal(err_exit_status(ERR_REGRESSION), 1);
    assert_int_equal(err_exit_status(ERR_INPUT), 2);
    assert_int_equal(err_exit_status(ERR_SYSTEM), 2);
    assert_int_equal(err_exit_status(ERR_INCONCLUSIVE), 3);
    assert_int_equal(err_exit_status(ERR_MISMATCH), 4);
    assert_int_equal(err_exit_status(ERR_INTERRUPTED), 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(setting_returns_false_and_keeps_the_code), TEST(the_system_says_why),
        TEST(a_message_is_one_printable_line),          TEST(long_messages_are_cut_not_overrun),
        TEST(codes_have_the_documented_statuses),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
