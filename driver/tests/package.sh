#!/bin/bash
# driver/tests/package.sh - storsim installed below a prefix works without the source and wherever it is moved to; a project
# outside of the tree builds a miniport with find_package(storsim) and tests it; and nothing is left behind in the end.
# timeout: 300
set -u
build=${STORSIM_BUILD:?build folder}
source=${STORSIM_SOURCE:?root of the source}
folder=$(mktemp -d)
# Whoever installed from this build folder can still uninstall.
saved=(install_manifest.txt install_folders.txt)
for file in "${saved[@]}"; do [ ! -f "$build/$file" ] || mv "$build/$file" "$folder/$file"; done
restore() {
    for file in "${saved[@]}"; do
        rm -f "$build/$file"
        [ ! -f "$folder/$file" ] || mv "$folder/$file" "$build/$file"
    done
    rm -rf "$folder"
}
trap restore EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder/state
unset STORSIM STORSIM_CC STORSIM_DRIVERS PYTHONPATH
bad=0

fail() { echo "FAIL: $*"; bad=1; }
must() { "$@" >out 2>&1 || fail "$* exits $?: $(tail -n 30 out)"; }
says() { grep -qF -- "$1" out || fail "no '$1' in: $(tail -n 30 out)"; }

prefix="$folder/pre fix"
must cmake --install "$build" --prefix "$prefix"
# A sanitizer's build names its sources for its reports; nobody installs that one.
grep -q __asan_init "$prefix/bin/storsim" ||
    [ -z "$(grep -rlF -e "$source/" -e "$build" "$prefix")" ] || fail "installed files name the source: $(grep -rlF -e "$source/" -e "$build" "$prefix")"

cat >project.sh <<'END'
mkdir -p project/inc "project/a src"
cp "$prefix/share/storsim/driver/nvme/nvmespec.h" project/inc
cat >project/CMakeLists.txt <<'LISTS'
cmake_minimum_required(VERSION 3.25)
project(mine NONE)
enable_testing()
find_package(storsim 0.1 REQUIRED)
storsim_add_miniport(mine SOURCES "a src/ramdisk.c" "a src/ram.c" extra.c INCLUDES inc DEFINES LIMIT=4 "TEXT=\"a b\""
    OPTIONS -Wall -Wextra ABOUT "a disk in memory" SCENARIOS load.ini SEEDS 1-5)
storsim_add_miniport(racy SOURCES "a src/ramdisk.c" "a src/ram.c" DEFINES RACE_NO_LOCK SCENARIOS race.ini)
LISTS
echo '#include <storport.h>
#include <nvmespec.h>
const char ExtraText[] = TEXT;
int Extra(void) { return LIMIT; }' >project/extra.c
END
# shellcheck source=/dev/null
. ./project.sh
cp "$source/driver/tests/race/ramdisk.c" "$source"/driver/conformance/ram.[ch] 'project/a src'
for name in load race; do
    printf '[scenario]\ntitle = %s\nseeds = 5\n' $name >project/$name.ini
    [ $name = load ] || echo 'expect = violates data-race within 5 seeds' >>project/$name.ini
    printf '[controller]\nnamespace = 1m\n[workload w]\nrw = randrw\nbs = 4k\niodepth = 4\nnumjobs = 4\nnumber_ios = 10\n' >>project/$name.ini
done

# Everything from here on where the source is out of sight, if this machine lets us.
cat >installed.sh <<'END'
fail() { echo "FAIL: $*"; bad=1; }
must() { "$@" >out 2>&1 || fail "$* exits $?: $(tail -n 30 out)"; }
says() { grep -qF -- "$1" out || fail "no '$1' in: $(tail -n 30 out)"; }
bad=0
storsim=$prefix/bin/storsim
must "$storsim" list drivers
says 'NVMe with one namespace'
must "$storsim" list scenarios
says '01-device-stops-responding.ini'
must "$storsim" run 05-reset-while-idle
says PASS
must "$storsim" sweep 02-device-stops-responding-deferred --seeds 1-3 --tries 0 --quiet --out swept
says 'PASS 02-device'
replay=$(find swept/failures -name '*.replay' | head -n 1)
"$storsim" explain --tries 0 "$replay" >out 2>&1
says 'reset.c:'
if command -v gdb >/dev/null; then
    must "$storsim" debug --batch --command 'list NvmeResetBus' "$replay"
    says 'BOOLEAN NvmeResetBus('
