#!/bin/sh
# The one-way rule: kernels <- harness <- reports; of the harness, kernels see base only; base sees
# nothing above it; no file includes a .c file.
set -u
bad=$(
    grep -rn '#include "' kernels harness reports --include='*.[ch]' | awk -F: '
    {
        file = $1; line = $2
        match($0, /#include "[^"]*"/)
        included = substr($0, RSTART + 10, RLENGTH - 11)
    }
    included ~ /\.c$/ ||
    (file ~ /^harness\/base\// && included !~ /^harness\/base\//) ||
    (file ~ /^kernels\// && included !~ /^(kernels|harness\/base)\//) ||
    (file ~ /^harness\// && included ~ /^reports\//) ||
    (file ~ /^reports\// && included !~ /^(reports|harness\/(base|stats|result))\//) {
        print file ":" line ": must not include " included
    }'
)
[ -z "$bad" ] && exit 0
echo "$bad"
exit 1
