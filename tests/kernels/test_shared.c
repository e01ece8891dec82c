/* The kernels as a shared object: same contract, same results. */
#include "kernels/registry.h"

#include "tests/backtest/market.h"
#include "tests/test.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static void *library;

static int load(void **state)
{
    (void)state;
    char path[1024];
    const char *build = getenv("CUPEL_BUILD");
    snprintf(path, sizeof path, "%s%s/libcupel-kernels.so", build && build[0] == '/' ? "" : "./",
             build ? build : "build/release");
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        fail_msg("%s", dlerror());
    return 0;
}

static const struct kernel *shared_kernel(const char *name)
{
    const struct kernel *const *list = dlsym(library, "kernels");
    assert_non_null(list);
    for (; *list; list++)
        if (strcmp((*list)->name, name) == 0)
            return *list;
    fail_msg("no kernel %s in the shared object", name);
    return NULL;
}

static void it_tells_its_abi(void **state)
{
    (void)state;
    uint32_t (*abi)(void);
    *(void **)&abi = dlsym(library, "cupel_kernel_abi");
    assert_non_null(abi);
    assert_int_equal(abi(), CUPEL_KERNEL_ABI);
    for (const struct kernel *const *k = dlsym(library, "kernels"); *k; k++)
        assert_int_equal((*k)->abi, CUPEL_KERNEL_ABI);
}

static void digest_of(const struct kernel *k, const struct bt_settings *settings,
                      struct kernel_digest *out)
{
    struct err e = {0};
    const struct kernel_case c = {settings, 0, test_folder("shared-state"), 1};
    void *context = k->prepare(&c, &e);
    assert_ok(context != NULL, &e);
    long jobs = k->jobs(context);
    assert_true(jobs > 0);
    assert_ok(k->step(context, 0, jobs, &e) && k->finish(context, &e), &e);
    assert_ok(k->digest(context, out, &e), &e);
    k->release(context);
}

static void its_results_are_those_of_the_program(void **state)
{
    (void)state;
    char dir[1100];
    struct kernel_digest ours = {0}, theirs = {0};
    struct err e = {0};
    snprintf(dir, sizeof dir, "%s/b", test_folder("shared"));
    market_make(dir, 3, 80, 7);
    struct bt_settings s = market_settings(dir, "2:5", "6:9");
    const struct kernel *linked = kernel_find("backtest", &e);
    assert_ok(linked != NULL, &e);
    assert_ptr_not_equal(linked, shared_kernel("backtest"));
    digest_of(linked, &s, &ours);
    digest_of(shared_kernel("backtest"), &s, &theirs);
    assert_memory_equal(&ours, &theirs, sizeof ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_tells_its_abi),
        TEST(its_results_are_those_of_the_program),
    };
    return cmocka_run_group_tests_name("shared", tests, load, NULL);
}
