#include "harness/run/environment.h"

#include "harness/base/io.h"
#include "harness/run/environment_fingerprint.h"

#include "tests/test.h"

#include <libgen.h>
#include <string.h>

/* Writes a file of the fake root, with its folders. */
static void plant(const char *root, const char *path, const char *content)
{
    char full[1200], folder[1200];
    struct err e;
    snprintf(full, sizeof full, "%s%s", root, path);
    snprintf(folder, sizeof folder, "%s", full);
    assert_ok(io_make_dirs(dirname(folder), &e), &e);
    assert_ok(io_write_file(full, content, strlen(content), &e), &e);
}

#define CPU "/sys/devices/system/cpu"

static void plant_machine(const char *root)
{
    static const struct {
        const char *path, *content;
    } files[] = {
        {"/proc/cpuinfo",                           "processor\t: 0\nmodel name\t: Some CPU @ 3.00GHz: fast\nflags\t\t: fpu "
                          "sse hypervisor avx\nprocessor\t: 1\nmodel name\t: Other\n"         },
        {"/proc/meminfo",                           "MemTotal:       16777216 kB\nMemFree: 1 kB\n"                     },
        {"/proc/self/status",                       "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t1,4-6\n"         },
        {"/proc/loadavg",                           "0.59 1.17 2.05 1/123 456\n"                                       },
        {"/proc/stat",                              "cpu  1 2 3 4 5 6 7 89 10 11\ncpu0 1 2 3 4 5 6 7 8 9 10\n"         },
        {"/proc/sys/kernel/osrelease",              "6.1.0-test\n"                                                     },
        {"/proc/sys/kernel/hostname",               "box\n"                                                            },
        {"/proc/sys/kernel/perf_event_paranoid",    "-1\n"                                                             },
        {"/proc/sys/kernel/randomize_va_space",     "2\n"                                                              },
        {"/etc/os-release",                         "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"},
        {CPU "/online",                             "0-7,9\n"                                                          },
        {CPU "/smt/control",                        "on\n"                                                             },
        {CPU "/cpu0/topology/thread_siblings_list", "0,4\n"                                                            },
        {CPU "/cpu0/cpufreq/scaling_governor",      "powersave\n"                                                      },
        {CPU "/intel_pstate/no_turbo",              "1\n"                                                              },
        {CPU "/cpu0/cache/index0/level",            "1\n"                                                              },
        {CPU "/cpu0/cache/index0/type",             "Data\n"                                                           },
        {CPU "/cpu0/cache/index0/size",             "48K\n"                                                            },
        {CPU "/cpu0/cache/index1/level",            "2\n"                                                              },
        {CPU "/cpu0/cache/index1/type",             "Unified\n"                                                        },
        {CPU "/cpu0/cache/index1/size",             "2M\n"                                                             },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        plant(root, files[i].path, files[i].content);
}

static const char *text_of(const struct json *facts, const char *key)
{
    const struct json *fact = json_get(facts, key);
    if (!fact)
        fail_msg("no fact %s", key);
    return json_text(fact);
}

static double number_of(const struct json *facts, const char *key)
{
    const struct json *fact = json_get(facts, key);
    if (!fact)
        fail_msg("no fact %s", key);
    return json_number(fact);
}

static void a_whole_machine_is_read(void **state)
{
    (void)state;
    char root[1024];
    snprintf(root, sizeof root, "%s", test_folder("environment-whole"));
    plant_machine(root);
    const struct environment_source from = {
        .root = root, .seed = UINT64_MAX, .timestamp = "2026-01-31T12:00:00Z"};
    struct json *f = environment_facts(&from);
    assert_string_equal(text_of(f, "cpu_model"), "Some CPU @ 3.00GHz: fast");
    assert_true(number_of(f, "cores_online") == 9);
    assert_true(number_of(f, "cores_allowed") == 4);
    assert_true(number_of(f, "threads_per_core") == 2);
    assert_string_equal(text_of(f, "smt"), "on");
    assert_true(number_of(f, "memory_bytes") == 17179869184);
    assert_string_equal(text_of(f, "governor"), "powersave");
    assert_true(number_of(f, "boost") == 0);
    assert_string_equal(text_of(f, "virtualisation"), "hypervisor");
    assert_true(json_count(json_get(f, "cache_bytes")) == 2);
    assert_true(number_of(json_get(f, "cache_bytes"), "L1d") == 49152);
    assert_true(number_of(json_get(f, "cache_bytes"), "L2") == 2097152);
    assert_string_equal(text_of(f, "kernel"), "6.1.0-test");
    assert_string_equal(text_of(f, "os"), "Debian GNU/Linux 12 (bookworm)");
    assert_string_equal(text_of(f, "hostname"), "box");
    assert_true(number_of(f, "perf_event_paranoid") == -1);
    assert_true(number_of(f, "aslr") == 2);
    assert_true(number_of(f, "steal_ticks") == 89);
    assert_true(json_number(json_next(json_first(json_get(f, "load_average")))) == 1.17);
    assert_string_equal(text_of(f, "seed"), "18446744073709551615");
    assert_string_equal(text_of(f, "timestamp"), "2026-01-31T12:00:00Z");
    assert_int_equal(json_kind(json_get(f, "file_system")), JSON_NULL);
    assert_true(strlen(text_of(f, "allocator")) > 0 && strlen(text_of(f, "compiler")) > 0);
    json_free(f);
}

static void an_empty_machine_gives_nulls(void **state)
{
    (void)state;
    static const char *const unreadable[] = {
        "cpu_model",
        "cores_online",
        "cores_allowed",
        "threads_per_core",
        "smt",
        "boost",
        "memory_bytes",
        "kernel",
        "os",
        "hostname",
        "cache_bytes",
        "load_average",
        "steal_ticks",
        "perf_event_paranoid",
        "aslr",
        "virtualisation",
    };
    const struct environment_source from = {.root = test_folder("environment-empty"),
                                            .folder = "/nowhere/at/all"};
    struct json *f = environment_facts(&from);
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++) {
        if (!json_get(f, unreadable[i]))
            fail_msg("%s: absent, expected null", unreadable[i]);
        if (json_kind(json_get(f, unreadable[i])) != JSON_NULL)
            fail_msg("%s: expected null", unreadable[i]);
    }
    assert_string_equal(text_of(f, "governor"), "not exposed");
    assert_int_equal(json_kind(json_get(f, "file_system")), JSON_NULL);
    json_free(f);
}

