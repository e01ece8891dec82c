/* Flame graphs and the page of two in a browser: search, zoom, tips, keys, from a file. */
#include "harness/base/io.h"
#include "harness/flame/flame_diff.h"
#include "harness/flame/flame_graph.h"
#include "harness/flame/flame_page.h"
#include "tests/browser/checks.h"
#include "tests/flame/trees.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define FRAME(name)   "g.frame[data-name='" name "']"
#define ELEMENT(name) "document.querySelector(\"" FRAME(name) "\")"
#define WIDTH(name)                                                                                \
    "(e => getComputedStyle(e).display === 'none' ? 0 : "                                          \
    "e.querySelector('rect').getBoundingClientRect().width)(" ELEMENT(name) ")"

/* ---- pictures to look at --------------------------------------------------------------------------- */

static char graph[PATH_MAX], odd[PATH_MAX], pages[PATH_MAX], diff[PATH_MAX];

static void keep(const char *name, struct text *out, char path[PATH_MAX])
{
    struct err e;
    char relative[PATH_MAX];
    snprintf(relative, sizeof relative, "%s", test_path(name));
    assert_ok(io_write_file(relative, out->p, out->n, &e), &e);
    assert_non_null(realpath(relative, path));
    text_done(out);
}

/* account has half of all, load three tenths. */
static void small(struct stacks *s)
{
    tree_add(s, "main;run;load", 30);
    tree_add(s, "main;run;account;account_bar", 30);
    tree_add(s, "main;run;account", 20);
    tree_add(s, "main;run;" CHECK_HOSTILE, 10);
    tree_add(s, "main;save", 10);
}

static void draw(void)
{
    struct text out = {0};
    struct stacks few = {0}, names = {0}, before = {0}, after = {0};
    small(&few);
    tree_odd(&names);
    tree_backtest(&before, 0, 1);
    tree_backtest(&after, 9, 2);
    test_folder("flame");
    flame_graph_write(&few, &(struct flame_graph){.title = CHECK_HOSTILE, .subtitle = "few"}, &out);
    keep("flame/few.svg", &out, graph);
    flame_graph_write(&names, &(struct flame_graph){.title = "odd names"}, &out);
    keep("flame/odd.svg", &out, odd);
    flame_diff_write(&before, &after, &(struct flame_diff){.before = CHECK_HOSTILE, .after = "all"},
                     &out);
    keep("flame/diff.svg", &out, diff);
    flame_page_write(&before, &after, &(struct flame_page){.before = CHECK_HOSTILE, .after = "all"},
                     &out);
    keep("flame/page.html", &out, pages);
    stacks_done(&few);
    stacks_done(&names);
    stacks_done(&before);
    stacks_done(&after);
}

static struct browser *at(void **state, const char *path, int width)
{
    return check_drawn(state, draw, path, width);
}

static void assert_near(double found, double wanted, double most)
{
    if (!(found > wanted - most && found < wanted + most))
        fail_msg("expected %g within %g, found %g", wanted, most, found);
}

/* ---- the whole ------------------------------------------------------------------------------------------ */

static void a_flame_graph_is_whole_quiet_and_readable(void **state)
{
    check_page(at(state, graph, CHECK_DESKTOP), graph);
}

static void a_flame_graph_of_odd_names_is_whole_quiet_and_readable(void **state)
{
    check_page(at(state, odd, CHECK_DESKTOP), odd);
}

static void a_difference_is_whole_quiet_and_readable(void **state)
{
    check_page(at(state, diff, CHECK_DESKTOP), diff);
}

static void the_page_of_two_is_whole_quiet_and_readable(void **state)
{
    struct browser *b = at(state, pages, CHECK_DESKTOP);
    check_page(b, pages);
    check_true(b, "every('svg.cupel-flame.live').map(s => s.id).join(' ') === "
                  "'flame-before flame-after flame-diff flame-reverse'");
}

static void names_of_tags_stay_text(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    check_true(b, "document.querySelectorAll('script').length === 1");
    check_true(b, "every('g.frame').some(f => f.dataset.name === '" CHECK_HOSTILE "')");
    assert_string_equal(check_text(b, "document.querySelector('.heading').textContent"),
                        CHECK_HOSTILE);
    check_open(b, pages, CHECK_DESKTOP);
    check_true(b, "document.querySelectorAll('script').length === 1");
    check_true(b, "document.querySelector('h1').textContent.includes('" CHECK_HOSTILE "')");
}

/* ---- search ------------------------------------------------------------------------------------------------ */

#define MATCHES "every('g.frame.match').map(f => f.dataset.name).join(' ')"
#define SHARE   "Number(document.querySelector('.matched').dataset.share)"

