/* Live progress on standard error: one line, redrawn, on a terminal; now and then a whole line
 * elsewhere; nothing when quiet.
 *
 *     progress_begin(&p, cells, pairs_planned);
 *     for each cell:  for each pair: progress_pair(&p, &cell);   progress_cell_end(&p, &cell, "PASS");
 *     progress_end(&p);
 */
#ifndef CUPEL_RUN_PROGRESS_H
#define CUPEL_RUN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct progress_cell {
    const char *title;
    int pairs, pairs_max; /* done so far; at most */
    const char *metric;   /* that the ratio is of; NULL: CPU time */
    double ratio;         /* new / base; NAN while there is none */
    double half_width;    /* of its interval, relative: 0.012 is 1.2 %; NAN while there is none */
};

struct progress {
    FILE *out;
    bool terminal, quiet;
    int width; /* columns; 0: ask the terminal at each line */
    int64_t (*now_ns)(void);
    int cells, cells_done;
    long pairs_done;    /* by the cells that ended */
    long pairs_planned; /* by all; a cell that ended early counts what it took */
    int64_t started_ns, shown_ns;
};

/* To stderr, quiet as the log is. pairs_planned: the most that all cells together can take. A
 * test may change any field after it. */
void progress_begin(struct progress *p, int cells, long pairs_planned);

/* After each pair: shown at most 10 times a second, or every 5 s when not a terminal. */
void progress_pair(struct progress *p, const struct progress_cell *cell);

/* Always shown, and stays. `outcome` stands at its end ("PASS", "digest mismatch"). */
void progress_cell_end(struct progress *p, const struct progress_cell *cell, const char *outcome);

/* Wipes a line that is still live. */
void progress_end(struct progress *p);

/* Time that the rest takes if pairs go on as they did; -1 while nothing is known. */
int64_t progress_left_ns(int64_t elapsed_ns, long pairs_done, long pairs_planned);

/* "[2/6] TITLE  12/60 pairs  0.913 ±1.2 %  TAIL" in at most `columns` columns (UTF-8 counted by
 * character): the title is shortened first, then the end is cut. Returns the bytes written. */
size_t progress_line(char *out, size_t size, int columns, int number, int cells,
                     const struct progress_cell *cell, const char *tail);

#endif
