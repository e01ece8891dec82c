/* Where a file is, as a link in a page: the way from the page's folder, for a browser that opens the page as a file.
 *
 *     link_to(a, "build/report", "results/profiles/x/micro all.svg")    "../../results/profiles/x/micro%20all.svg"
 */
#ifndef CUPEL_REPORTS_LINK_H
#define CUPEL_REPORTS_LINK_H

#include "harness/base/arena.h"

/* Both are as the user gave them, relative to the working directory or absolute; links in between are not followed, as
 * browsers do not. What a URL may not hold is written as %XX. NULL: there is no such file. */
const char *link_to(struct arena *a, const char *folder, const char *path);

#endif