static void a_search_marks_frames_and_tells_their_share(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    check_click(b, "input.search");
    check_press(b, "account");
    assert_string_equal(check_text(b, MATCHES), "account account_bar");
    assert_near(check_number(b, SHARE), 0.5,
                1e-6); /* account_bar stands on account: counted once */
    assert_string_equal(check_text(b, "document.querySelector('.matched').textContent"),
                        "50.0 % matched");
    check_true(b, "document.querySelector('svg').classList.contains('searching')");
    check_press(b, "_bar");
    assert_string_equal(check_text(b, MATCHES), "account_bar");
    assert_near(check_number(b, SHARE), 0.3, 1e-6);
    check_press(b, "zzz");
    assert_string_equal(check_text(b, MATCHES), "");
    assert_string_equal(check_text(b, "document.querySelector('.matched').textContent"),
                        "0.00 % matched");
    check_press(b, BROWSER_ESC);
    check_true(b, "!document.querySelector('svg').classList.contains('searching')");
    assert_string_equal(check_text(b, "document.querySelector('input.search').value"), "");
}

static void a_search_is_begun_and_walked_by_the_keyboard(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    check_press(b, "/^(load|save)$");
    assert_string_equal(check_text(b, MATCHES), "load save");
    assert_near(check_number(b, SHARE), 0.4, 1e-6);
    check_press(b, BROWSER_ENTER);
    assert_string_equal(check_text(b, "document.activeElement.dataset.name"), "load");
    check_press(b, "n");
    assert_string_equal(check_text(b, "document.activeElement.dataset.name"), "save");
    check_press(b, "n");
    assert_string_equal(check_text(b, "document.activeElement.dataset.name"), "load");
}

/* What is no regular expression is looked for as text. */
static void a_search_for_half_an_expression_breaks_nothing(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    check_press(b, "/alert(");
    assert_string_equal(check_text(b, MATCHES), CHECK_HOSTILE);
    check_quiet(b, graph);
}

static void the_key_i_turns_the_root_up_and_down(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    const char *const is_above = "document.querySelector(\"" FRAME(
        "main") "\").getBoundingClientRect().top < "
                "document.querySelector(\"" FRAME("account") "\").getBoundingClientRect().top";
    check_true(b, "document.documentElement.dataset.root === 'bottom'");
    check_true(b, "(" ELEMENT("all") ".focus(), true)");
    check_press(b, "i");
    check_true(b, "document.documentElement.dataset.root === 'top'");
    check_true(b, is_above);
    check_press(b, BROWSER_DOWN BROWSER_DOWN BROWSER_DOWN);
    assert_string_equal(check_text(b, "document.activeElement.dataset.name"), "account");
    check_true(b, "document.querySelector('[role=status]').textContent.includes('at the top')");
    check_press(b, "i/i");
    check_true(b, "document.documentElement.dataset.root === 'bottom'");
    assert_string_equal(check_text(b, "document.querySelector('input.search').value"), "i");
}

/* ---- zoom --------------------------------------------------------------------------------------------------- */

static void a_click_zooms_and_the_button_resets(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    double all = check_number(b, WIDTH("all"));
    assert_near(check_number(b, WIDTH("account")), all / 2, 2);
    check_click(b, FRAME("account"));
    assert_near(check_number(b, WIDTH("account")), all, 2);
    assert_near(check_number(b, WIDTH("account_bar")), 0.6 * all, 2);
    assert_near(check_number(b, WIDTH("main")), all, 2); /* what it stands on stays, as wide */
    assert_near(check_number(b, WIDTH("load")), 0, 1e-9);
    assert_string_equal(check_text(b, "every('.crumb').map(c => c.textContent).join(' ')"),
                        "all main run account");
    check_click(b, ".reset");
    assert_near(check_number(b, WIDTH("account")), all / 2, 2);
    assert_near(check_number(b, WIDTH("load")), 0.3 * all, 2);
    check_true(b, "document.querySelector('.reset').disabled");
}

static void keys_walk_zoom_and_reset(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    double all = check_number(b, WIDTH("all"));
    check_true(b, "(" ELEMENT("all") ".focus(), true)");
    check_press(b, BROWSER_UP BROWSER_UP BROWSER_UP);
    assert_string_equal(check_text(b, "document.activeElement.dataset.name"), "account");
    check_true(b, "every('g.frame').filter(f => f.getAttribute('tabindex') === '0').length === 1");
    check_press(b, BROWSER_ENTER);
    assert_near(check_number(b, WIDTH("account")), all, 2);
    check_true(b,
               "document.querySelector('[role=status]').textContent.includes('account: 50.0 %')");
    check_press(b, BROWSER_ESC);
    assert_near(check_number(b, WIDTH("account")), all / 2, 2);
}

static void a_crumb_zooms_to_what_it_names(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    check_click(b, FRAME("account_bar"));
    check_click(b, ".crumb:nth-of-type(3)");
    assert_near(check_number(b, WIDTH("run")), check_number(b, WIDTH("all")), 2);
    check_true(b, "getComputedStyle(" ELEMENT("save") ").display === 'none'");
}

