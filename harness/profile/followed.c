#include "harness/profile/followed.h"

bool followed_run(const struct plan_side *side, struct pair_runner *r, struct followed by,
                  struct external_result *result, struct err *e)
{
    struct external x = r->external;
    x.options.folder = side->folder;
    x.options.follow = by.follow;
    x.options.follow_context = by.context;
    bool ok = external_prepare(&x, e) && external_run(&x, side->argv, &r->rng, result, e);
    r->external.image = x.image; /* made at the first run, kept for the next */
    return ok;
}
