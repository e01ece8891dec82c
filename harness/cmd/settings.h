/* Settings that the commands share which measure: their option rows, and what their words stand for.
 * An option has one row here, whichever command takes it; the field is named as the option.
 *
 *     struct run_settings { const char *seed, *out, *state_dir; struct opt_texts set, export; bool quiet; };
 *     static const struct opt run_options[] = {..., SETTINGS_SET_ROW(struct run_settings),
 *                                              SETTINGS_RESULT_ROWS(struct run_settings), OPT_END};
 */
#ifndef CUPEL_CMD_SETTINGS_H
#define CUPEL_CMD_SETTINGS_H

#include "harness/base/json.h"
#include "harness/base/opt.h"
#include "harness/export/export_after.h"

/* clang-format off */
#define SETTINGS_SET_ROW(type)                                                                     \
    {.name = "set", .kind = OPT_TEXTS, .offset = offsetof(type, set), .arg = "NAME=VALUE",         \
     .help = "a setting of the kernel, over the scenario's; may be repeated"}
#define SETTINGS_STATE_DIR_ROW(type)                                                               \
    {.name = "state-dir", .kind = OPT_TEXT, .offset = offsetof(type, state_dir), .arg = "DIR",     \
     .help = "where the sides keep what they store, instead of the scenario's folder, $TMPDIR or " \
             "/var/tmp; /dev/shm: in memory"}
#define SETTINGS_SEED_ROW(type)                                                                    \
    {.name = "seed", .kind = OPT_TEXT, .offset = offsetof(type, seed), .arg = "S",                 \
     .help = "of orders and inputs, instead of one from the system; the record holds it"}
#define SETTINGS_OUT_ROW(type)                                                                     \
    {.name = "out", .kind = OPT_TEXT, .offset = offsetof(type, out), .arg = "FILE",                \
     .help = "results file to make, instead of results/runs/NAME-TIME.jsonl"}
#define SETTINGS_EXPORT_ROW(type)                                                                  \
    {.name = "export", .kind = OPT_TEXTS, .offset = offsetof(type, export),                        \
     .arg = EXPORT_AFTER_ARG, .help = EXPORT_AFTER_HELP}
#define SETTINGS_QUIET_ROW(type)                                                                   \
    {.name = "quiet", .kind = OPT_FLAG, .offset = offsetof(type, quiet), .help = "no progress"}

/* Of a command that leaves a results file. */
#define SETTINGS_RESULT_ROWS(type)                                                                 \
    SETTINGS_SEED_ROW(type),                                                                       \
    SETTINGS_OUT_ROW(type),                                                                        \
    SETTINGS_EXPORT_ROW(type),                                                                     \
    SETTINGS_QUIET_ROW(type)
/* clang-format on */

/* Of --seed; NULL: from the system's entropy. Error: not a whole number from 0 to 2^64-1. */
bool settings_seed(const char *text, uint64_t *seed, struct err *e) MUST_CHECK;

/* Of --set: an object of the kernel's settings named by the texts; a text list collects all texts of its
 * name. Error: no such kernel or setting, value out of range. Owner: the caller. */
struct json *settings_overrides(const struct opt_texts *set, const char *kernel, struct arena *a,
                                struct err *e) MUST_CHECK;

#endif
