/* The runs of a base: listing, reading, checking, restoring. */
#include "kernels/capture/capture_found.h"
#include "kernels/capture/capture_metadata.h"
#include "kernels/capture/capture_object.h"
#include "kernels/capture/capture_yaml.h"

#include "harness/base/io.h"
#include "kernels/store/folder_swap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- listing ---------------------------------------------------------------------------------- */

static const char leftover_mark[] = ".tmp.";

static bool is_leftover(const char *name)
{
    size_t n = sizeof leftover_mark - 1;
    return strncmp(name, leftover_mark, n) == 0 && capture_is_id(name + n);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool capture_list(const char *base, struct arena *a, struct capture_lines *ids,
                  struct capture_lines *leftovers, struct err *e)
{
    const char *folder = arena_format(a, "%s/backtests", base);
    struct capture_lines none = {0};
    leftovers = leftovers ? leftovers : &none;
    *ids = *leftovers = none;
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT || err_system(e, "%s", folder);
    for (const struct dirent *entry; (entry = readdir(dir));) {
        const char *name = entry->d_name;
        struct capture_lines *list = capture_is_id(name) ? ids
                                     : is_leftover(name) ? leftovers
                                                         : NULL;
        if (list && is_folder(arena_format(a, "%s/%s", folder, name)))
            capture_lines_add(list, a, name);
    }
    closedir(dir);
    capture_lines_sort(ids);
    capture_lines_sort(leftovers);
    return true;
}

bool capture_read(const char *base, const char *id, struct arena *a, struct capture_run *out,
                  struct err *e)
{
    *out = (struct capture_run){0};
    if (!capture_is_id(id))
        return err_input(e, "expected a run as YYYYMMDD_HHMMSS_mmm[_N], found \"%.60s\"", id);
    const char *folder = arena_format(a, "%s/backtests/%s", base, id);
    if (!is_folder(folder))
        return err_input(e, "%s: there is no such run", folder);
    const char *path = arena_format(a, "%s/" CAPTURE_METADATA_NAME, folder);
    struct text text = {0};
    struct stat st;
    struct json *document = NULL;
    bool ok = capture_paths_read(path, &text, &st, e) &&
              (document = json_parse((struct str){text.p, text.n}, path, e));
    if (ok)
        ok = capture_metadata_parse(document, id, a, out, e) || err_prefix(e, "%s", path);
    out->id = arena_text(a, id);
    out->folder = folder;
    json_free(document);
    text_done(&text);
    return ok;
}

/* ---- code ------------------------------------------------------------------------------------- */

static const char *path_of(const char *base, const struct capture_run *run,
                           const struct capture_file *f, struct arena *a)
{
    return run->how == CAPTURE_CONTENT ? capture_object_path(base, f->sha256, a)
                                       : arena_format(a, "%s/code/%s", run->folder, f->path);
}

static bool check_size(const char *path, uint64_t bytes, struct err *e)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return (errno != ENOENT && errno != ENOTDIR) || err_system(e, "%s", path);
    if (!S_ISREG(st.st_mode))
        return err_input(e, "%s: is not a regular file", path);
    return (uint64_t)st.st_size == bytes ||
           err_input(e, "%s: has %lld bytes, expected %llu", path, (long long)st.st_size,
                     (unsigned long long)bytes);
}

bool capture_check_sizes(const char *base, const struct capture_run *run, struct err *e)
{
    struct arena scratch = {0};
    bool ok = true;
    for (int i = 0; i < run->file_count && ok; i++)
        ok = check_size(path_of(base, run, &run->files[i], &scratch), run->files[i].bytes, e);
    arena_done(&scratch);
    return ok;
}

