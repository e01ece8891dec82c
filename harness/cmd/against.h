/* `gate --against REF`: the base is what another commit of this repository makes of the new side.
 *
 *     struct revision base = REVISION_NONE;
 *     if (against_sides(&pair, &base, &settings, new, &arena, e)) ... a gate of the pair ...
 *     revision_close(&base);
 */
#ifndef CUPEL_CMD_AGAINST_H
#define CUPEL_CMD_AGAINST_H

#include "harness/gate/revision.h"
#include "harness/gate/subject.h"

struct against_settings {
    const char *name;  /* of the commit; NULL: nobody asked */
    const char *build; /* a line for the shell, run there and here; NULL: nothing is built, or, for
                        * cupel's own repository, make */
    const char *line;  /* a command that both sides run, each in its folder */
    bool rebuild;      /* even when that commit was built before */
    bool not_here;     /* no build of the present tree */
};

/* Error: settings that need --against, and there is none. */
bool against_check(const struct against_settings *s, struct err *e) MUST_CHECK;

/* new: the side as it was said; NULL: the command, or all layers of the scenario's kernel by this program
 * and by the one that is built of the commit. Paths that both sides name begin in their folders. Says what
 * it compares. Error: no such commit, it does not build, a side that is none. */
bool against_sides(struct subject_pair *out, struct revision *base,
                   const struct against_settings *s, const char *new, struct arena *a,
                   struct err *e) MUST_CHECK;

#endif
