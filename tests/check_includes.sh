#!/bin/sh
# The one-way rule: kernels <- harness <- reports, and the order of the folders inside (their READMEs);
# of the harness, kernels see base only; base sees nothing above it; no file includes a .c file.
set -u
bad=$(
    grep -rn '#include "' kernels harness reports --include='*.[ch]' | awk -F: '
    BEGIN {
        n = split("harness/base 0 harness/stats 1 harness/flame 2 harness/probe 1 harness/plan 1 harness/result 2 " \
                  "harness/storage 3 harness/verify 3 harness/run 3 harness/export 3 harness/gate 4 harness/history 4 " \
                  "harness/profile 4 harness/characterise 5 harness/cmd 6 " \
                  "kernels/numerics 1 kernels/store 1 kernels/cache 1 kernels/pool 1 kernels/backtest 2 kernels/slots 3 " \
                  "kernels/capture 3 kernels/straddle 3", word, " ")
        for (i = 1; i < n; i += 2) rank[word[i]] = word[i + 1]
    }
    function folder(path,   part) { split(path, part, "/"); return part[1] "/" part[2] }
    {
        file = $1; line = $2
        match($0, /#include "[^"]*"/)
        included = substr($0, RSTART + 10, RLENGTH - 11)
        from = folder(file); to = folder(included)
        upward = from != to && (from in rank) && (to in rank) && rank[to] >= rank[from] &&
                 substr(from, 1, 7) == substr(to, 1, 7)
    }
    upward ||
    included ~ /\.c$/ ||
    (file ~ /^harness\/base\// && included !~ /^harness\/base\//) ||
    (file ~ /^kernels\// && included !~ /^(kernels|harness\/base)\//) ||
    (file ~ /^harness\// && included ~ /^reports\//) ||
    (file ~ /^harness\/flame\// &&
     included !~ /^(harness\/(base|stats|flame)\/|kernels\/kernel\.h$)/) ||
    (file ~ /^reports\// && included !~ /^(reports|harness\/(base|stats|flame|result))\//) {
        print file ":" line ": must not include " included
    }'
)
[ -z "$bad" ] && exit 0
echo "$bad"
exit 1
