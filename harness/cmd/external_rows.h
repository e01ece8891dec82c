/* Option rows that every command has which runs other people's commands (bench, gate).
 *
 *     struct gate_settings { ...; struct external_settings external; };
 *     static const struct opt gate_options[] = {..., EXTERNAL_ROWS(struct gate_settings), OPT_END};
 */
#ifndef CUPEL_CMD_EXTERNAL_ROWS_H
#define CUPEL_CMD_EXTERNAL_ROWS_H

#include "harness/base/opt.h"
#include "harness/run/external.h"

struct external_settings {
    struct opt_texts prepare;
    const char *input;
    double timeout;
    bool shell, ignore_failure, check_output, show_output;
};

/* type: a settings struct with a member `external` */
#define EXTERNAL_ROWS(type)                                                                        \
    {.name = "prepare",                                                                            \
     .kind = OPT_TEXTS,                                                                            \
     .offset = offsetof(type, external.prepare),                                                   \
     .arg = "CMD",                                                                                 \
     .help = "run before each run of a command, not timed"},                                       \
        {.name = "timeout",                                                                        \
         .kind = OPT_REAL,                                                                         \
         .offset = offsetof(type, external.timeout),                                               \
         .arg = "SECONDS",                                                                         \
         .min = 0,                                                                                 \
         .max = 1e6,                                                                               \
         .fallback = "0",                                                                          \
         .help = "a run that takes longer is ended with all that it started: exit 2; 0: never"},   \
        {.name = "ignore-failure",                                                                 \
         .kind = OPT_FLAG,                                                                         \
         .offset = offsetof(type, external.ignore_failure),                                        \
         .help = "a command that fails is measured like any other"},                               \
        {.name = "check-output",                                                                   \
         .kind = OPT_FLAG,                                                                         \
         .offset = offsetof(type, external.check_output),                                          \
         .help = "every run of every command must print the same: else exit 4"},                   \
        {.name = "show-output",                                                                    \
         .kind = OPT_FLAG,                                                                         \
         .offset = offsetof(type, external.show_output),                                           \
         .help = "what the commands print goes to standard error"},                                \
        {.name = "input",                                                                          \
         .kind = OPT_TEXT,                                                                         \
         .offset = offsetof(type, external.input),                                                 \
         .arg = "FILE",                                                                            \
         .help = "standard input of every run, instead of nothing"},                               \
    {                                                                                              \
        .name = "shell", .kind = OPT_FLAG, .offset = offsetof(type, external.shell),               \
        .help = "commands are lines for /bin/sh -c; without it no shell runs"                      \
    }

/* The same for the runner of commands, with at most one --prepare, its words in the arena. Error: the
 * input cannot be read, or what --prepare names cannot be run. */
bool external_rows_options(const struct external_settings *s, struct external_options *out,
                           struct arena *a, struct err *e) MUST_CHECK;

/* The first of these options that was given, as a name; NULL: none. */
const char *external_rows_given(const struct external_settings *s);

#endif
