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

/* For the first words of longer commands ("data", "data prices"): lists those that begin with as many of
 * the words as any does; false when none does. */
bool help_group(int argc, char **argv, FILE *out);

#endif
