#include "harness/flame/parts.h"

#include "harness/stats/proportion.h"

#include <math.h>
#include <string.h>

static const double level = 0.95;

static bool fits(const char *pattern, const char *function)
{
    size_t n = strlen(pattern);
    if (n > 0 && pattern[n - 1] == '$')
        return strlen(function) == n - 1 && memcmp(pattern, function, n - 1) == 0;
    return strncmp(pattern, function, n) == 0;
}

bool parts_names(const struct kernel_part *part, const char *function)
{
    for (const char *const *pattern = part->functions; pattern && *pattern; pattern++)
        if (fits(*pattern, function))
            return true;
    return false;
}

/* The row of each frame; `count`, where none names it. */
static int *rows_of_frames(const struct kernel_part *parts, int count, const struct stacks *s,
                           struct arena *scratch)
{
    int *row_of = ARENA_NEW(scratch, int, s->frame_count + 1);
    for (int f = 0; f < s->frame_count; f++) {
        int row = 0;
        while (row < count && !parts_names(&parts[row], s->frames[f].name))
            row++;
        row_of[f] = row;
    }
    return row_of;
}

/* A node that no row names belongs to its caller's part: parents come before their children. */
static void share_out(const struct stacks *s, const int *row_of_frame, int other,
                      struct parts_row *rows, struct arena *scratch)
{
    int *row_of = ARENA_NEW(scratch, int, s->node_count + 1);
    for (int i = 0; i < s->node_count; i++) {
        const struct stacks_node *node = &s->nodes[i];
        int own = node->frame < 0 ? other : row_of_frame[node->frame];
        row_of[i] = own == other && node->parent >= 0 ? row_of[node->parent] : own;
        rows[row_of[i]].weight += node->self;
    }
}

static struct stats_interval share_of(uint64_t weight, uint64_t total, enum stacks_unit unit)
{
    double share = (double)weight / (double)total;
    if (unit == STACKS_SAMPLES || total == 0)
        return stats_proportion((double)weight, (double)total, level);
    return (struct stats_interval){share, share, share, level};
}

static void name_rows(const struct kernel_part *parts, int count, struct parts_row *rows)
{
    for (int i = 0; i < count; i++) {
        rows[i].name = parts[i].name;
        rows[i].title = parts[i].title;
        rows[i].is_overhead = parts[i].is_overhead;
    }
    rows[count].name = rows[count].title = "other";
}

struct parts parts_of(const struct kernel_part *parts, int count, const struct stacks *s,
                      struct arena *a)
{
    struct arena scratch = {0};
    struct parts p = {.rows = ARENA_NEW(a, struct parts_row, count + 1),
                      .count = count + 1,
                      .total = stacks_total(s)};
    name_rows(parts, count, p.rows);
    share_out(s, rows_of_frames(parts, count, s, &scratch), count, p.rows, &scratch);
    for (int i = 0; i <= count; i++) {
        p.rows[i].share = share_of(p.rows[i].weight, p.total, s->unit);
        p.overhead += i < count && p.rows[i].is_overhead ? p.rows[i].weight : 0;
        p.computation += i < count && !p.rows[i].is_overhead ? p.rows[i].weight : 0;
    }
    p.ratio = p.computation ? (double)p.overhead / (double)p.computation : NAN;
    arena_done(&scratch);
    return p;
}
