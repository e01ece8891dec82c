#!/bin/sh
# Installs the Debian packages that are missing. Reads rows "shell test|packages"; only rows whose
# test fails are installed, all in one go, with sudo only when not root.
set -eu
missing=
while IFS='|' read -r test packages; do
    [ -n "$test" ] || continue
    sh -c "$test" >/dev/null 2>&1 || missing="$missing $packages"
done
[ -n "$missing" ] || exit 0
echo "installing Debian packages:$missing"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
# shellcheck disable=SC2086 # a list of words is meant
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
