/* Texts as numbers: of assets, and of files as they were. A text keeps its number as long as the table
 * lives. For hundreds of them, each looked up seldom.
 *
 *     uint32_t number = st_names_number(&names, "LA Comdty");
 *     names.v[number] ...
 */
#ifndef CUPEL_STRADDLE_NAMES_H
#define CUPEL_STRADDLE_NAMES_H

#include <stdint.h>

struct st_names { /* zero is an empty one */
    char **v;
    uint32_t n;
};

uint32_t st_names_number(struct st_names *names, const char *text);
void st_names_done(struct st_names *names);

#endif
