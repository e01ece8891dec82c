#include "tests/test.h"

#include "harness/base/io.h"

#include <stdlib.h>
#include <string.h>

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

const char *test_folder(const char *name)
{
    static char path[1024];
    struct err e;
    snprintf(path, sizeof path, "%s/tests/tmp/%s", setting("CUPEL_BUILD", "build/release"), name);
    if (!io_remove_tree(path, &e) || !io_make_dirs(path, &e))
        fail_msg("%s", e.text);
    return path;
}
