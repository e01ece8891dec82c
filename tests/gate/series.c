#include "tests/gate/series.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

void series_add(struct series *s, const struct series_pair *pair)
{
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 64;
        s->pairs = mem_resize(MEM_BASE, s->pairs, (size_t)s->capacity * sizeof *s->pairs);
    }
    s->pairs[s->count++] = *pair;
}

void series_done(struct series *s)
{
    mem_free(MEM_BASE, s->pairs);
    *s = (struct series){0};
}

/* ---- reading ---------------------------------------------------------------------------------- */

static bool read_head(struct series *s, const char *line, struct err *e)
{
    if (sscanf(line, "# %63s unit=%lf slices=%d", s->name, &s->unit_ns, &s->slices) != 3 ||
        s->slices < 1 || s->slices > SERIES_SLICES_MAX || !(s->unit_ns > 0))
        return err_input(e, "expected \"# NAME unit=NS slices=N\", N at most %d",
                         SERIES_SLICES_MAX);
    return true;
}

static bool read_pair(struct series *s, struct str line, struct err *e)
{
    struct series_pair pair = {0};
    struct str first = str_cut(&line, ',');
    if (first.n != (size_t)s->slices)
        return err_input(e, "expected %d turns, found %zu", s->slices, first.n);
    for (int i = 0; i < s->slices; i++) {
        pair.first[i] = first.p[i] == '1';
        for (int side = 0; side < 2; side++) {
            double time;
            if (!line.p || !str_to_double(str_cut(&line, ','), &time) || !(time > 0))
                return err_input(e, "expected %d times", 2 * s->slices);
            pair.time[i][side] = (float)time;
        }
    }
    series_add(s, &pair);
    return true;
}

bool series_read(struct series *s, const char *path, struct err *e)
{
    *s = (struct series){0};
    char line[1024];
    gzFile file = gzopen(path, "rb");
    if (!file)
        return err_system(e, "%s", path);
    bool ok = true;
    for (int number = 1; ok && gzgets(file, line, sizeof line); number++) {
        line[strcspn(line, "\n")] = '\0';
        ok = number == 1 ? read_head(s, line, e) : read_pair(s, str_of(line), e);
        ok = ok || err_prefix(e, "%s:%d", path, number);
    }
    gzclose(file);
    if (ok && s->count == 0)
        ok = err_input(e, "%s: expected pairs, found none", path);
    if (!ok)
        series_done(s);
    return ok;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void print_pair(const struct series *s, const struct series_pair *pair, struct text *out)
{
    for (int i = 0; i < s->slices; i++)
        text_puts(out, pair->first[i] ? "1" : "0");
    for (int i = 0; i < s->slices; i++)
        for (int side = 0; side < 2; side++)
            text_printf(out, ",%.0f", fmax((double)pair->time[i][side], 1));
    text_puts(out, "\n");
}

bool series_write(const struct series *s, const char *path, struct err *e)
{
    gzFile file = gzopen(path, "wb9");
    if (!file)
        return err_system(e, "%s", path);
    struct text out = {0};
    text_printf(&out, "# %s unit=%.0f slices=%d\n", s->name, s->unit_ns, s->slices);
    for (int i = 0; i < s->count; i++)
        print_pair(s, &s->pairs[i], &out);
    bool ok = gzwrite(file, out.p, (unsigned)out.n) == (int)out.n;
    ok = gzclose(file) == Z_OK && ok;
    text_done(&out);
    return ok || err_input(e, "%s: cannot be written", path);
}
