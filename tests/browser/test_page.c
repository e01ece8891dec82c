/* The page of a report in a browser: what a reader sees, sorts, points at, copies and enlarges. */
#include "tests/browser/checks.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static char results[PATH_MAX], page[PATH_MAX], picture[PATH_MAX];

/* Canned results, made by a program of tests/data: files below results. */
static const char *made(const char *program, const char *files)
{
    static char list[5000];
    struct text line = {0};
    size_t n = 0;
    for (struct str rest = str_of(files); rest.p;) {
        struct str name = str_cut(&rest, ' ');
        n += (size_t)snprintf(list + n, sizeof list - n, " '%s/%.*s.jsonl'", results, (int)name.n,
                              name.p);
    }
    text_printf(&line, "/usr/bin/python3 tests/data/%s.py%s", program, list);
    assert_int_equal(system(line.p), 0);
    text_done(&line);
    return list;
}

/* Two scales, five comparisons, hostile names. */
static void draw(void)
{
    char full[PATH_MAX + 20];
    assert_non_null(realpath(test_folder("results"), results));
    made("make_results", "full command incomplete");
    snprintf(full, sizeof full, "'%s/full.jsonl'", results);
    const char *folder = check_report(full, "report");
    snprintf(page, sizeof page, "%s/index.html", folder);
    snprintf(picture, sizeof picture, "%s/samples-5-micro-script-alert-1-script.svg", folder);
}

static struct browser *at_page(void **state, int width)
{
    return check_drawn(state, draw, page, width);
}

static void command(struct browser *b, const char *name, const char *parameters)
{
    struct err e;
    struct json *said = browser_command(b, name, parameters, &e);
    assert_ok(said != NULL, &e);
    json_free(said);
}

