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
    share/man/man1/cupel.1 lib/pkgconfig/cupel.pc share/cupel/scenarios/headline.json \
    share/cupel/scenarios/characteristics/asset-list.json; do
    [ -s "$prefix/$file" ]
    check "$file is there"
done

expect 0 'self/null' sh -c "cd '$tmp/work' && '$prefix/bin/cupel' run self-null --quiet --out null.jsonl"
check "the installed program finds the installed scenarios"
expect 0 'usage' sh -c "cd '$tmp/work' && '$prefix/bin/cupel' report --help"
check "cupel report execs cupel-report"

cp tests/plugin/lcg.c "$tmp/work"
flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags cupel)
expect 0 '' sh -c "cd '$tmp/work' && gcc -std=c17 -Wall -Wextra -Werror -shared -fPIC -Wl,-Bsymbolic $flags -o lcg.so lcg.c"
check "the plugin that is to be copied compiles against the installed headers alone"
expect 0 'default' sh -c "cd '$tmp/work' && '$prefix/bin/cupel' gate --base so:./lcg.so --new so:./lcg.so --margin 1000 --quiet --out lcg.jsonl"
check "and the installed program gates it"
cp tests/plugin/strategy_channel.c "$tmp/work"
expect 0 '' sh -c "cd '$tmp/work' && gcc -std=c17 -Wall -Wextra -Werror -shared -fPIC -Wl,-Bsymbolic $flags -o channel.so strategy_channel.c"
check "so does the strategy"
expect 0 '20-percent=1' sh -c "cd '$tmp/work' && '$prefix/bin/cupel' data synth --preset mag7 --seed 1 --out b >data.log &&
    '$prefix/bin/cupel' sweep --bundle b --symbols AAPL --strategy ./channel.so --param days=20 --param percent=1"
check "and the installed program sweeps it"
[ "$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --modversion cupel)" = \
  "$("$prefix/bin/cupel" --version | cut -d' ' -f2)" ]
check "pkg-config and --version agree"
grep -q 'cupel sweep' "$prefix/share/man/man1/cupel.1"
check "the man page has every command"
finish
