/* Runs older than an age, and what nobody needs any more: planned first, so that what is said to go is
 * what goes.
 *
 *     struct clean c;
 *     if (clean_plan(&(struct clean_settings){.base = dir, .now_ms = now, .older_ms = age}, &arena, &c, e) &&
 *         clean_do(&c, e)) ...
 *
 * A run's age comes of its id, which is a time in UTC. Only BASE/backtests and BASE/objects are looked
 * into; where one of them is a link, nothing is done. A run is renamed before it is removed: at any
 * moment it is there, or it is none.
 */
#ifndef CUPEL_STORAGE_CLEAN_H
#define CUPEL_STORAGE_CLEAN_H

#include "harness/storage/usage.h"

#include <sys/types.h>

/* Whoever writes an object, or makes use of one, touches it: younger ones stay. So do folders of runs that
 * may be being written. */
enum { CLEAN_GRACE_MS = 600000 };

enum clean_what {
    CLEAN_RUN,
    CLEAN_LEFTOVER, /* a run that was never finished, a temporary file of a killed process */
    CLEAN_OBJECT,   /* a content that no run is left to refer to */
    CLEAN_WHATS
};

struct clean_row {
    enum clean_what what;
    const char *place; /* below the base */
    struct usage_amount amount;
    int64_t time_ms; /* of the run's id; last change of others */
};

struct clean_settings {
    const char *base;
    int64_t now_ms, older_ms;
    pid_t user; /* a process whose runs are in use (the sweep that has the store); 0: none */
};

struct clean {
    struct clean_settings settings;
    struct clean_row *rows; /* runs by time, then leftovers, then objects by name */
    int n;
    struct usage_amount all;
    int kept;               /* runs that stay */
    int in_use;             /* of them, old enough but in use */
    int gone;               /* rows that somebody else had removed before clean_do came to them */
    const char *unreadable; /* a run that stays and cannot be read: no object goes. NULL: none */
};

/* "30d", "12h", "45m" -> milliseconds. Error: names what was expected. */
bool clean_parse_age(const char *text, int64_t *ms, struct err *e) MUST_CHECK;

bool clean_plan(const struct clean_settings *settings, struct arena *a, struct clean *out,
                struct err *e) MUST_CHECK;

/* Removes the rows, in their order, and counts those that are gone already: any number of processes may
 * clean one base. Error: the first that cannot be removed; those before it are gone. */
bool clean_do(struct clean *c, struct err *e) MUST_CHECK;

#endif
