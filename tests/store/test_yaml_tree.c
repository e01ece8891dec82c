/* Keys: what a strict reader refuses and a loose one takes; the rest is the same for both. */
#include "kernels/store/yaml_tree.h"

#include "tests/test.h"

#include <string.h>

static struct yaml_tree *strict(const char *yaml, struct err *e)
{
    return yaml_tree_parse(str_of(yaml), "F", e);
}

static struct yaml_tree *loose(const char *yaml, struct err *e)
{
    return yaml_tree_parse_loose(str_of(yaml), "F", e);
}

static void keys_are_judged_by_strict_readers_only(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *why;
    } rows[] = {
        {"a: 1\nb: 2\na: 3\n",            "F:3: the key \"a\" stands twice"                  },
        {"x: &x {b: 2}\na: 1\n<<: *x\n",  "F:3: a merge key: expected the keys themselves"   },
        {"a: 1\nb: {c: 1, c: 2}\n",       "F:2: the key \"c\" stands twice"                  },
        {"a: 1\n? [x, y]\n: 2\n",         "F:2: expected text as a key, found a list or mapp"},
        {"a: 1\n? {a: 2, a: 3}\n: [4]\n", "F:2: "                                            },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        assert_null(strict(rows[i].yaml, &e));
        assert_says(&e, rows[i].why);
        struct yaml_tree *t = loose(rows[i].yaml, &e);
        assert_ok(t, &e);
        const struct yaml_value *a = yaml_value_get(yaml_tree_root(t), "a");
        assert_true(a && str_is(a->text, "1"));
        yaml_tree_free(t);
    }
}

/* A key in quotes is no merge key for any reader. */
static void nothing_is_merged(void **state)
{
    (void)state;
    struct err e = {0};
    struct yaml_tree *t = loose("x: &x {b: 2}\n<<: *x\n", &e);
    assert_ok(t, &e);
    assert_null(yaml_value_get(yaml_tree_root(t), "b"));
    assert_non_null(yaml_value_get(yaml_tree_root(t), "<<"));
    yaml_tree_free(t);
    t = strict("\"<<\": 1\n", &e);
    assert_ok(t, &e);
    yaml_tree_free(t);
}

static void all_else_is_refused_by_both(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "a: [\n", "a: *x\n", "a: &a [*a]\n", "a: 1\n---\nb: 2\n", "a: \"\\0\"\n"};
    struct text deep = {0};
    for (int i = 0; i < 65; i++)
        text_puts(&deep, "[");
    for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
        const char *yaml = i < sizeof bad / sizeof *bad ? bad[i] : deep.p;
        struct err e = {0}, f = {0};
        assert_null(strict(yaml, &e));
        assert_null(loose(yaml, &f));
        assert_string_equal(e.text, f.text);
    }
    text_done(&deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_are_judged_by_strict_readers_only),
        TEST(nothing_is_merged),
        TEST(all_else_is_refused_by_both),
    };
    return cmocka_run_group_tests_name("yaml_tree", tests, NULL, NULL);
}
