#include "tests/fuzz/fuzz.h"

#include "harness/base/io.h"
#include "tests/test.h"

#include <dirent.h>
#include <string.h>

/* Every file of tests/fuzz/corpus/NAME, and nothing at all. */
static void replay(const char *name, void (*target)(struct str))
{
    char folder[256], path[600];
    struct err e;
    int files = 0;
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", name);
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    target((struct str){"", 0});
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct text bytes = {0};
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_ok(io_read_file(path, &bytes, &e), &e);
        /* Of its own size, so that a sanitiser sees one byte too far. */
        struct arena exact = {0};
        char *copy = arena_alloc_raw(&exact, bytes.n);
        if (bytes.n)
            memcpy(copy, bytes.p, bytes.n);
        target((struct str){copy, bytes.n});
        arena_done(&exact);
        text_done(&bytes);
        files++;
    }
    closedir(dir);
    assert_true(files > 0);
}

#define CORPUS_TEST(name)                                                                          \
    static void name##_takes_its_corpus(void **state)                                              \
    {                                                                                              \
        (void)state;                                                                               \
        replay(#name, fuzz_##name);                                                                \
    }
FUZZ_TARGETS(CORPUS_TEST)

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CORPUS_ROW(name) TEST(name##_takes_its_corpus),
        FUZZ_TARGETS(CORPUS_ROW)
#undef CORPUS_ROW
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
