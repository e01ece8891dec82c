/* What must be said wherever numbers are shown. */
#ifndef CUPEL_CMD_NOTES_H
#define CUPEL_CMD_NOTES_H

#include "harness/base/json.h"

#include <stdio.h>

/* A line for each synthetic bundle among the inputs of a run record. */
void notes_synthetic(const struct json *inputs, FILE *out);

#endif
