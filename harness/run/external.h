/* An external command as one side of a pair: run whole, output read and thrown away but for its
 * tail, the system's own accounting of the finished process tree taken.
 *
 *     const char *const *argv;
 *     external_split("./new --flag 'two words'", NULL, &argv, &arena, e);
 *     external_run(argv, NULL, &slice, e);
 */
#ifndef CUPEL_RUN_EXTERNAL_H
#define CUPEL_RUN_EXTERNAL_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/str.h"
#include "harness/probe/probe.h"

#define EXTERNAL_BLANKS " \t\n\v\f\r"

/* Appends what stands at *p up to an unquoted one of `stops` or the end to `word`, '..', ".." and
 * backslashes taken away, and moves *p there. False when a quote is left open. */
bool external_word(const char **p, const char *stops, struct text *word) MUST_CHECK;

/* Splits as a shell splits words: blanks, '..', "..", backslash; nothing is expanded and no shell is
 * run. NULL-terminated argv in the arena. folder: in which it will run; NULL: this process's. Error: an
 * open quote, no word at all, no such program. */
bool external_split(const char *line, const char *folder, const char *const **argv, struct arena *a,
                    struct err *e) MUST_CHECK;

/* Runs it once in that folder, standard input empty. cpu_ns: user + system of the process and of every child it
 * waited for; wall_ns: from before fork to after wait; delay_ns: 0 (not to be had from outside).
 * Error: cannot be run, ended by a signal, or an exit status other than 0 (the last line of its
 * output is in the message). */
bool external_run(const char *const *argv, const char *folder, struct probe_slice *slice,
                  struct err *e) MUST_CHECK;

#endif
