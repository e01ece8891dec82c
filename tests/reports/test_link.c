/* Links from a page to a file beside it or elsewhere. */
#include "reports/link.h"
#include "harness/base/io.h"
#include "tests/test.h"

#include <string.h>

static void links_lead_from_the_page_to_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *file, *link;
    } rows[] = {
        {"page",       "page/a.svg",            "a.svg"                            },
        {"page",       "./page//a.svg",         "a.svg"                            },
        {"page/below", "page/a.svg",            "../a.svg"                         },
        {"page",       "else/x y#1%?é.svg",    "../else/x%20y%231%25%3F%C3%A9.svg"},
        {"page/../q",  "else/javascript:1.svg", "../else/javascript%3A1.svg"       },
    };
    struct arena arena = {0};
    struct err e;
    test_folder("links");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *folder = test_path(arena_format(&arena, "links/%s", rows[i].folder));
        folder = arena_text(&arena, folder);
        const char *file =
            arena_text(&arena, test_path(arena_format(&arena, "links/%s", rows[i].file)));
        char *place = arena_text(&arena, file);
        *strrchr(place, '/') = '\0';
        assert_ok(io_make_dirs(place, &e), &e);
        assert_ok(io_write_file(file, "x", 1, &e), &e);
        assert_string_equal(link_to(&arena, folder, file), rows[i].link);
    }
    assert_null(link_to(&arena, "page", "nonesuch.svg"));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_lead_from_the_page_to_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
