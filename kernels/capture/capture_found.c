#include "kernels/capture/capture_found.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum { WARNINGS_MAX = 100 };

struct capture_place {
    const char *name;
    enum capture_look look;
    UT_hash_handle hh;
};

void capture_found_begin(struct capture_found *f, struct capture_plan *plan, struct arena *a)
{
    *f = (struct capture_found){.plan = plan, .arena = a};
}

/* The row of a name, made when it is new. */
static struct capture_place *row_of(struct capture_place **rows, const char *name, struct arena *a,
                                    bool *is_new)
{
    struct capture_place *row = NULL;
    HASH_FIND_STR(*rows, name, row);
    *is_new = !row;
    if (!row) {
        row = ARENA_NEW(a, struct capture_place, 1);
        row->name = arena_text(a, name);
        HASH_ADD_KEYPTR(hh, *rows, row->name, strlen(row->name), row);
    }
    return row;
}

static void add_file(struct capture_found *f, const struct capture_file *file)
{
    if (f->count == CAPTURE_FILES_MAX) {
        if (!f->is_full)
            capture_doubt(f->plan, f->arena, "more than %d files: the rest is left out",
                          CAPTURE_FILES_MAX);
        f->is_full = true;
        return;
    }
    if (f->count == f->capacity) {
        f->capacity = f->capacity ? 2 * f->capacity : 16;
        f->files = mem_resize(MEM_BASE, f->files, (size_t)f->capacity * sizeof *f->files);
    }
    f->files[f->count++] = *file;
}

static enum capture_look look_at(struct capture_found *f, const char *place, bool *is_new)
{
    struct capture_place *row = row_of(&f->places, place, f->arena, is_new);
    if (!*is_new)
        return row->look;
    struct capture_file file;
    row->look = capture_paths_look(f->plan->root, place, f->arena, &file);
    if (row->look == CAPTURE_THERE)
        add_file(f, &file);
    return row->look;
}

enum capture_look capture_found_add(struct capture_found *f, const char *place)
{
    bool is_new;
    return look_at(f, place, &is_new);
}

bool capture_found_take(struct capture_found *f, const char *place)
{
    bool is_new;
    enum capture_look look = look_at(f, place, &is_new);
    if (look == CAPTURE_ABSENT || look == CAPTURE_NO_FILE)
        return false;
    if (look != CAPTURE_THERE && is_new)
        capture_doubt(f->plan, f->arena, "%s: %s: left out", place, capture_look_words(look));
    return look != CAPTURE_DANGLING && look != CAPTURE_SHUT;
}

bool capture_found_is_new(struct capture_found *f, const struct capture_file *file)
{
    bool is_new;
    row_of(&f->read, file->source, f->arena, &is_new);
    return is_new;
}

static int by_path(const void *a, const void *b)
{
    const struct capture_file *x = a, *y = b;
    return strcmp(x->path, y->path);
}

void capture_found_end(struct capture_found *f)
{
    struct capture_plan *plan = f->plan;
    HASH_CLEAR(hh, f->places);
    HASH_CLEAR(hh, f->read);
    plan->file_count = f->count;
    plan->files = ARENA_NEW(f->arena, struct capture_file, f->count + 1);
    if (f->count) {
        memcpy(plan->files, f->files, (size_t)f->count * sizeof *f->files);
        qsort(plan->files, (size_t)f->count, sizeof *plan->files, by_path);
    }
    mem_free(MEM_BASE, f->files);
}

/* ---- lines ------------------------------------------------------------------------------------ */

void capture_lines_add(struct capture_lines *lines, struct arena *a, const char *line)
{
    /* Full at 0 and at each power of two. */
    if ((lines->n & (lines->n - 1)) == 0) {
        const char **wider = ARENA_NEW(a, const char *, lines->n ? 2 * lines->n : 1);
        if (lines->n)
            memcpy(wider, lines->v, (size_t)lines->n * sizeof *wider);
        lines->v = wider;
    }
    lines->v[lines->n++] = arena_text(a, line);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void capture_lines_sort(struct capture_lines *lines)
{
    if (lines->n > 1)
        qsort(lines->v, (size_t)lines->n, sizeof *lines->v, by_text);
}

PRINTF(3, 0)
static void add_warning(struct capture_plan *plan, struct arena *a, const char *format,
                        va_list args)
{
    char line[sizeof((struct err *)0)->text];
    struct err one_line; /* what a name may hold is made printable there */
    if (plan->warnings.n > WARNINGS_MAX)
        return;
    vsnprintf(line, sizeof line, format, args);
    err_input(&one_line, "%s", plan->warnings.n == WARNINGS_MAX ? "more warnings" : line);
    capture_lines_add(&plan->warnings, a, one_line.text);
}

void capture_warn(struct capture_plan *plan, struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_warning(plan, a, format, args);
    va_end(args);
}

void capture_doubt(struct capture_plan *plan, struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_warning(plan, a, format, args);
    va_end(args);
    if (plan->confidence > CAPTURE_DOUBT)
        plan->confidence = CAPTURE_DOUBT;
}
