#!/bin/bash
# driver/tests/guide.sh - every line of the guide that is marked sh works, with the exit status it names (`# status N`), from an
# installed storsim; and git bisect finds the commit.
# timeout: 300
set -u
storsim=${STORSIM:?path of the program}
guide=${STORSIM_SOURCE:?root of the source}/driver/BRING-YOUR-OWN.md
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bad=0
fail() { echo "FAIL: $*"; bad=1; }

# Laid out as it is installed; driver/tests/package.sh installs it in earnest.
P=$folder/storsim
root=$(dirname "$storsim")
mkdir -p "$P/bin" "$P/lib/storsim" "$P/lib/cmake/storsim" "$P/share/storsim/driver"
cp "$storsim" "${STORSIM_CC:?path of storsim-cc}" "$P/bin"
cp -r "$root/drivers" "$P/lib/storsim"
cp "$STORSIM_SOURCE"/driver/cmake/storsim-{config,miniport}.cmake "$root/generated/storsim-config-version.cmake" "$P/lib/cmake/storsim"
cp -r "$STORSIM_SOURCE"/driver/{cc,wdk} "$STORSIM_SOURCE/scenarios" "$P/share/storsim"
cp -r "$STORSIM_SOURCE/driver/nvme" "$root/driver/defects" "$P/share/storsim/driver"
export P PATH=$P/bin:$PATH XDG_STATE_HOME=$folder/state NO_COLOR=1
mkdir "$folder/work"
cd "$folder/work" || exit 1

# run COMMAND: its status must be the one that it names
run() {
    local want=0 status
    case $1 in *'# status '*) want=${1##*# status } ;; esac
    eval "$1" >../out 2>&1
    status=$?
    [ $status = "$want" ] || fail "status $status, not $want: $1: $(tail -n 20 ../out)"
}

command=
commands=0
while IFS= read -r line; do
    command=$command${command:+$'\n'}$line
    # Whole commands only: a here-document that is not at its end makes bash complain.
    [ -z "$(bash -n <<<"$command" 2>&1)" ] || continue
    run "$command"
    command=
    commands=$((commands + 1))
done < <(sed -n '/^```sh$/,/^```$/ { /^```/d; p }' "$guide")
[ -z "$command" ] || fail "the guide ends within: $command"
[ $commands -ge 20 ] || fail "only $commands commands in the guide"

# Three revisions of a driver, the second breaks the reset.
(
    git init -q repository && cd repository || exit 1
    git config user.name tester && git config user.email tester@localhost
    cp -r ../src . && cp ../bisect.sh .
    git add . && git commit -qm good
    cp "$P/share/storsim/driver/defects/deferred/reset.c" src
    git commit -qam culprit
    echo '/* later */' >>src/io.c
    git commit -qam later
    git bisect start HEAD HEAD~2 && git bisect run sh bisect.sh
) >../out 2>&1
grep -q 'is the first bad commit' ../out && grep -q '^    culprit$' ../out || fail "git bisect: $(tail -n 30 ../out)"

exit $bad
