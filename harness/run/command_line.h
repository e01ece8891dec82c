/* A command as a line of text, and as the words that a program is started with.
 *
 *     const char *const *argv;
 *     command_line_split("./new --flag 'two words'", &argv, &arena, e);
 */
#ifndef CUPEL_RUN_COMMAND_LINE_H
#define CUPEL_RUN_COMMAND_LINE_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/str.h"

#define COMMAND_LINE_SHELL  "/bin/sh"
#define COMMAND_LINE_BLANKS " \t\n\v\f\r"

/* Appends what stands at *p up to an unquoted one of `stops` or the end to `word`, quotes and backslashes
 * taken away, and moves *p there. False when a quote is left open. */
bool command_line_word(const char **p, const char *stops, struct text *word) MUST_CHECK;

/* Splits as a shell splits words: blanks, '..', "..", backslash; nothing is expanded and no shell is
 * run. NULL-terminated argv in the arena. Error: an open quote, no word at all, no such program. */
bool command_line_split(const char *line, const char *const **argv, struct arena *a,
                        struct err *e) MUST_CHECK;

/* The parts of it: the words, of which the first need not be a program; and whether it is, to a process in
 * that folder (NULL: this one's). */
bool command_line_cut(const char *line, const char *const **argv, struct arena *a,
                      struct err *e) MUST_CHECK;
bool command_line_check(const char *const *argv, const char *line, const char *folder,
                        struct err *e) MUST_CHECK;

/* /bin/sh -c LINE */
const char *const *command_line_of_shell(const char *line, struct arena *a);

/* One line that a shell, or command_line_split, takes apart into these words again. In the arena. */
const char *command_line_text(const char *const *argv, struct arena *a);

/* command_line_split, or with `shell` the words of /bin/sh -c LINE. */
bool command_line_words(const char *line, bool shell, const char *const **argv, struct arena *a,
                        struct err *e) MUST_CHECK;

/* Is there a program of that name, as execvp would find it in that folder (NULL: this process's)? */
bool command_line_is_program(const char *name, const char *folder);

/* What messages call it: the whole line, or the one that the shell is given. In the arena. */
const char *command_line_name(const char *const *argv, struct arena *a);

#endif
