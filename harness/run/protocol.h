/* What harness and worker say to each other: one JSON object a line over a socket pair, the harness
 * asks and the worker answers. Versioned, so that today's harness can drive yesterday's worker and a
 * mismatch is a sentence, not a wrong number.
 *
 *     ask                                                      answer
 *     {"op":"hello","protocol":2}                              {"protocol":2,"abi":4,"version":..,
 *                                                               "commit":..,"compiler":..,"flags":..}
 *     {"op":"prepare","kernel":..,"layers":"a,b","settings":{},
 *      "state_dir":..,"seed":"17","cpu":0}                     {"jobs":400,"grain":1,"has_delay":true,
 *                                                               "slice":{..}}
 *     {"op":"step","lo":0,"hi":8}                              {"slice":{"cpu_ns":..,"wall_ns":..,
 *                                                               "delay_ns":..}}
 *     {"op":"finish"}                                          {"slice":{..}}
 *     {"op":"results"}                                         {"digest":..,"result_metrics":{..},
 *                                                               "counts":{},"totals":[],
 *                                                               "overhead":{..}}
 *     {"op":"timeline"}                                        {"series":{..}}
 *     {"op":"heap","path":".."}                                {}
 *     {"op":"release"}                                         {}
 *     {"op":"quit"}                                            (end of file)
 *
 * `kernel` is the name of a built-in one or the path of a shared object, which holds a '/': a worker that
 * loads none refuses it as a name it does not know.
 * A worker whose hello says "timeline":true takes "timeline_ms" in prepare: it writes down how much
 * memory is held, so often or less, until it hands the series over (result/series.h).
 * "heap":true: it writes jemalloc's heap profile, where it was started for that (probe/heap.h).
 * A failed ask is answered by {"error":"one line","code":2}. Fields that the other side does not
 * know are ignored; a change that breaks this raises PROTOCOL_VERSION. 2: `digest` is of the exact part
 * of the results only, the rest is result_metrics (result/agree.h).
 */
#ifndef CUPEL_RUN_PROTOCOL_H
#define CUPEL_RUN_PROTOCOL_H

#include "harness/base/err.h"
#include "harness/base/json.h"
#include "harness/probe/probe.h"

#include <stdbool.h>
#include <stdint.h>

enum { PROTOCOL_VERSION = 2 };

/* The variable that tells a worker which descriptor the harness is at. */
#define PROTOCOL_FD_VARIABLE "CUPEL_WORKER_FD"

struct channel {
    int fd;
    struct text received; /* bytes not yet handed out */
    int64_t deadline_ns;  /* (probe_now_ns) for the next messages to be here; 0: none */
    bool is_late;         /* one was not */
};

void channel_close(struct channel *c);

/* Takes ownership of the message. */
bool channel_send(struct channel *c, struct json *message, struct err *e) MUST_CHECK;

/* The next message; NULL with e when the other side has gone or speaks no JSON. Owner: the caller. */
struct json *channel_receive(struct channel *c, struct err *e) MUST_CHECK;

/* A slice as a member of a message: object.key = {"cpu_ns":..,"wall_ns":..,"delay_ns":..}. */
void protocol_put_slice(struct json *object, const char *key, const struct probe_slice *slice);
bool protocol_read_slice(const struct json *object, const char *key, struct probe_slice *slice,
                         struct err *e) MUST_CHECK;

#endif
