#include "harness/run/pair_results.h"

#include "harness/result/agree.h"

/* The first pair's stand for all: totals as an example, counts because they are exact, which is
 * checked. */
static void keep_facts(struct cell_side *kept, const struct json *build, struct side_results *found)
{
    if (kept->digest.exact[0]) {
        kept->counts_vary = kept->counts_vary || !json_same(kept->counts, found->counts);
        return;
    }
    kept->digest = found->digest;
    kept->build = json_copy(build);
    kept->counts = found->counts;
    kept->totals = found->totals;
    kept->overhead = found->overhead;
    *found = (struct side_results){0};
}

/* Other processes of the same side come first: what is not even equal there is no layer's doing. */
static bool check_results(const struct cell_result *r, int s, const struct kernel_digest *found,
                          struct err *e)
{
    const struct kernel_digest *earlier = &r->sides[s].digest;
    return (!earlier->exact[0] || agree_check(found, earlier, "an earlier pair had", e)) &&
           agree_exact(found, r->cell->expect_digest, "the scenario expects", e);
}

bool pair_keep(struct cell_result *result, int side, const struct json *build,
               struct side_results *found, struct err *e)
{
    if (!check_results(result, side, &found->digest, e))
        return false;
    keep_facts(&result->sides[side], build, found);
    return true;
}

bool pair_sides_agree(const struct cell_result *r, struct err *e)
{
    return agree_check(&r->sides[SIDE_NEW].digest, &r->sides[SIDE_BASE].digest, "the base has", e);
}