bool capture_content(const char *base, const struct capture_run *run, const struct capture_file *f,
                     struct text *bytes, struct err *e)
{
    struct arena scratch = {0};
    struct stat st;
    char hash[SHA256_HEX];
    const char *path = path_of(base, run, f, &scratch);
    bool ok = capture_paths_read(path, bytes, &st, e);
    if (ok) {
        sha256_of(bytes->p, bytes->n, hash);
        ok = strcmp(hash, f->sha256) == 0 ||
             err_input(e,
                       "%s: its content is not what was kept (SHA-256 %.16s..., expected %.16s...)",
                       path, hash, f->sha256);
    }
    arena_done(&scratch);
    return ok;
}

bool capture_verify(const char *base, const struct capture_run *run, struct err *e)
{
    struct text bytes = {0};
    bool ok = true;
    for (int i = 0; i < run->file_count && ok; i++) {
        text_clear(&bytes);
        ok = capture_content(base, run, &run->files[i], &bytes, e);
    }
    text_done(&bytes);
    return ok;
}

static bool write_restored(const char *folder, const struct capture_file *f,
                           const struct text *bytes, struct err *e)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, f->path) >= (int)sizeof path)
        return err_input(e, "%.60s...: the name is too long", folder);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    if (!io_make_dirs(path, e))
        return false;
    *slash = '/';
    int fd = io_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, e);
    if (fd < 0)
        return false;
    bool ok = (bytes->n == 0 || io_write(fd, bytes->p, bytes->n, e)) &&
              capture_object_stamp(fd, f, e) && io_sync(fd, e);
    io_close(fd);
    return ok || err_prefix(e, "%s", path);
}

static bool restore_files(const char *base, const struct capture_run *run, const char *folder,
                          struct err *e)
{
    struct text bytes = {0};
    bool ok = true;
    for (int i = 0; i < run->file_count && ok; i++) {
        text_clear(&bytes);
        ok = capture_content(base, run, &run->files[i], &bytes, e) &&
             write_restored(folder, &run->files[i], &bytes, e);
    }
    text_done(&bytes);
    return ok;
}

/* An empty folder gives way; one that was filled meanwhile does not. */
static bool clear_place(const char *to, struct err *e)
{
    return rmdir(to) == 0 || errno == ENOENT || err_system(e, "%s", to);
}

bool capture_restore(const char *base, const struct capture_run *run, const char *to, struct err *e)
{
    struct arena a = {0};
    struct folder_swap swap;
    if (!io_is_empty_dir(to))
        return err_input(e, "%s: expected a new or an empty folder", to);
    bool ok = folder_swap_begin(&swap, to, true, &a, e);
    if (ok && !(restore_files(base, run, swap.temporary, e) && clear_place(swap.target, e))) {
        folder_swap_abandon(&swap);
        ok = false;
    } else if (ok)
        ok = folder_swap_commit(&swap, e);
    arena_done(&a);
    return ok;
}

/* ---- strategy.yaml ---------------------------------------------------------------------------- */

static bool find_in(const char *folder, struct arena *a, struct capture_lines *folders,
                    struct capture_lines *out, struct err *e)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return err_system(e, "%s", folder);
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (*entry->d_name == '.')
            continue;
        const char *path = arena_format(a, "%s/%s", folder, entry->d_name);
        if (strcmp(entry->d_name, CAPTURE_YAML_NAME) == 0)
            capture_lines_add(out, a, path);
        else if (is_folder(path))
            capture_lines_add(folders, a, path);
    }
    closedir(dir);
    return true;
}

bool capture_find_yaml(const char *folder, struct arena *a, struct capture_lines *out, bool *all,
                       struct err *e)
{
    struct capture_lines folders = {0};
    *out = folders;
    *all = true;
    capture_lines_add(&folders, a, folder);
    if (!find_in(folder, a, &folders, out, e))
        return false;
    for (int i = 1; i < folders.n; i++) {
        struct err ignored;
        *all = *all && i < CAPTURE_FOLDERS_MAX;
        if (i < CAPTURE_FOLDERS_MAX && !find_in(folders.v[i], a, &folders, out, &ignored))
            *all = false;
    }
    capture_lines_sort(out);
    return true;
}
