#include "tests/capture/project.h"

#include "harness/base/io.h"
#include "tests/test.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void project_put(const char *folder, const char *path, const char *text)
{
    static const char arrow[] = "-> ";
    char full[PATH_MAX], parent[PATH_MAX];
    struct err e;
    snprintf(full, sizeof full, "%s/%s", folder, path);
    snprintf(parent, sizeof parent, "%s", full);
    assert_ok(io_make_dirs(dirname(parent), &e), &e);
    if (strncmp(text, arrow, sizeof arrow - 1) == 0) {
        assert_int_equal(symlink(text + sizeof arrow - 1, full), 0);
        return;
    }
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

const char *project_make(const char *name, const char *const rows[][2], struct arena *a)
{
    char real[PATH_MAX];
    const char *folder = arena_text(a, test_folder(name));
    for (; (*rows)[0]; rows++)
        project_put(folder, (*rows)[0], (*rows)[1]);
    assert_non_null(realpath(folder, real));
    return arena_text(a, real);
}

const char *project_paths(const struct capture_file *files, int n, struct arena *a)
{
    const char *paths = "";
    for (int i = 0; i < n; i++)
        paths = arena_format(a, "%s%s%s", paths, *paths ? " " : "", files[i].path);
    return paths;
}

const char *project_text(const char *path, struct arena *a)
{
    struct text text = {0};
    struct err e;
    assert_ok(io_read_file(path, &text, &e), &e);
    const char *copy = arena_text(a, text.p ? text.p : "");
    text_done(&text);
    return copy;
}
