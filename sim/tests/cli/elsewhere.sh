#!/usr/bin/env bash
# sim/tests/cli/elsewhere.sh - a stored finding gives the same trace wherever it is replayed: with the program and its drivers
# in another folder, another environment, user, locale and time zone, with and without address randomisation, in a
# namespace and a root of its own, on a processor of another kind. What this machine cannot do is said and left out.
# timeout: 180
set -u
storsim=${STORSIM:?path of the program}
source=${STORSIM_SOURCE:-$PWD}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bad=0

fail() { echo "FAIL: $*"; bad=1; }

# --- findings of a deferred reset, a race and a lost interrupt, as the build tree makes them -------------------------
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder NO_COLOR=1
for scenario in 02-device-stops-responding-deferred 10-data-race-no-sync report-08-stale-completion; do
    "$storsim" sweep "$source/scenarios/$scenario.ini" --seeds 1-2 --tries 100 --quiet --out "found-$scenario" >out 2>err
    [ $? -le 1 ] || fail "$scenario: $(cat err)"
done
mkdir replays
cp found-*/failures/*.replay replays
[ "$(find replays -name '*.replay' | wc -l)" -ge 6 ] || fail "too few findings: $(ls replays)"

# --- the same program somewhere else: nothing of the build tree's path is left ---------------------------------------
mkdir -p 'other place/drivers'
cp "$storsim" 'other place/storsim'
cp "$(dirname "$storsim")"/drivers/*.so 'other place/drivers'
there="$folder/other place"
chmod -R a+rX "$folder"

# same HOW COMMAND...: every finding is the same, with this in front of the program
same() {
    local how=$1 replay
    shift
    for replay in "$folder"/replays/*.replay; do
        "$@" "$there/storsim" replay "$replay" >out 2>err
        [ $? = 1 ] || { fail "$how: $(basename "$replay"): $(cat out err)"; return; }
        grep -q '^same finding, same trace hash$' out || { fail "$how: $(basename "$replay"): $(cat out err)"; return; }
    done
    echo "$how: same findings, same trace hashes"
}

# tried HOW COMMAND...: as above, when this machine can do it at all
tried() {
    local how=$1
    shift
    if "$@" true >/dev/null 2>&1; then
        same "$how" "$@"
    else
        echo "$how: not possible here"
    fi
}

same 'another folder' env
same 'an empty environment' env -i
same 'a large environment' env "STORSIM_TEST_PADDING=$(head -c 100000 /dev/zero | tr '\0' x)"
same 'another home, locale and time zone' env HOME=/nonexistent LC_ALL=de_DE.UTF-8 LANG=tr_TR.UTF-8 TZ=Asia/Kathmandu
same 'a small stack' bash -c 'ulimit -s 1024; exec "$@"' sh
tried 'without address randomisation' setarch -R
tried 'the old layout of addresses' setarch -L
tried 'one processor' taskset -c 0
tried 'namespaces of its own' unshare --user --map-root-user --mount --uts --ipc --net --pid --fork
tried 'another user' setpriv --reuid=65534 --regid=65534 --clear-groups
cd / && tried 'another working folder' env && cd "$folder" || exit 1

# --- a root with nothing in it but the program ------------------------------------------------------------------------
mkdir root
for file in $(ldd "$there/storsim" "$there"/drivers/*.so | grep -o '/[^ ]*\.so[^ ]*' | grep -v : | sort -u); do
    mkdir -p "root$(dirname "$file")"
    cp -L "$file" "root$file"
done
mkdir -p root/replays root/tmp root/bin
cp "$there/storsim" root/bin
cp -r "$there/drivers" root/drivers # where it looks when there is no /proc to tell it where it is
cp replays/* root/replays
if ! chroot root /bin/storsim --version >/dev/null 2>&1; then
    echo 'a root of its own: not possible here'
else
    for replay in replays/*.replay; do
        chroot root /bin/storsim replay "/replays/$(basename "$replay")" >out 2>err
        grep -q '^same finding, same trace hash$' out || fail "a root of its own: $replay: $(cat out err)"
    done
    echo 'a root of its own: same findings, same trace hashes'
fi

# --- another processor, where somebody has installed qemu-user --------------------------------------------------------
qemu=$(command -v qemu-x86_64 || command -v qemu-x86_64-static)
for model in Nehalem EPYC; do
    # A sanitizer's shadow memory is more than qemu can map.
    if [ -n "$qemu" ] && ! grep -q __asan_init "$there/storsim" && "$qemu" -cpu "$model" "$there/storsim" --version >/dev/null 2>&1; then
        same "a processor like $model" "$qemu" -cpu "$model"
    else
        echo "a processor like $model: not possible here"
    fi
done
exit $bad
