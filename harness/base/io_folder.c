/* Folders, and what happens to files in them: made, renamed, removed. */
#define _GNU_SOURCE
#include "harness/base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool io_make_dirs(const char *path, struct err *e)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return err_input(e, "\"%.60s\": not a usable folder name", path);
    memcpy(part, path, n + 1);
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char end = *p;
        *p = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return err_system(e, "make folder %s", part);
        *p = end;
        if (end == '\0')
            break;
    }
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return err_input(e, "%s: expected a folder, found a file", path);
    return true;
}

bool io_rename(const char *from, const char *to, struct err *e)
{
    if (!io_count(IO_RENAME, 0) || rename(from, to) != 0)
        return err_system(e, "rename %s to %s", from, to);
    return true;
}

bool io_sync_dir(const char *path, struct err *e)
{
    int fd = io_open(path, O_RDONLY | O_DIRECTORY, e);
    if (fd < 0)
        return false;
    bool ok = io_sync(fd, e) || err_prefix(e, "%s", path);
    io_close(fd);
    return ok;
}

bool io_remove(const char *path, struct err *e)
{
    if (!io_count(IO_REMOVE, 0) || unlink(path) != 0)
        return err_system(e, "remove %s", path);
    return true;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return io_count(IO_REMOVE, 0) && (remove(path) == 0 || errno == ENOENT) ? 0 : -1;
}

bool io_remove_tree(const char *path, struct err *e)
{
    struct stat st;
    /* A folder that somebody else takes away while it is listed ends a walk: another one. */
    for (int walks = 0; walks < 1000; walks++) {
        if ((lstat(path, &st) != 0 && errno == ENOENT) ||
            nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0)
            return true;
        if (errno != ENOENT)
            break;
    }
    return err_system(e, "remove %s", path);
}

/* NAME.tmp.PID; an SQLite database's log is NAME.tmp.PID-wal. */
bool io_is_temporary(const char *name)
{
    static const char mark[] = ".tmp.", *const logs[] = {"-wal", "-journal", "-shm"};
    const char *end = name + strlen(name);
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
        if ((size_t)(end - name) > strlen(logs[i]) && strcmp(end - strlen(logs[i]), logs[i]) == 0) {
            end -= strlen(logs[i]);
            break;
        }
    const char *digits = end;
    while (digits > name && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    size_t n = sizeof mark - 1;
    return digits < end && (size_t)(digits - name) > n && memcmp(digits - n, mark, n) == 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

bool io_remove_temporaries(const char *path, const char *const *except, struct err *e)
{
    char *paths[] = {(char *)(uintptr_t)path, NULL}; /* fts only reads it */
    FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    bool ok = fts != NULL;
    FTSENT *f;
    while (ok && (f = fts_read(fts)) != NULL) {
        if (f->fts_info == FTS_D && f->fts_level == 1 && is_one_of(f->fts_name, except))
            fts_set(fts, f, FTS_SKIP);
        bool is_temporary = f->fts_info == FTS_F && io_is_temporary(f->fts_name);
        ok = !is_temporary || (io_count(IO_REMOVE, 0) && remove(f->fts_accpath) == 0);
    }
    ok = ok || err_system(e, "clean %s", path);
    if (fts)
        fts_close(fts);
    return ok;
}

bool io_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool io_is_empty_dir(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return !io_exists(path);
    int entries = 0;
    while (readdir(dir))
        entries++;
    closedir(dir);
    return entries <= 2; /* . and .. */
}

const char *io_passing_folder(const char *chosen)
{
    const char *folder = getenv("TMPDIR");
    if (chosen)
        return chosen;
    return folder && *folder ? folder : "/var/tmp";
}
