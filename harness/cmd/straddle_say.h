/* What `cupel straddle` says of a run: lines and a table for people, or an object for programs. */
#ifndef CUPEL_CMD_STRADDLE_SAY_H
#define CUPEL_CMD_STRADDLE_SAY_H

#include "harness/base/json.h"
#include "kernels/straddle/run.h"

struct straddle_spent {
    double wall_ns, cpu_ns;
    double
        begin_ns; /* of wall: the inputs read, the straddles expanded; no prices are opened yet */
    double world_ns; /* before that, not in wall: a world found or made by its recipe; 0: none */
};

/* Lines that stand before the table: "# SYNTHETIC: ...", "# NOTE: ASSETS". */
void straddle_say_marks(const struct st_run *run, struct text *out);

void straddle_say_summary(const struct st_run *run, const struct straddle_spent *spent);
void straddle_say_caches(const struct st_run *run);
/* Workers' warm-up, what went to and from them, how long the full sets would take. */
void straddle_say_more(const struct st_run *run, const struct straddle_spent *spent);

/* Owner: the caller. */
struct json *straddle_summary(const struct st_run *run, const struct straddle_spent *spent,
                              const struct kernel_digest *digest);

#endif
