/* The records of profiles (results/schema.json): "profile" of one side, "profile-pair" of two that are
 * compared.
 */
#ifndef CUPEL_PROFILE_PROFILE_RECORD_H
#define CUPEL_PROFILE_PROFILE_RECORD_H

#include "harness/base/json.h"
#include "harness/profile/callgrind.h"
#include "harness/profile/profiled.h"
#include "harness/profile/targets.h"

/* Without its files. counted: of a run under callgrind; NULL: none. Owner: the caller. */
struct json *profile_record(const struct target *t, const struct profiled *p,
                            const struct callgrind *counted);

/* What such a record begins with: kind, and which side it is of. Owner: the caller. */
struct json *profile_record_head(const char *kind, const struct target *t);

/* Without its files: which functions' share changed, most first. Owner: the caller. */
struct json *profile_record_pair(const char *id, const struct target *base,
                                 const struct profiled *before, const struct target *new,
                                 const struct profiled *after);

#endif
