/* The "ceilings" record: what one core of the machine can do at best, measured in the run that it stands in. */
#ifndef CUPEL_RESULT_CEILINGS_H
#define CUPEL_RESULT_CEILINGS_H

#include "harness/base/json.h"
#include "harness/probe/ceiling_roofline.h"

/* Owner: the caller. */
struct json *ceilings_record(const struct ceiling_roofline *c);

/* "ceilings of one core: 52.4 x 10^9 operations/s (AVX2 FMA), reads L1 ..." for people. */
void ceilings_text(const struct ceiling_roofline *c, struct text *out);

#endif
