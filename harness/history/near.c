#include "harness/history/near.h"

#include <string.h>

enum { WORD_MAX = 200, NOT_NEAR = 1 << 20 };

static int least(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein 1966, one row at a time. */
static int edits(const char *a, const char *b)
{
    int row[WORD_MAX + 1], na = (int)strlen(a), nb = (int)strlen(b);
    if (na > WORD_MAX || nb > WORD_MAX)
        return NOT_NEAR;
    for (int j = 0; j <= nb; j++)
        row[j] = j;
    for (int i = 1; i <= na; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= nb; j++) {
            int above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[nb];
}

static int distance(const char *word, const char *name)
{
    if (strstr(name, word))
        return 0;
    int n = edits(word, name);
    return 3 * n <= (int)strlen(word) ? n : NOT_NEAR;
}

void near_names(const char *word, const char *const *names, int n, struct text *out)
{
    const char *best[NEAR_SHOWN];
    int far[NEAR_SHOWN], found = 0;
    for (int i = 0; i < n; i++) {
        int d = distance(word, names[i]), at = found;
        while (at > 0 && far[at - 1] > d)
            at--;
        if (d == NOT_NEAR || at == NEAR_SHOWN)
            continue;
        int kept = (found < NEAR_SHOWN ? found : NEAR_SHOWN - 1) - at;
        memmove(far + at + 1, far + at, (size_t)kept * sizeof *far);
        memmove(best + at + 1, best + at, (size_t)kept * sizeof *best);
        far[at] = d;
        best[at] = names[i];
        found += found < NEAR_SHOWN;
    }
    for (int i = 0; i < found; i++)
        text_printf(out, "%s\"%s\"", i ? ", " : ": near: ", best[i]);
}