static void the_root_goes_to_the_top_and_back(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    static const char below[] = ELEMENT("all") ".getBoundingClientRect().top > " ELEMENT(
        "main") ".getBoundingClientRect().top";
    check_true(b, below);
    check_click(b, ".flip");
    check_true(b, "!(" ELEMENT("all") ".getBoundingClientRect().top > " ELEMENT(
                      "main") ".getBoundingClientRect().top)");
    check_click(b, ".flip");
    check_true(b, below);
}

/* ---- tips ------------------------------------------------------------------------------------------------------ */

#define TIP                                                                                        \
    "(document.querySelector('.tip-inside').checkVisibility() ? "                                  \
    "document.querySelector('.tip-inside').textContent : '')"

static void tips_tell_share_and_samples_by_mouse_and_keyboard(void **state)
{
    struct browser *b = at(state, graph, CHECK_DESKTOP);
    struct err e;
    assert_ok(browser_hover(b, FRAME("load"), &e), &e);
    assert_non_null(strstr(check_text(b, TIP), "load"));
    assert_non_null(strstr(check_text(b, TIP), "30.0 %"));
    assert_non_null(strstr(check_text(b, TIP), "30 samples"));
    assert_ok(browser_hover(b, ".heading", &e), &e);
    assert_string_equal(check_text(b, TIP), "");
    check_press(b, BROWSER_TAB BROWSER_TAB BROWSER_TAB BROWSER_TAB BROWSER_TAB BROWSER_TAB);
    check_true(b, "(" ELEMENT("main") ".focus(), true)");
    check_press(b, BROWSER_UP BROWSER_UP);
    assert_non_null(strstr(check_text(b, TIP), "50 samples"));
    check_true(b, "document.querySelector('.ring').style.display !== 'none'");
}

/* ---- the page of two ------------------------------------------------------------------------------------------- */

/* Is the second column in the order that its heading tells? */
#define IN_ORDER                                                                                   \
    "(sign => every('#functions tbody tr').map(r => sign * r.cells[1].dataset.key)"                \
    ".every((x, i, all) => i === 0 || all[i - 1] <= x))(" SORTED " === 'ascending' ? 1 : -1)"
#define SORTED                                                                                     \
    "document.querySelector('#functions thead th:nth-child(2)').getAttribute('aria-sort')"
#define SHARE_HEAD "#functions thead th:nth-child(2) button"

static void the_table_of_functions_sorts(void **state)
{
    struct browser *b = at(state, pages, CHECK_DESKTOP);
    char first[40];
    assert_string_equal(check_text(b, "document.querySelector('#functions tbody th').textContent"),
                        "group_base");
    check_true(b, "!" IN_ORDER);
    check_click(b, SHARE_HEAD);
    check_true(b, IN_ORDER);
    snprintf(first, sizeof first, "%s", check_text(b, SORTED));
    check_click(b, SHARE_HEAD);
    check_true(b, IN_ORDER);
    assert_string_not_equal(check_text(b, SORTED), first);
    assert_string_not_equal(check_text(b, SORTED), "");
}

/* Each picture of a page is searched and zoomed by itself. */
static void pictures_of_a_page_do_not_disturb_each_other(void **state)
{
    struct browser *b = at(state, pages, CHECK_DESKTOP);
    check_click(b, "#flame-after input.search");
    check_press(b, "group_base");
    check_true(
        b,
        "every('#flame-after g.match').length > 0 && every('#flame-before g.match').length === 0");
    check_click(b, "#flame-diff g.frame[data-name='group_base']");
    check_true(b, "every('#flame-diff g.zoomed').length === 1 && every('g.zoomed').length === 1");
}

static void what_became_slower_is_marked_in_the_difference(void **state)
{
    struct browser *b = at(state, diff, CHECK_DESKTOP);
    check_true(
        b,
        "every('g.frame').some(f => f.dataset.name === 'group_base' && Number(f.dataset.change) > 5"
        " && f.querySelector('text').textContent.startsWith('\\u25b2'))");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_flame_graph_is_whole_quiet_and_readable),
        TEST(a_flame_graph_of_odd_names_is_whole_quiet_and_readable),
        TEST(a_difference_is_whole_quiet_and_readable),
        TEST(the_page_of_two_is_whole_quiet_and_readable),
        TEST(names_of_tags_stay_text),
        TEST(a_search_marks_frames_and_tells_their_share),
        TEST(a_search_is_begun_and_walked_by_the_keyboard),
        TEST(a_search_for_half_an_expression_breaks_nothing),
        TEST(a_click_zooms_and_the_button_resets),
        TEST(keys_walk_zoom_and_reset),
        TEST(a_crumb_zooms_to_what_it_names),
        TEST(the_root_goes_to_the_top_and_back),
        TEST(the_key_i_turns_the_root_up_and_down),
        TEST(tips_tell_share_and_samples_by_mouse_and_keyboard),
        TEST(the_table_of_functions_sorts),
        TEST(pictures_of_a_page_do_not_disturb_each_other),
        TEST(what_became_slower_is_marked_in_the_difference),
    };
    return cmocka_run_group_tests(tests, check_start, check_end);
}
