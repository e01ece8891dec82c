/* What a whole run used, beside its time: faults, switches, I/O, memory, perf events.
 *
 *     struct probe_meter *m = probe_meter_open();
 *     probe_totals_begin(m);  ... all slices ...  probe_totals_end(m, &totals);
 *     json_put(record, "totals", probe_totals_to_json(&totals));
 *     probe_meter_close(m);
 *
 * A row that could not be read is there all the same, with the reason; it is never a false 0.
 * Open the meter in the process that works, before it starts workers.
 */
#ifndef CUPEL_PROBE_TOTALS_H
#define CUPEL_PROBE_TOTALS_H

#include "harness/base/err.h"

#include <stdbool.h>

struct json;

enum { PROBE_TOTALS_MAX = 64, PROBE_NAME = 32, PROBE_UNIT = 16, PROBE_REASON = 120 };

struct probe_total {
    char name[PROBE_NAME], unit[PROBE_UNIT];
    bool available;
    double value;              /* 0 when not available */
    char reason[PROBE_REASON]; /* "" when available */
};

/* A value: owns nothing, may be copied. */
struct probe_totals {
    int n;
    struct probe_total rows[PROBE_TOTALS_MAX];
};

struct probe_meter;

struct probe_meter *probe_meter_open(void); /* never NULL; owner: the caller */
void probe_meter_close(struct probe_meter *m);

void probe_totals_begin(struct probe_meter *m);
void probe_totals_end(struct probe_meter *m, struct probe_totals *out);

const struct probe_total *probe_totals_find(const struct probe_totals *totals, const char *name);

/* An array of {"name", "unit", "value": number or null, "reason": text when null}. Owner of the
 * result: the caller. */
struct json *probe_totals_to_json(const struct probe_totals *totals);

/* Rows of another version with other names are kept. Error names row and field. */
bool probe_totals_from_json(const struct json *array, struct probe_totals *out,
                            struct err *e) MUST_CHECK;

#endif