static void assert_holds(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("expected \"%s\" in \"%s\"", words, text);
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static void a_report_is_whole_quiet_and_readable(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_page(b, page);
}

/* Of every kind of results that a report tells apart, in one. */
static const char *many_files(void)
{
    static char many[PATH_MAX];
    struct text files = {0}, line = {0};
    if (*many)
        return many;
    text_puts(&files, made("make_results", "full command incomplete"));
    text_puts(&files, made("make_scale", "scale settings"));
    text_puts(&files, made("make_speed", "ladder linear"));
    text_puts(&files, made("make_timeline", "timeline"));
    text_printf(&line, "/usr/bin/python3 tests/data/make_figures.py '%s'", results);
    assert_int_equal(system(line.p), 0);
    text_printf(&files,
                " '%s/coalitions.jsonl' '%s/scaling.jsonl' '%s/roofline.jsonl' '%s/profile.jsonl'",
                results, results, results, results);
    snprintf(many, sizeof many, "%s/index.html", check_report(files.p, "many"));
    text_done(&files);
    text_done(&line);
    return many;
}

static void a_report_of_many_files_is_whole_quiet_and_readable(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_page(b, many_files());
}

/* The document of a folder of characteristics. */
static const char *document(void)
{
    static char path[PATH_MAX];
    struct text line = {0};
    if (*path)
        return path;
    text_printf(&line,
                "/usr/bin/python3 tests/data/make_characteristics.py '%s/characteristics' && "
                "\"$CUPEL\" report --characteristics '%s/characteristics' >/dev/null",
                results, results);
    assert_int_equal(system(line.p), 0);
    snprintf(path, sizeof path, "%.4000s/characteristics/index.html", results);
    text_done(&line);
    return path;
}

static void the_document_of_characteristics_is_whole_quiet_and_readable(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_page(b, document());
}

static void a_picture_by_itself_is_whole_quiet_and_readable(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_open(b, picture, CHECK_DESKTOP);
    check_true(b, "document.documentElement.querySelector('title').textContent.includes("
                  "'" CHECK_HOSTILE "')");
    check_true(b, "document.querySelectorAll('script').length === 0");
    check_js(b, "contrast()");
    check_quiet(b, picture);
}

static void names_of_tags_stay_text(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    assert_holds(check_text(b, "document.querySelector('h1').textContent"), CHECK_HOSTILE);
    assert_holds(check_text(b, "document.title"), CHECK_HOSTILE);
    check_true(b, "every('tbody th').some(h => h.textContent === '" CHECK_HOSTILE "')");
    check_true(b, "document.querySelectorAll('b, script').length === 1");
}

/* ---- tables ---------------------------------------------------------------------------------------- */

#define RATIOS                                                                                     \
    "every('.box tbody')[0].querySelectorAll('td:nth-child(4)').values()"                          \
    ".map(c => c.textContent).toArray().join(' ')"
#define SORTED     "every('.box table')[0].querySelector('th:nth-child(4)').getAttribute('aria-sort')"
#define RATIO_HEAD ".box table thead th:nth-child(4) button"

static void a_table_sorts_up_down_and_back(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    char given[200];
    snprintf(given, sizeof given, "%s", check_text(b, RATIOS));
    assert_string_equal(given, "0.987 0.408 1.227");
    check_click(b, RATIO_HEAD);
    assert_string_equal(check_text(b, RATIOS), "0.408 0.987 1.227");
    assert_string_equal(check_text(b, SORTED), "ascending");
    check_click(b, RATIO_HEAD);
    assert_string_equal(check_text(b, RATIOS), "1.227 0.987 0.408");
    assert_string_equal(check_text(b, SORTED), "descending");
    check_click(b, RATIO_HEAD);
    assert_string_equal(check_text(b, RATIOS), given);
    assert_string_equal(check_text(b, SORTED), "");
}

/* Of a column that has dashes: they stand last, whichever way. */
static void what_is_no_number_sorts_behind_the_numbers(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_true(b, "(unfold(), every('table').filter(t => t.tBodies[0].rows.length > 2).every(t =>"
                  " [...t.tHead.rows[0].cells].every((head, at) => [1, 2].every(() => {"
                  "  head.querySelector('button').click();"
                  "  const keyed = [...t.tBodies[0].rows].map(r => 'key' in r.cells[at].dataset);"
                  "  return keyed.lastIndexOf(true) < keyed.length - keyed.filter(k => !k).length;"
                  "}))))");
}

static void a_table_is_one_stop_of_the_tab_key(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_true(b, "every('[role=grid]').length > 20");
    check_true(b, "every('[role=grid]').every(t => every('th, td, button', t)"
                  ".filter(e => e.tabIndex >= 0).length === 1)");
    check_click(b, RATIO_HEAD);
    check_press(b, BROWSER_DOWN BROWSER_DOWN BROWSER_RIGHT);
    assert_string_equal(check_text(b, "document.activeElement.textContent"), "0.782..1.004");
    check_press(b, BROWSER_LEFT BROWSER_LEFT BROWSER_LEFT BROWSER_LEFT BROWSER_LEFT BROWSER_LEFT);
    assert_string_equal(check_text(b, "document.activeElement.textContent"), "bundle-pool");
    check_true(b, "every('.box table')[0].querySelectorAll('[tabindex=\"0\"]').length === 1");
}

/* ---- tips ------------------------------------------------------------------------------------------- */

#define TIP "(document.querySelector('#tip:not([hidden])') || {textContent: ''}).textContent"
#define OF_RATIO                                                                                   \
    "micro/bundle-pool in full.jsonl, compare.cpu: 14 pairs, 95.1 % interval of new / base "       \
    "0.782..1.004"
#define RATIO     ".box tbody tr td:nth-child(4)"
#define BASE_TIME ".box tbody tr td:nth-child(2)"

static void a_tip_shows_under_the_mouse(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    struct err e;
    assert_ok(browser_hover(b, RATIO, &e), &e);
    check_true(b, "!document.querySelector('#tip').hidden");
    assert_string_equal(check_text(b, TIP), OF_RATIO);
    check_true(b, "!document.querySelector('" RATIO "').closest('[title]')");
    check_true(b, "(r => r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= "
                  "innerHeight)(document.querySelector('#tip').getBoundingClientRect())");
    check_press(b, BROWSER_ESC);
    assert_string_equal(check_text(b, TIP), "");
    assert_ok(browser_hover(b, BASE_TIME, &e), &e);
    check_true(b, "!document.querySelector('#tip').hidden");
    assert_holds(check_text(b, TIP), "base.metrics.cpu: 14 pairs, 95 % interval of the mean ");
    assert_ok(browser_hover(b, "h1", &e), &e);
    assert_string_equal(check_text(b, TIP), "");
}

static void a_tip_shows_by_the_keyboard_alone(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_true(b, "(document.querySelector('.box thead button').focus(), true)");
    check_press(b, BROWSER_DOWN BROWSER_RIGHT BROWSER_RIGHT BROWSER_RIGHT);
    assert_string_equal(check_text(b, TIP), OF_RATIO);
    check_true(b, "document.activeElement.getAttribute('aria-describedby') === 'tip'");
    check_press(b, BROWSER_UP);
    assert_string_equal(check_text(b, TIP), "");
    check_press(b, BROWSER_DOWN BROWSER_TAB);
    assert_string_equal(check_text(b, TIP), "");
    check_true(b, "!document.querySelector('[aria-describedby=tip]')");
}

static void a_tip_shows_by_touch(void **state)
{
    struct browser *b = at_page(state, CHECK_PHONE);
    struct err e;
    assert_ok(browser_tap(b, BASE_TIME, &e), &e);
    check_true(b, "!document.querySelector('#tip').hidden");
    assert_holds(check_text(b, TIP), "micro/bundle-pool in full.jsonl, base.metrics.cpu: 14 pairs");
    check_js(b, "sideways(390)");
}

/* Every number of every table says where it comes from. */
static void check_tips(struct browser *b, const char *path)
{
    check_open(b, path, CHECK_DESKTOP);
    check_js(
        b, "every('td.n[data-key]').filter(c => !c.title && !c.parentNode.title &&"
           " !/^Inputs/.test(c.closest('table').caption.textContent))"
           ".map(c => `${c.closest('table').caption.textContent}: ${c.textContent}`).slice(0, 8)");
    check_js(
        b, "every('td.n[title], tr[title]').filter(c => !/ (in|of) \\S+\\.jsonl\\b/.test(c.title))"
           ".map(c => c.title).slice(0, 8)");
}

static void every_number_has_a_tip(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_tips(b, many_files());
}

static void every_number_of_the_document_has_a_tip(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_tips(b, document());
}

/* ---- the rest ----------------------------------------------------------------------------------------- */

static void a_command_is_copied(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_click(b, ".code button");
    check_true(b, "document.querySelector('.code button').textContent === 'Copied'");
    assert_string_equal(check_text(b, "document.querySelector('[role=status]').textContent"),
                        "Copied");
    check_true(b, "(t => (document.body.append(t), t.focus(), true))"
                  "(document.createElement('textarea'))");
    command(b, "Input.dispatchKeyEvent",
            "{\"type\":\"keyDown\",\"key\":\"v\",\"code\":\"KeyV\",\"modifiers\":2,"
            "\"commands\":[\"paste\"]}");
    assert_string_equal(check_text(b, "document.querySelector('textarea').value"),
                        "cupel run scenarios/headline.json --set bundle=data/mag7 --seed 42");
}

static void the_contents_lead_to_every_section_and_mark_the_one_that_is_read(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    check_js(b, "every('h2, h3').filter(h => !document.querySelector(`nav "
                "a[href='#${h.id}']`)).map(nameOf)");
    check_true(b, "document.querySelectorAll('nav li li').length === 4");
    check_true(b, "document.querySelector('nav [aria-current]').textContent === 'Result'");
    check_click(b, "nav a[href='#s-counts']");
    check_true(b, "document.querySelector('nav [aria-current]').textContent === 'Counts'");
    check_true(b, "(y => y >= 0 && y < "
                  "120)(document.querySelector('#s-counts').getBoundingClientRect().top)");
    check_true(b, "document.querySelector('nav').getBoundingClientRect().top === 0");
    check_true(b, "document.querySelectorAll('[aria-current]').length === 1");
}

static void the_contents_of_a_phone_fold(void **state)
{
    struct browser *b = at_page(state, CHECK_PHONE);
    check_true(b, "!document.querySelector('nav details').open");
    check_click(b, "nav summary");
    check_true(b, "document.querySelector('nav details').open");
    check_click(b, "nav a[href='#s-samples']");
    check_true(b, "!document.querySelector('nav details').open");
    check_true(b, "(y => y >= 30 && y < "
                  "120)(document.querySelector('#s-samples').getBoundingClientRect().top)");
}

static void a_figure_fills_the_window_and_comes_back(void **state)
{
    struct browser *b = at_page(state, CHECK_DESKTOP);
    double before =
        check_number(b, "document.querySelector('figure svg').getBoundingClientRect().width");
    check_click(b, "figcaption button");
    check_true(b, "document.querySelector('dialog[open] svg') !== null");
    check_true(b, "document.querySelector('dialog svg').getBoundingClientRect().width > 1200");
    assert_true(before < 950);
    check_press(b, BROWSER_ESC);
    check_true(
        b, "!document.querySelector('dialog') && document.querySelector('figure svg') !== null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_report_is_whole_quiet_and_readable),
        TEST(a_report_of_many_files_is_whole_quiet_and_readable),
        TEST(the_document_of_characteristics_is_whole_quiet_and_readable),
        TEST(a_picture_by_itself_is_whole_quiet_and_readable),
        TEST(names_of_tags_stay_text),
        TEST(a_table_sorts_up_down_and_back),
        TEST(what_is_no_number_sorts_behind_the_numbers),
        TEST(a_table_is_one_stop_of_the_tab_key),
        TEST(a_tip_shows_under_the_mouse),
        TEST(a_tip_shows_by_the_keyboard_alone),
        TEST(a_tip_shows_by_touch),
        TEST(every_number_has_a_tip),
        TEST(every_number_of_the_document_has_a_tip),
        TEST(a_command_is_copied),
        TEST(the_contents_lead_to_every_section_and_mark_the_one_that_is_read),
        TEST(the_contents_of_a_phone_fold),
        TEST(a_figure_fills_the_window_and_comes_back),
    };
    return cmocka_run_group_tests(tests, check_start, check_end);
}