static void odd_content_is_null_or_made_safe(void **state)
{
    (void)state;
    static const struct {
        const char *path, *content, *key, *text; /* text: NULL when the fact is to be null */
    } cases[] = {
        {"/proc/cpuinfo",              "model name\t: A\x1b[31m\xff", "cpu_model",    "A?[31m?"},
        {"/proc/cpuinfo",              "model name\t:\n",             "cpu_model",    NULL     },
        {"/proc/cpuinfo",              "xmodel name: a\nmodel name",  "cpu_model",    NULL     },
        {"/proc/meminfo",              "MemTotal: many kB\n",         "memory_bytes", NULL     },
        {"/proc/meminfo",              "MemTotal: 12 parsecs\n",      "memory_bytes", NULL     },
        {"/proc/meminfo",              "MemTotal:\n",                 "memory_bytes", NULL     },
        {CPU "/online",                "0-\n",                        "cores_online", NULL     },
        {CPU "/online",                "3-1\n",                       "cores_online", NULL     },
        {CPU "/online",                "0-9223372036854775807\n",     "cores_online", NULL     },
        {CPU "/online",                "0,,1\n",                      "cores_online", NULL     },
        {"/proc/stat",                 "cpu 1 2 3\n",                 "steal_ticks",  NULL     },
        {"/proc/stat",                 "cpu  1 2 3 4 5 6 7 x\n",      "steal_ticks",  NULL     },
        {"/proc/stat",                 "cpu0 1 2 3 4 5 6 7 8\n",      "steal_ticks",  NULL     },
        {"/proc/loadavg",              "0.1 0.2\n",                   "load_average", NULL     },
        {"/proc/sys/kernel/osrelease", "\n6.1\n",                     "kernel",       NULL     },
        {"/etc/os-release",            "PRETTY_NAME=Plain\n",         "os",           "Plain"  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char root[1024];
        snprintf(root, sizeof root, "%s", test_folder("environment-odd"));
        plant(root, cases[i].path, cases[i].content);
        const struct environment_source from = {.root = root};
        struct json *f = environment_facts(&from);
        if (cases[i].text)
            assert_string_equal(text_of(f, cases[i].key), cases[i].text);
        else if (json_kind(json_get(f, cases[i].key)) != JSON_NULL)
            fail_msg("%s from \"%s\": expected null", cases[i].key, cases[i].content);
        json_free(f);
    }
}

static void this_machine_tells_what_every_linux_tells(void **state)
{
    (void)state;
    const struct environment_source from = {.folder = "/proc", .seed = 1};
    struct json *f = environment_facts(&from);
    struct text shown = {0};
    json_print(f, &shown);
    print_message("# %s\n", shown.p);
    text_done(&shown);
    if (io_exists("/sys/devices/system/cpu/online")) /* not in a bare change of root */
        assert_true(number_of(f, "cores_online") >= number_of(f, "cores_allowed"));
    assert_true(number_of(f, "cores_allowed") >= 1);
    assert_true(number_of(f, "memory_bytes") > 1 << 20);
    assert_string_equal(text_of(f, "file_system"), "proc");
    assert_string_equal(text_of(f, "state_folder"), "/proc");
    assert_int_equal(strlen(text_of(f, "timestamp")), strlen("2026-01-31T12:00:00Z"));
    assert_int_equal(environment_steal_ticks(NULL) >= 0, 1);
    json_free(f);
}

/* The fingerprint of a machine whose one fact is as given. */
static void fingerprint_with(const char *path, const char *content, char hex[17])
{
    char root[1024];
    snprintf(root, sizeof root, "%s", test_folder("environment-print"));
    plant_machine(root);
    if (path)
        plant(root, path, content);
    const struct environment_source from = {.root = root};
    struct json *f = environment_facts(&from);
    environment_fingerprint(f, hex);
    json_free(f);
}

static void the_fingerprint_tells_machines_apart_and_nothing_else(void **state)
{
    (void)state;
    char plain[17], other[17];
    fingerprint_with(NULL, NULL, plain);
    assert_int_equal(strlen(plain), 16);
    fingerprint_with("/proc/loadavg", "9 9 9 1/1 1\n", other);
    assert_string_equal(plain, other);
    fingerprint_with("/proc/meminfo", "MemTotal: 16777100 kB\n", other);
    assert_string_equal(plain, other);
    fingerprint_with("/proc/meminfo", "MemTotal: 33554432 kB\n", other);
    assert_string_not_equal(plain, other);
    fingerprint_with("/proc/cpuinfo", "model name: Another\n", other);
    assert_string_not_equal(plain, other);
    fingerprint_with("/proc/sys/kernel/osrelease", "6.2\n", other);
    assert_string_not_equal(plain, other);
    fingerprint_with(CPU "/online", "0-3\n", other);
    assert_string_not_equal(plain, other);
    struct json *empty = json_object();
    environment_fingerprint(empty, other);
    assert_int_equal(strlen(other), 16);
    json_free(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_machine_is_read),
        TEST(an_empty_machine_gives_nulls),
        TEST(odd_content_is_null_or_made_safe),
        TEST(this_machine_tells_what_every_linux_tells),
        TEST(the_fingerprint_tells_machines_apart_and_nothing_else),
    };
    return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
