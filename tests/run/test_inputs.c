#include "harness/run/inputs.h"

#include "harness/base/io.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    return setenv("CUPEL_CACHE", test_folder("cache"), 1);
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct json *settings_of(const char *world)
{
    struct json *settings = json_object();
    json_put_text(settings, "world", world);
    return settings;
}

static void a_world_recipe_becomes_a_folder_with_facts(void **state)
{
    (void)state;
    struct err e;
    struct json *settings = settings_of("synth:1:4"), *facts = json_object();
    assert_ok(inputs_settle(settings, facts, &arena, &e), &e);
    const char *path = arena_text(&arena, json_text(json_get(settings, "world")));
    assert_true(io_exists(arena_format(&arena, "%s/amt.yaml", path)));
    const struct json *world = json_get(facts, "world");
    assert_string_equal(json_text(json_get(world, "path")), path);
    assert_string_equal(json_text(json_get(world, "source")), "synth:1:4");
    assert_true(json_bool(json_get(world, "synthetic")));
    assert_int_equal(json_number(json_get(world, "assets")), 4);
    assert_int_equal(strlen(json_text(json_get(world, "content"))), 64);
    assert_ok(inputs_settle(settings, facts, &arena, &e), &e);
    assert_int_equal(json_count(facts), 1); /* known, by its path */

    assert_ok(io_write_file(arena_format(&arena, "%s/chain.csv", path), "x", 1, &e), &e);
    struct json *again = json_object();
    assert_false(inputs_settle(settings, again, &arena, &e));
    assert_says(&e, "chain.csv: its SHA-256");
    json_free(again);
    json_free(settings);
    json_free(facts);
}

static void other_recipes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"synth:",    "synth:x",      "synth:-1",
                                      "synth:1:3", "synth:1:3001", "synth:1:4:5"};
    struct err e;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(inputs_world(bad[i], &arena, &e));
        assert_says(&e, "expected a folder or synth:SEED[:ASSETS]");
    }
    assert_string_equal(inputs_world("data/w", &arena, &e), "data/w");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_world_recipe_becomes_a_folder_with_facts),
        TEST(other_recipes_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, done);
}
