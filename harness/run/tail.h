/* The end of what a command printed: the rest is thrown away as it comes, so that gigabytes cost
 * nothing.
 *
 *     struct tail t = {0};
 *     tail_add(&t, bytes, n);
 *     char lines[TAIL_TEXT];  tail_lines(&t, 5, lines);      // "make: *** [all] | Error 2"
 */
#ifndef CUPEL_RUN_TAIL_H
#define CUPEL_RUN_TAIL_H

#include <stddef.h>

enum { TAIL_BYTES = 2048, TAIL_TEXT = 400 };

struct tail {
    char bytes[TAIL_BYTES];
    size_t n;
};

void tail_add(struct tail *t, const char *bytes, size_t n);

/* The last lines that are not blank, at most `most` and as many as the text holds, joined by " | "; of a
 * single long one its end. Returns how many. */
int tail_lines(const struct tail *t, int most, char text[TAIL_TEXT]);

#endif
