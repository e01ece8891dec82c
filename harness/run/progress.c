#include "harness/run/progress.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/probe/machine.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_UNKNOWN = 80, TITLE_LEAST = 8, PIECE = 160, LINE = 512 };
static const int64_t terminal_interval_ns = 100000000, plain_interval_ns = 5000000000;

/* ---- formatting ---- */

static bool starts_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

static int columns_of(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += starts_character(*text);
    return n;
}

/* Bytes of the first `columns` characters: never half a character. */
static size_t bytes_of(const char *text, int columns)
{
    const char *p = text;
    while (*p && (columns > 0 || !starts_character(*p))) {
        columns -= starts_character(*p);
        p++;
    }
    return (size_t)(p - text);
}

static void pairs_text(char *out, size_t size, const struct progress_cell *cell)
{
    char ratio[UNITS_TEXT];
    int n = snprintf(out, size, "  %d/%d pairs", cell->pairs, cell->pairs_max);
    if (isfinite(cell->ratio))
        n += snprintf(out + n, size - (size_t)n, "  %s%s%s", cell->metric ? cell->metric : "",
                      cell->metric ? " " : "", units_ratio(ratio, cell->ratio));
    if (isfinite(cell->ratio) && isfinite(cell->half_width))
        snprintf(out + n, size - (size_t)n, " \u00b1%.1f %%", cell->half_width * 100);
}

size_t progress_line(char *out, size_t size, int columns, int number, int cells,
                     const struct progress_cell *cell, const char *tail)
{
    char head[PIECE], pairs[PIECE], line[LINE];
    snprintf(head, sizeof head, "[%d/%d] ", number, cells);
    pairs_text(pairs, sizeof pairs, cell);
    int others = columns_of(head) + columns_of(pairs) + (*tail ? 2 + columns_of(tail) : 0);
    int room = columns - others > TITLE_LEAST ? columns - others : TITLE_LEAST;
    size_t title = bytes_of(cell->title, room);
    snprintf(line, sizeof line, "%s%.*s%s%s%s", head, (int)title, cell->title, pairs,
             *tail ? "  " : "", tail);
    for (char *c = line; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?'; /* a title from a file must not steer the terminal */
    int n = snprintf(out, size, "%.*s", (int)bytes_of(line, columns), line);
    return (size_t)n < size ? (size_t)n : size - 1;
}

int64_t progress_left_ns(int64_t elapsed_ns, long pairs_done, long pairs_planned)
{
    if (pairs_done <= 0 || elapsed_ns < 0)
        return -1;
    long left = pairs_planned > pairs_done ? pairs_planned - pairs_done : 0;
    return (int64_t)((double)elapsed_ns / (double)pairs_done * (double)left);
}

/* ---- showing ---- */

static int width_of(const struct progress *p)
{
    struct winsize size;
    if (p->width > 0)
        return p->width;
    if (p->terminal && ioctl(fileno(p->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return WIDTH_UNKNOWN;
}

/* One column stays free on a terminal: a full last column would wrap, and \r not come back. */
static void show(struct progress *p, const struct progress_cell *cell, const char *tail, bool stays)
{
    char line[LINE];
    int columns = p->terminal ? width_of(p) - 1 : LINE;
    progress_line(line, sizeof line, columns, p->cells_done + 1, p->cells, cell, tail);
    if (p->terminal)
        fprintf(p->out, "\r%s\x1b[K%s", line, stays ? "\n" : "");
    else
        fprintf(p->out, "%s\n", line);
    fflush(p->out);
    p->shown_ns = p->now_ns();
}

void progress_begin(struct progress *p, int cells, long pairs_planned)
{
    *p = (struct progress){
        .out = stderr,
        .terminal = isatty(STDERR_FILENO) == 1,
        .quiet = log_is_quiet(),
        .now_ns = probe_now_ns,
        .cells = cells,
        .pairs_planned = pairs_planned,
        .started_ns = probe_now_ns(),
    };
    p->shown_ns = p->started_ns;
}

void progress_pair(struct progress *p, const struct progress_cell *cell)
{
    int64_t interval = p->terminal ? terminal_interval_ns : plain_interval_ns;
    if (p->quiet || p->now_ns() - p->shown_ns < interval)
        return;
    char tail[PIECE] = "", left[UNITS_TEXT];
    int64_t ns = progress_left_ns(p->now_ns() - p->started_ns, p->pairs_done + cell->pairs,
                                  p->pairs_planned);
    if (ns >= 0)
        snprintf(tail, sizeof tail, "at most %s left", units_time(left, (double)ns));
    show(p, cell, tail, false);
}

void progress_cell_end(struct progress *p, const struct progress_cell *cell, const char *outcome)
{
    if (!p->quiet)
        show(p, cell, outcome, true);
    p->cells_done++;
    p->pairs_done += cell->pairs;
    p->pairs_planned -= cell->pairs_max - cell->pairs;
}

void progress_end(struct progress *p)
{
    if (p->quiet || !p->terminal)
        return;
    fputs("\r\x1b[K", p->out);
    fflush(p->out);
}