fi
if /usr/bin/python3 -c 'import matplotlib' 2>/dev/null; then
    must "$prefix/share/storsim/analysis/plot_recovery.py" swept/results.db -o recovery.png ||
        says 'no reset'
fi
must cmake -S project -B 'project/build it' -G "$generator" -DCMAKE_PREFIX_PATH="$prefix"
must cmake --build 'project/build it'
must cmake --build 'project/build it'
case $generator in
Ninja)
    says 'no work to do'
    sleep 0.01
    touch project/inc/nvmespec.h
    must cmake --build 'project/build it'
    says 'extra.c'
    says 'Miniport mine'
    grep -q 'racy\|ramdisk' out && fail "more is built than has to be: $(cat out)"
    ;;
esac
must ctest --test-dir 'project/build it' --output-on-failure
says '100% tests passed, 0 tests failed out of 2'
must "$prefix/bin/storsim-cc" -o mine.so -I project/inc 'project/a src/ramdisk.c' 'project/a src/ram.c'
exit $bad
END
hidden=(bash)
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    # shellcheck disable=SC2016 # for the inner shell
    hidden=(unshare -m bash -c 'mount -t tmpfs none "$1" && shift && exec bash "$@"' - "$source")
else
    echo 'the source stays in sight: no mount namespace here'
fi
prefix=$prefix generator=Ninja "${hidden[@]}" installed.sh || bad=1

# Moved elsewhere it works all the same.
mv "$prefix" moved
rm -rf project swept
prefix=$folder/moved
# shellcheck source=/dev/null
. ./project.sh
cp "$source/driver/tests/race/ramdisk.c" "$source"/driver/conformance/ram.[ch] 'project/a src'
printf '[scenario]\ntitle = load\n[controller]\nnamespace = 1m\n[workload w]\nrw = randread\nbs = 4k\nnumber_ios = 10\n' >project/load.ini
cp project/load.ini project/race.ini
must cmake -S project -B project/build -G 'Unix Makefiles' -DCMAKE_PREFIX_PATH="$prefix"
must cmake --build project/build
must ctest --test-dir project/build -R mine.load --output-on-failure
sed -i 's/SCENARIOS load.ini/SCENARIOS none.ini/' project/CMakeLists.txt
cmake -S project -B project/build >out 2>&1 && fail 'a scenario that is not there is taken'
tr -s ' \n' ' ' <out | grep -qF 'storsim_add_miniport(mine): there is no scenario none.ini' || fail "$(cat out)"
mv moved 'pre fix'

# Gone again, with every folder that was made; also of a package that was staged.
must cmake -D BUILD="$build" -P "$source/driver/cmake/uninstall.cmake"
[ ! -e 'pre fix' ] || fail "left behind: $(find 'pre fix')"
export DESTDIR=$folder/staged
must cmake --install "$build" --prefix /opt/somewhere
must "$DESTDIR/opt/somewhere/bin/storsim" run 05-reset-while-idle
mkdir -p "$DESTDIR/opt/somewhere/share/others"
must cmake -D BUILD="$build" -P "$source/driver/cmake/uninstall.cmake"
[ "$(cd "$DESTDIR" && find . | sort | tail -n 1)" = ./opt/somewhere/share/others ] || fail "left behind: $(find "$DESTDIR")"
[ "$(find "$DESTDIR" | wc -l)" = 5 ] || fail "left behind: $(find "$DESTDIR")"

exit $bad
