#!/bin/bash
# driver/tests/defects.sh - every defect is an edit of the driver that fits it to the letter, is named in driver/defects/README.md and in a
# scenario, and shares the driver's other objects; one that does not fit is refused, with what to do; ./dev defect opens, tries
# and saves one.
set -u
cd "${STORSIM_SOURCE:?root of the source}" || exit 1
build=${STORSIM_BUILD:?build folder}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export STORSIM_DEFECTS=$folder/copies
bad=0

fail() { echo "FAIL: $*"; bad=1; }
must() { "$@" >"$folder/out" 2>&1 || fail "$* exits $?: $(tail -n 20 "$folder/out")"; }
refused() { "$@" >"$folder/out" 2>&1 && fail "$* is taken"; }
says() { grep -qF -- "$1" "$folder/out" || fail "no '$1' in: $(cat "$folder/out")"; }

# tree: a source tree of its own, whose driver and defects may be changed
mkdir -p "$folder/tree/driver"
cp -r driver/nvme driver/defects "$folder/tree/driver"
copy=$folder/tree/driver

"$build/storsim" list drivers >"$folder/drivers"
for patch in driver/defects/*.patch; do
    name=$(basename "$patch" .patch)
    grep -q "^| \`$name\` | " driver/defects/README.md || fail "$name is not in the table of driver/defects/README.md"
    grep -qlE "^module *= *$name$" scenarios/*.ini || fail "no scenario has the driver $name"
    about=$(sed '1s/^[^:]*: //; s/\.$//; q' "$patch")
    grep -qF "$about" "$folder/drivers" || fail "storsim list drivers does not say of $name: $about"
    for file in $(sed -n 's,^--- driver/nvme/,,p' "$patch"); do
        cmp -s "driver/nvme/$file" "$build/driver/defects/$name/$file" && fail "$name: $file is the driver's"
    done
done
# Made again they are the same to the byte, so their line numbers are the driver's.
must "$copy/defects/defect.sh" renew
diff -r driver/defects "$copy/defects" || fail "./dev defect renew would change this"

# A line that an edit needs has changed: nothing is written, and it is said what to do. One elsewhere is no matter.
sed -i 's/case SRB_FUNCTION_RESET_DEVICE:/& \/* changed *\//' "$copy/nvme/io.c"
refused "$copy/defects/defect.sh" apply driver/defects/says-yes.patch "$folder/applied"
says "driver/defects/says-yes.patch does not fit driver/nvme/ any more"
says "./dev defect open says-yes"
[ -z "$(ls -A "$folder/applied")" ] || fail "a patch that does not fit leaves $(ls "$folder/applied")"
sed -i '1i /* a line more */' "$copy/nvme/queue.c"
must "$copy/defects/defect.sh" apply driver/defects/trusting.patch "$folder/applied"
[ "$(head -n 1 "$folder/applied/queue.c")" = '/* a line more */' ] || fail "queue.c is not the changed one"
refused "$copy/defects/defect.sh" apply driver/defects/none.patch "$folder/applied"
says "there is no driver/defects/none.patch"
printf 'x: nothing.\n' >"$copy/defects/x.patch"
refused "$copy/defects/defect.sh" apply driver/defects/x.patch "$folder/applied"
says "edits no file of driver/nvme/"

# One's own mistake.
refused "$copy/defects/defect.sh" open 'my mistake'
refused "$copy/defects/defect.sh" save mine
says './dev defect open mine'
must "$copy/defects/defect.sh" open mine
says './dev defect try mine'
sed -i 's/break;/continue;/' "$STORSIM_DEFECTS/mine/interrupt.c"
must "$copy/defects/defect.sh" save mine
rm -rf "$STORSIM_DEFECTS"
must "$copy/defects/defect.sh" open mine
grep -q 'continue;' "$STORSIM_DEFECTS/mine/interrupt.c" || fail 'the edit that was saved is not opened again'
refused "$copy/defects/defect.sh" open mine
says 'is there already'
rm -rf "$STORSIM_DEFECTS"
must driver/defects/defect.sh open mine
refused driver/defects/defect.sh save mine
says 'nothing to save'
[ ! -f driver/defects/mine.patch ] || fail 'a patch without an edit'
sed -i 's/NvmeQuiesceComplete(Adapter);/;/' "$STORSIM_DEFECTS/mine/reset.c"
SEEDS=1-3 driver/defects/defect.sh try mine 01-device-stops-responding >"$folder/out" 2>&1
[ $? = 1 ] || fail "./dev defect try: $(cat "$folder/out")"
says 'reset-outstanding'
touch "$STORSIM_DEFECTS/mine/more.c"
refused driver/defects/defect.sh save mine
says 'edits .c files of driver/nvme/ and adds none'
driver/defects/defect.sh unknown >"$folder/out" 2>&1
[ $? = 2 ] || fail 'an unknown verb is no usage error'
says 'says-yes'

exit $bad
