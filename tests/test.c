#include "tests/test.h"

#include "harness/base/io.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *setting(const char *name, const char *fallback)
{
    const char *value = getenv(name);
    return value && *value ? value : fallback;
}

const char *test_data_file(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", setting("CUPEL_DATA", "../shared/data"), name);
    if (!io_exists(path)) {
        print_message("# no %s: set CUPEL_DATA to the folder of market data\n", path);
        skip();
    }
    return path;
}

const char *test_path(const char *name)
{
    static char path[1024];
    const char *own = setting("CUPEL_TEST_TMP", NULL);
    if (own)
        snprintf(path, sizeof path, "%s/%s", own, name);
    else
        snprintf(path, sizeof path, "%s/tests/tmp/%s", setting("CUPEL_BUILD", "build/release"),
                 name);
    return path;
}

const char *test_folder(const char *name)
{
    const char *path = test_path(name);
    struct err e;
    if (!io_remove_tree(path, &e) || !io_make_dirs(path, &e))
        fail_msg("%s", e.text);
    return path;
}

bool test_give_up_rights(const char *folder)
{
    enum { NOBODY = 65534 };
    struct stat st;
    bool ok = (geteuid() != 0 || seteuid(NOBODY) == 0) && stat(folder, &st) == 0;
    if (!ok)
        print_message("# permissions cannot be made to hold here for %s\n", folder);
    return ok;
}

void test_take_rights_back(void)
{
    if (geteuid() != getuid() && seteuid(getuid()) != 0)
        abort();
}

const char *test_in(const char *folder, const char *name)
{
    static char paths[8][1200];
    static int turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void test_write(const char *path, const char *text)
{
    struct err e = {0};
    assert_ok(io_write_file(path, text, strlen(text), &e), &e);
}
