#include "kernels/backtest/store_folder.h"

#include "harness/base/io.h"
#include "harness/base/str.h"

#include <dirent.h>
#include <fcntl.h>

const char *const bt_store_foreign[] = {"backtests", "objects", NULL};

static DIR *open_folder(const char *folder, struct err *e)
{
    int fd = io_open(folder, O_RDONLY | O_DIRECTORY, e);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && !dir) {
        err_system(e, "%s", folder);
        io_close(fd);
    }
    return dir;
}

bool bt_folder_each(const char *folder, bt_folder_fn *fn, void *context, struct err *e)
{
    DIR *dir = open_folder(folder, e);
    struct text path = {0};
    bool ok = dir != NULL;
    for (const struct dirent *entry; ok && (entry = readdir(dir));) {
        struct stat st;
        text_clear(&path);
        text_printf(&path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && lstat(path.p, &st) == 0) /* else it has gone meanwhile */
            ok = fn(context, path.p, entry->d_name, &st, e);
    }
    text_done(&path);
    if (dir)
        closedir(dir);
    return ok;
}
