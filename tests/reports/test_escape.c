#include "reports/escape.h"

#include "tests/test.h"

#include <string.h>

struct example {
    const char *from, *to;
};

static void check(void (*escape)(struct text *, const char *), const struct example *rows)
{
    for (; rows->from; rows++) {
        struct text out = {0};
        text_puts(&out, "");
        escape(&out, rows->from);
        assert_string_equal(out.p, rows->to);
        text_done(&out);
    }
}

static void html_holds_no_tag_and_no_quote(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"\" onload='x' &amp;",       "&quot; onload=&#39;x&#39; &amp;amp;"  },
        {"a\nb\x01",                  "a b "                                 },
        {NULL,                        NULL                                   },
    };
    check(escape_html, rows);
}

static void bytes_that_are_no_utf8_are_replaced(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"\xC3\xA9\xE2\x82\xAC", "\xC3\xA9\xE2\x82\xAC"                },
        {"\xC0\xBC",             "\xEF\xBF\xBD\xEF\xBF\xBD"            }, /* overlong '<' */
        {"\xED\xA0\x80",         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, /* a surrogate */
        {"x\xE2\x82",            "x\xEF\xBF\xBD\xEF\xBF\xBD"           }, /* cut at the end */
        {NULL,                   NULL                                  },
    };
    check(escape_html, rows);
}

static void markdown_cannot_leave_its_cell(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"a|b\nc",             "a\\|b c"                           },
        {"*x* _y_ [z](u) `q`", "\\*x\\* \\_y\\_ \\[z\\](u) \\`q\\`"},
        {"<b>",                "&lt;b&gt;"                         },
        {NULL,                 NULL                                },
    };
    check(escape_markdown, rows);
}

static void a_gnuplot_string_stays_one_string(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"it's",              "'it''s'"                },
        {"'; system('x'); '", "'''; system(''x''); '''"},
        {"a\nsystem('x')",    "'a system(''x'')'"      },
        {"`ls` @m \\",        "'`ls` @m \\'"           }, /* no meaning in single quotes */
        {NULL,                NULL                     },
    };
    check(escape_gnuplot, rows);
}

static void a_shell_word_stays_one_word(void **state)
{
    (void)state;
    static const struct example rows[] = {
        {"scenarios/headline.json", "scenarios/headline.json"},
        {"a b",                     "'a b'"                  },
        {"$(rm x)",                 "'$(rm x)'"              },
        {"it's",                    "'it'\\''s'"             },
        {"",                        "''"                     },
        {NULL,                      NULL                     },
    };
    check(escape_shell, rows);
}

static void a_file_name_is_letters_digits_and_dashes(void **state)
{
    (void)state;
    struct text out = {0};
    escape_slug(&out, "../Micro/<b>all</b>!", 40);
    assert_string_equal(out.p, "micro-b-all-b");
    text_clear(&out);
    escape_slug(&out, "abcdefgh", 3);
    assert_string_equal(out.p, "abc");
    text_done(&out);
}

static void clipping_counts_characters(void **state)
{
    (void)state;
    struct text out = {0};
    escape_clip(&out, "\xC3\xA9\xC3\xA9\xC3\xA9", 3);
    assert_string_equal(out.p, "\xC3\xA9\xC3\xA9\xC3\xA9");
    text_clear(&out);
    escape_clip(&out, "\xC3\xA9\xC3\xA9\xC3\xA9x", 3);
    assert_string_equal(out.p, "\xC3\xA9\xC3\xA9\xE2\x80\xA6");
    text_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(html_holds_no_tag_and_no_quote), TEST(bytes_that_are_no_utf8_are_replaced),
        TEST(markdown_cannot_leave_its_cell), TEST(a_gnuplot_string_stays_one_string),
        TEST(a_shell_word_stays_one_word),    TEST(a_file_name_is_letters_digits_and_dashes),
        TEST(clipping_counts_characters),
    };
    return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
