#!/bin/sh
# make install: everything arrives, the installed program finds its scenarios, and a kernel can be
# written against the installed header alone.
. tests/tap.sh
tmp=$PWD/$CUPEL_BUILD/tests/tmp/install
rm -rf "$tmp" && mkdir -p "$tmp/work"
prefix=$tmp/usr

# What is there is installed: nothing is built beside tests that run.
expect 0 '' make --no-print-directory -o build install BUILD="$(basename "$CUPEL_BUILD")" PREFIX="$prefix"
check "make install works"
for file in bin/cupel bin/cupel-report lib/libcupel-kernels.so include/cupel/kernels/kernel.h \
    share/man/man1/cupel.1 lib/pkgconfig/cupel.pc share/cupel/scenarios/headline.json; do
    [ -s "$prefix/$file" ]
    check "$file is there"
done

expect 0 'self/null' sh -c "cd '$tmp/work' && '$prefix/bin/cupel' run self-null --quiet --out null.jsonl"
check "the installed program finds the installed scenarios"
expect 0 'usage' sh -c "cd '$tmp/work' && '$prefix/bin/cupel' report --help"
check "cupel report execs cupel-report"

cat >"$tmp/twice.c" <<'C'
#include <kernels/kernel.h>
#include <stdio.h>
static struct { long n; } context;
static const struct opt options[] = {OPT_END};
static void *prepare(const struct kernel_case *c, struct err *e) { (void)c; (void)e; return &context; }
static bool step(void *ctx, long lo, long hi, struct err *e) { (void)ctx; (void)e; context.n += hi - lo; return true; }
static bool digest(void *ctx, struct kernel_digest *out, struct err *e)
{ (void)ctx; (void)e; snprintf(out->exact, sizeof out->exact, "%064d", 0); return true; }
static void release(void *ctx) { (void)ctx; }
static const struct kernel twice = {.abi = CUPEL_KERNEL_ABI, .name = "twice", .summary = "counts",
    .cut = KERNEL_REPEAT, .options = options, .settings_size = 1, .prepare = prepare, .step = step,
    .digest = digest, .release = release};
const struct kernel *cupel_kernel(void);
const struct kernel *cupel_kernel(void) { return &twice; }
C
flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags cupel)
expect 0 '' gcc -std=c17 -Wall -Wextra -Werror -shared -fPIC $flags -o "$tmp/twice.so" "$tmp/twice.c"
check "a kernel of its own compiles against the installed header"
[ "$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --modversion cupel)" = \
  "$("$prefix/bin/cupel" --version | cut -d' ' -f2)" ]
check "pkg-config and --version agree"
grep -q 'cupel sweep' "$prefix/share/man/man1/cupel.1"
check "the man page has every command"
finish
