/* An SQLite VFS that passes everything to the default one and counts on the way (io.h).
 *
 * SQLite's own extension point: the file object holds the real file behind its own header, the
 * method table forwards, and only open, read, write, sync and delete are counted. */
#include "harness/base/io.h"

#include <sqlite3.h>
#include <stddef.h>

struct counted_file {
    sqlite3_file base; /* must be first: SQLite sees this */
    sqlite3_file *real;
};

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct counted_file *)(void *)f)->real;
}

static int file_close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int file_read(sqlite3_file *f, void *into, int n, sqlite3_int64 at)
{
    if (!io_count(IO_READ, (uint64_t)n))
        return SQLITE_IOERR_READ;
    return real_of(f)->pMethods->xRead(real_of(f), into, n, at);
}

static int file_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    if (!io_count(IO_WRITE, (uint64_t)n))
        return SQLITE_FULL;
    return real_of(f)->pMethods->xWrite(real_of(f), from, n, at);
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int file_sync(sqlite3_file *f, int flags)
{
    if (!io_count(IO_SYNC, 0))
        return SQLITE_IOERR_FSYNC;
    return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int file_lock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int file_unlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int file_check_lock(sqlite3_file *f, int *out)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int file_control(sqlite3_file *f, int op, void *argument)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, argument);
}

static int file_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int file_device(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static const sqlite3_io_methods counted_methods = {
    .iVersion = 1, /* no shared memory: WAL falls back to exclusive locking */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
};

static sqlite3_vfs *default_vfs;

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
    (void)vfs;
    struct counted_file *file = (struct counted_file *)(void *)f;
    file->base.pMethods = NULL;
    file->real = (sqlite3_file *)(void *)(file + 1);
    if (!io_count(IO_OPEN, 0))
        return SQLITE_CANTOPEN;
    int rc = default_vfs->xOpen(default_vfs, name, file->real, flags, out_flags);
    if (rc == SQLITE_OK)
        file->base.pMethods = &counted_methods;
    return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
    (void)vfs;
    if (!io_count(IO_REMOVE, 0))
        return SQLITE_IOERR_DELETE;
    return default_vfs->xDelete(default_vfs, name, sync_dir);
}

const char *io_sqlite_vfs(void)
{
    static sqlite3_vfs counted;
    if (counted.zName)
        return counted.zName;
    default_vfs = sqlite3_vfs_find(NULL);
    if (!default_vfs)
        return NULL;
    counted = *default_vfs;
    counted.zName = "cupel";
    counted.szOsFile = (int)sizeof(struct counted_file) + default_vfs->szOsFile;
    counted.xOpen = vfs_open;
    counted.xDelete = vfs_delete;
    counted.pNext = NULL;
    if (sqlite3_vfs_register(&counted, 0) != SQLITE_OK)
        counted.zName = NULL;
    return counted.zName;
}
