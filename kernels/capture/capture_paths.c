#include "kernels/capture/capture_paths.h"

#include "harness/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the last part off; false when there is none. */
static bool drop_last(struct text *place)
{
    if (place->n == 0)
        return false;
    while (place->n > 0 && place->p[place->n - 1] != '/')
        place->n--;
    place->n -= place->n > 0;
    place->p[place->n] = '\0';
    return true;
}

/* Adds one part of a path; false when it leaves the root. */
static bool add_part(struct text *place, struct str part)
{
    if (part.n == 0 || str_is(part, "."))
        return true;
    if (str_is(part, ".."))
        return drop_last(place);
    text_printf(place, "%s%.*s", place->n ? "/" : "", (int)part.n, part.p);
    return true;
}

const char *capture_paths_join(const char *from, const char *name, struct arena *a)
{
    struct text place = {0};
    size_t n = strlen(name);
    bool ok = n > 0 && n < PATH_MAX && *name != '/';
    text_puts(&place, from);
    for (struct str rest = str_of(name); ok && rest.p;)
        ok = add_part(&place, str_cut(&rest, '/'));
    const char *joined = ok && place.n > 0 && place.n < PATH_MAX ? arena_text(a, place.p) : NULL;
    text_done(&place);
    return joined;
}

const char *capture_paths_folder(const char *place, struct arena *a)
{
    const char *slash = strrchr(place, '/');
    return slash ? str_copy(a, (struct str){place, (size_t)(slash - place)}) : "";
}

bool capture_paths_is_place(const char *path)
{
    if (!*path || strlen(path) >= PATH_MAX)
        return false;
    for (struct str rest = str_of(path); rest.p;) {
        struct str part = str_cut(&rest, '/');
        if (part.n == 0 || str_is(part, ".") || str_is(part, ".."))
            return false;
    }
    return true;
}

const char *capture_paths_below(const char *root, const char *real)
{
    size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(root, real, n) != 0)
        return NULL;
    if (real[n] == '\0')
        return real + n;
    return real[n] == '/' ? real + n + 1 : NULL;
}

/* ---- looking ---------------------------------------------------------------------------------- */

const char *capture_look_words(enum capture_look look)
{
    static const char *const words[] = {
        [CAPTURE_THERE] = "is there",
        [CAPTURE_ABSENT] = "is not there",
        [CAPTURE_DANGLING] = "is a link that leads nowhere",
        [CAPTURE_SHUT] = "lies in a folder that may not be entered",
        [CAPTURE_OUTSIDE] = "leaves the project",
        [CAPTURE_NO_FILE] = "is not a regular file",
        [CAPTURE_TOO_LARGE] = "is larger than 64 MiB",
        [CAPTURE_NO_NAME] = "has a name that is no UTF-8",
    };
    return words[look];
}

static bool full_path(const char *root, const char *place, char out[PATH_MAX])
{
    return snprintf(out, PATH_MAX, "%s/%s", root, place) < PATH_MAX;
}

/* By the errno of following it: a name that is there and leads nowhere is not the same as none. */
static enum capture_look why_absent(const char *path)
{
    struct stat st;
    if (errno == EACCES)
        return CAPTURE_SHUT;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode) ? CAPTURE_DANGLING : CAPTURE_ABSENT;
}

enum capture_look capture_paths_look(const char *root, const char *place, struct arena *a,
                                     struct capture_file *out)
{
    char path[PATH_MAX], real[PATH_MAX];
    struct stat st;
    if (!full_path(root, place, path))
        return CAPTURE_ABSENT;
    if (stat(path, &st) != 0 || !realpath(path, real))
        return why_absent(path);
    if (!capture_paths_below(root, real))
        return CAPTURE_OUTSIDE;
    if (!S_ISREG(st.st_mode))
        return CAPTURE_NO_FILE;
    if (st.st_size > CAPTURE_FILE_BYTES_MAX)
        return CAPTURE_TOO_LARGE;
    if (!str_is_utf8(str_of(place)))
        return CAPTURE_NO_NAME;
    *out = (struct capture_file){
        .path = arena_text(a, place),
        .source = arena_text(a, real),
        .bytes = (uint64_t)st.st_size,
    };
    return CAPTURE_THERE;
}

bool capture_paths_is_folder(const char *root, const char *place)
{
    char path[PATH_MAX];
    struct stat st;
    return full_path(root, place, path) && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- the root --------------------------------------------------------------------------------- */

/* What a project's folder holds. A Makefile often stands in folders of a project too, and so only
 * counts where nothing else is found. */
static const char *const marks[] = {".git", "pyproject.toml", "setup.py", NULL};
static const char *const weak_marks[] = {"Makefile", NULL};

static bool has_mark(const char *folder, const char *const *names)
{
    char path[PATH_MAX];
    for (; *names; names++)
        if (full_path(folder, *names, path) && io_exists(path))
            return true;
    return false;
}

/* The nearest folder above with a mark, or NULL. */
static const char *nearest(const char *real, const char *const *names, struct arena *a)
{
    char *folder = arena_text(a, real);
    for (;;) {
        if (has_mark(folder, names))
            return folder;
        char *slash = strrchr(folder, '/');
        if (!slash || slash == folder)
            return NULL;
        *slash = '\0';
    }
}

const char *capture_paths_root(const char *real, struct arena *a)
{
    const char *root = nearest(real, marks, a);
    if (!root)
        root = nearest(real, weak_marks, a);
    return root ? root : arena_text(a, real);
}

/* ---- reading ---------------------------------------------------------------------------------- */

static bool check_regular(const char *path, int fd, struct stat *st, struct err *e)
{
    if (fstat(fd, st) != 0)
        return err_system(e, "%s", path);
    if (!S_ISREG(st->st_mode))
        return err_input(e, "%s: expected a regular file", path);
    return st->st_size <= CAPTURE_FILE_BYTES_MAX ||
           err_input(e, "%s: expected at most 64 MiB", path);
}

bool capture_paths_read(const char *path, struct text *into, struct stat *st, struct err *e)
{
    int fd = io_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, e);
    if (fd < 0)
        return false;
    bool ok = check_regular(path, fd, st, e);
    for (size_t left = ok ? (size_t)st->st_size : 0, got; ok && left > 0; left -= got) {
        text_reserve(into, left);
        ok = io_read(fd, into->p + into->n, left, &got, e) || err_prefix(e, "%s", path);
        if (!ok || got == 0)
            break;
        into->n += got;
    }
    if (ok)
        text_add(into, "", 0); /* its NUL */
    io_close(fd);
    return ok;
}
