/* A probe whose clocks are scripted, and that keeps a log of what was called in which order.
 *
 *     struct probe_mock mock = {.script = readings, .n = 2};
 *     struct probe_source source = probe_mock_source(&mock);
 *     probe_open_source(&p, &source);
 *     probe_begin(&p, &r);  probe_mock_note(&mock, "body");  probe_end(&p, &r, &slice);
 *     // mock.log.p: "delay children cpu wall body wall cpu children delay"
 */
#ifndef CUPEL_PROBE_MOCK_H
#define CUPEL_PROBE_MOCK_H

#include "harness/base/str.h"
#include "harness/probe/probe.h"

struct probe_mock {
    const struct probe_reading *script; /* one reading per begin or end; the last one stays */
    int n;
    int calls; /* of clocks, so far; four make a reading */
    struct text log;
};

struct probe_source probe_mock_source(struct probe_mock *mock);
void probe_mock_note(struct probe_mock *mock, const char *what);
void probe_mock_done(struct probe_mock *mock); /* frees the log */

#endif
