/* Help pages, made from the command rows. */
#ifndef CUPEL_CMD_HELP_H
#define CUPEL_CMD_HELP_H

#include "harness/cmd/command.h"

#include <stdbool.h>
#include <stdio.h>

void help_overview(FILE *out);
void help_command(const struct command *c, FILE *out);

/* Answers `--help`, `-h`, `help [NAME]`, `help --man` and `--version` on standard output; false when
 * the words ask for none of them. */
bool help_answers(int argc, char **argv);

/* For the first word of two-word commands ("data"): lists them; false when there are none. */
bool help_group(const char *word, FILE *out);

#endif
