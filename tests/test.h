/* What every C test includes: cmocka in the order that it needs, and paths. */
#ifndef CUPEL_TESTS_TEST_H
#define CUPEL_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* A row of a test group, named after its function. */
#define TEST(f) cmocka_unit_test(f)

/* The folder of real market data, or skip() with a line that says so. */
const char *test_data_file(const char *name);

/* A path in this test program's own folder of temporaries; nothing is made. The next call of this or
 * of test_folder() writes over the text. */
const char *test_path(const char *name);

/* A fresh empty folder there, removed and made anew at each call with the same name. */
const char *test_folder(const char *name);

/* From here on permissions hold for root too, where nothing else can be refused to it. False, and a line that
 * says so: they cannot be made to, or the folder cannot be reached then. Take them back before any assert. */
bool test_give_up_rights(const char *folder);
void test_take_rights_back(void);

/* FOLDER/NAME; the eighth call from now writes over the text. */
const char *test_in(const char *folder, const char *name);

/* Writes a text file, or fails. */
void test_write(const char *path, const char *text);

/* Fails with the message of e when ok is false. */
#define assert_ok(ok, e)                                                                           \
    do {                                                                                           \
        if (!(ok))                                                                                 \
            fail_msg("%s", (e)->text);                                                             \
    } while (0)

/* The message of e holds the words. */
#define assert_says(e, words)                                                                      \
    do {                                                                                           \
        if (!strstr((e)->text, words))                                                             \
            fail_msg("expected \"%s\" in \"%s\"", words, (e)->text);                               \
    } while (0)

#endif
