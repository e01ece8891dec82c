/* backtest_metadata.json: a run as JSON and back, private to this folder. */
#ifndef CUPEL_CAPTURE_METADATA_H
#define CUPEL_CAPTURE_METADATA_H

#include "kernels/capture/capture.h"

#define CAPTURE_SCHEMA        "cupel-capture/1"
#define CAPTURE_METADATA_NAME "metadata/backtest_metadata.json"

/* Which rule decided: "entry_point", "includes", "yaml", "disabled", "unknown". */
const char *capture_metadata_mode(const struct capture_plan *plan);

/* The text of the file. `run` holds what was kept; the plan, how it was found. */
void capture_metadata_print(const struct capture_order *order, const struct capture_run *run,
                            struct text *out);

/* Checked field by field. id and folder of *out are set by the caller. Owner: the arena. */
bool capture_metadata_parse(const struct json *document, const char *id, struct arena *a,
                            struct capture_run *out, struct err *e) MUST_CHECK;

#endif
