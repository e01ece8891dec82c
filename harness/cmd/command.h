/* A command is one const row in a file of its own: `cupel sweep` is cmd/sweep.c. The row's options
 * make the parser, --help and the man page.
 */
#ifndef CUPEL_CMD_COMMAND_H
#define CUPEL_CMD_COMMAND_H

#include "harness/base/err.h"
#include "harness/base/opt.h"

struct invocation {
    const void *settings;   /* the struct that the row's options describe */
    struct opt_texts words; /* positional arguments */
    bool is_literal;        /* words stood behind "--" only */
    struct opt_texts line;  /* the whole command line after the program's name and the command's */
    struct arena *arena;    /* lives as long as the process */
};

struct command {
    const char *name;      /* "sweep", or more words: "data import" */
    const char *arguments; /* after the name in the usage line: "FILE.csv[.gz] --out DIR" */
    const char *summary;   /* one line */
    const char *details;   /* paragraphs for --help and the man page; NULL: none */
    const struct opt *options;
    size_t settings_size;
    int min_words, max_words; /* how many positional arguments; max -1: any number */

    /* The exit status's code. When it is not OK, e->text (if any) is printed by main. */
    enum err_code (*run)(const struct invocation *in, struct err *e);
};

/* NULL-terminated, in the order of the help page. */
extern const struct command *const commands[];

/* How many of the words a name of words begins with: 1 for "data import" and {"data", "verify"}. */
int commands_match(const char *name, int argc, char **argv);

/* The row whose name the first *used words are; NULL: there is none. */
const struct command *commands_find(int argc, char **argv, int *used);

#endif
