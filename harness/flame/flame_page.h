/* Two profiles side by side: one HTML file with both flame graphs, the difference in both directions and a table of
 * functions. Self-contained, and its policy refuses every request.
 * Roots are at the top, so that the two begin at the same height.
 *
 *     flame_page_write(&before, &after, &(struct flame_page){.title = "base and all", ...}, &out);
 *
 * Ids of the pictures: flame-before, flame-after, flame-diff, flame-reverse; of the table: functions.
 */
#ifndef CUPEL_FLAME_FLAME_PAGE_H
#define CUPEL_FLAME_FLAME_PAGE_H

#include "harness/base/str.h"
#include "harness/flame/stacks.h"
#include "harness/stats/proportion.h"

/* Texts are raw. */
struct flame_page {
    const char *title;          /* NULL: "From BEFORE to AFTER" */
    const char *subtitle;       /* what was sampled, by what; may be NULL */
    const char *before, *after; /* what the two are called; NULL: "before", "after" */
    const char *before_subtitle,
        *after_subtitle;      /* below their pictures' names; NULL: their weight */
    struct stats_scale scale; /* of flame_diff_top.h; factor 0: not known */
};

void flame_page_write(const struct stacks *before, const struct stacks *after,
                      const struct flame_page *page, struct text *out);

#endif
