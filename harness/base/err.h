/* The error record: one line of text and the exit status that goes with it.
 *
 * Every function that can fail because of input or the operating system returns bool (or NULL) and
 * takes `struct err *e` last. The texts name file, field and what was expected; callers add context
 * with err_prefix on the way up, and only a command's main prints.
 *
 *     if (!json_read_file(&doc, path, e))
 *         return err_prefix(e, "scenario %s", path);      // is false
 */
#ifndef CUPEL_BASE_ERR_H
#define CUPEL_BASE_ERR_H

#include <stdbool.h>

/* code, exit status of the process, what the status means */
#define ERR_CODES(X)                                                                               \
    X(OK, 0, "everything passed")                                                                  \
    X(REGRESSION, 1, "a slowdown beyond the margin")                                               \
    X(DIFFERENT, 1, "what was compared differs")                                                   \
    X(FAILED, 1, "some of the work failed, the rest is there")                                     \
    X(INPUT, 2, "usage, bad input, or nothing measured")                                           \
    X(SYSTEM, 2, "the operating system refused")                                                   \
    X(UNSUPPORTED, 2, "this machine or build cannot do it")                                        \
    X(INCONCLUSIVE, 3, "the measurement cannot decide")                                            \
    X(MISMATCH, 4, "results differ from the baseline's")                                           \
    X(INTERRUPTED, 130, "interrupted")

enum err_code {
#define ERR_ENUM(name, status, meaning) ERR_##name,
    ERR_CODES(ERR_ENUM)
#undef ERR_ENUM
};

struct err {
    enum err_code code;
    char text[600]; /* one line, no newline at the end, control characters replaced */
};

#define MUST_CHECK   __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Each returns false, so that a failing function can `return err_input(e, ...)`. */
bool err_set(struct err *e, enum err_code code, const char *format, ...) PRINTF(3, 4);
bool err_input(struct err *e, const char *format, ...) PRINTF(2, 3);

/* As err_set with code SYSTEM; appends ": " and strerror of the errno at the call. */
bool err_system(struct err *e, const char *format, ...) PRINTF(2, 3);

/* Puts "format: " before the text that is there. The code stays. */
bool err_prefix(struct err *e, const char *format, ...) PRINTF(2, 3);

/* Replaces control characters by '?', in place: for texts of others that go to a terminal. */
void err_one_line(char *text);

int err_exit_status(enum err_code code);

#endif
