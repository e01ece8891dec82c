#define _GNU_SOURCE
#include "kernels/store/folder_swap.h"

#include "harness/base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char mark[] = ".tmp.";

/* "a/b/" is "a/b"; a link stands for what it points to, so that the link itself survives. */
static char *plain_target(const char *target, struct arena *a)
{
    char resolved[PATH_MAX];
    struct stat st;
    char *copy = arena_text(a, target);
    for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
        copy[n - 1] = '\0';
    if (lstat(copy, &st) == 0 && S_ISLNK(st.st_mode) && realpath(copy, resolved))
        return arena_text(a, resolved);
    return copy;
}

/* The process of "BASE.tmp.PID", or 0 when the name is another. */
static long process_of(const char *name, const char *base)
{
    size_t n = strlen(base);
    long pid;
    if (strncmp(name, base, n) != 0 || strncmp(name + n, mark, sizeof mark - 1) != 0)
        return 0;
    return str_to_long(str_of(name + n + sizeof mark - 1), &pid) && pid > 0 && pid <= INT_MAX ? pid
                                                                                              : 0;
}

static bool is_left_over(const char *name, const char *base)
{
    long pid = process_of(name, base);
    return pid == getpid() || (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH);
}

/* Best effort: what cannot be removed is in nobody's way. */
static void remove_left_overs(const struct folder_swap *f, const char *base, struct arena *a)
{
    struct err ignored;
    DIR *dir = opendir(f->parent);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (is_left_over(entry->d_name, base))
            (void)!io_remove_tree(arena_format(a, "%s/%s", f->parent, entry->d_name), &ignored);
    if (dir)
        closedir(dir);
}

static bool already_there(const char *target, struct err *e)
{
    return err_input(e, "%s exists: --replace puts the new one in its place", target);
}

bool folder_swap_begin(struct folder_swap *f, const char *target, bool replace, struct arena *a,
                       struct err *e)
{
    char *plain = plain_target(target, a);
    const char *base = basename(arena_text(a, plain));
    *f = (struct folder_swap){
        .target = plain,
        .parent = dirname(arena_text(a, plain)),
        .temporary = arena_format(a, "%s%s%ld", plain, mark, (long)getpid()),
        .replace = replace,
    };
    if (plain[0] == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0 || *base == '/')
        return err_input(e, "\"%s\": expected the name of a folder to be made", target);
    if (io_exists(plain) && !replace)
        return already_there(plain, e);
    if (!io_make_dirs(f->parent, e))
        return false;
    remove_left_overs(f, base, a);
    if (mkdir(f->temporary, 0777) != 0)
        return err_system(e, "make folder %s", f->temporary);
    return true;
}

static bool is_one_of(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool folder_swap_may_replace(const char *target, const char *const *names, const char *what,
                             struct err *e)
{
    DIR *dir = opendir(target);
    if (!dir)
        return errno == ENOENT || err_system(e, "%s: cannot be replaced", target);
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(dir));)
        ok = is_one_of(names, entry->d_name) ||
             err_input(e, "%s: not replaced: it holds %.80s, which is no part of %s", target,
                       entry->d_name, what);
    closedir(dir);
    return ok;
}

static bool rename_flagged(const char *from, const char *to, unsigned flags)
{
    return io_count(IO_RENAME, 0) && renameat2(AT_FDCWD, from, AT_FDCWD, to, flags) == 0;
}

static bool flag_unknown(void)
{
    return errno == EINVAL || errno == ENOSYS;
}

/* rename(2) itself refuses a target folder that is not empty. */
static bool put_new(const struct folder_swap *f, struct err *e)
{
    if (rename_flagged(f->temporary, f->target, RENAME_NOREPLACE) ||
        (flag_unknown() && rename_flagged(f->temporary, f->target, 0)))
        return true;
    if (errno == EEXIST || errno == ENOTEMPTY)
        return already_there(f->target, e);
    return err_system(e, "rename %s to %s", f->temporary, f->target);
}

/* Without an exchange of names there is a moment without target. What gives way then bears a name
 * that remove_left_overs does not know: a kill in that moment must not cost the old bundle. */
static bool put_by_two_renames(const struct folder_swap *f, struct err *e)
{
    char old[PATH_MAX];
    struct err ignored;
    snprintf(old, sizeof old, "%s.old.%ld", f->target, (long)getpid());
    if (!io_rename(f->target, old, e))
        return false;
    if (io_rename(f->temporary, f->target, e))
        return io_remove_tree(old, e);
    if (!io_rename(old, f->target, &ignored))
        return err_prefix(e, "the old bundle is now %s", old);
    return false;
}

static bool put_in_place(const struct folder_swap *f, struct err *e)
{
    if (!f->replace || !io_exists(f->target))
        return put_new(f, e);
    if (rename_flagged(f->temporary, f->target, RENAME_EXCHANGE))
        return io_remove_tree(f->temporary, e); /* now the old one */
    if (flag_unknown())
        return put_by_two_renames(f, e);
    return err_system(e, "exchange %s and %s", f->temporary, f->target);
}

bool folder_swap_commit(struct folder_swap *f, struct err *e)
{
    if (io_sync_dir(f->temporary, e) && put_in_place(f, e))
        return io_sync_dir(f->parent, e) ||
               err_prefix(e, "%s: complete and in place, but its folder could not be synced",
                          f->target);
    folder_swap_abandon(f);
    return false;
}

void folder_swap_abandon(const struct folder_swap *f)
{
    struct err ignored; /* the error that led here is the one to report */
    (void)!io_remove_tree(f->temporary, &ignored);
}
