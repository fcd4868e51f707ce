#!/bin/bash
# driver/defects/defect.sh: defects of the NVMe miniport, each an edit of its files: NAME.patch beside this script.
#
#   defect.sh                         the defects there are
#   defect.sh open NAME               a copy of driver/nvme/ in results/defects/NAME/, with the edit when there is one
#   defect.sh try NAME [SCENARIO...]  builds that copy and sweeps: what does it break that the driver does not?
#   defect.sh save NAME               NAME.patch from that copy
#   defect.sh renew                   the line numbers in every patch, after edits elsewhere in the driver
#   defect.sh apply PATCH FOLDER      the files that PATCH edits, edited, in FOLDER; what the build runs
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 2
cd "$root" || exit 2
defects=driver/defects
copies=${STORSIM_DEFECTS:-results/defects}
build=${STORSIM_BUILD:-build/fast}

give_up() { echo "defect: $*" >&2; exit 1; }

# edited PATCH: the files of driver/nvme/ that it edits
edited() { sed -n 's,^--- driver/nvme/,,p' "$1"; }

# apply PATCH FOLDER NAME: its files into FOLDER, all or none. What does not fit to the letter is refused.
apply() {
    local patch=$1 folder=$2 name=$3 new file said
    [ -f "$patch" ] || give_up "there is no $patch"
    [ -n "$(edited "$patch")" ] || give_up "$patch edits no file of driver/nvme/: it has no line '--- driver/nvme/FILE.c'"
    mkdir -p "$folder" && new=$(mktemp -d "$folder/new.XXXXXX") || give_up "cannot write to $folder"
    # shellcheck disable=SC2064 # as it is now
    trap "rm -rf '$new'" EXIT
    for file in $(edited "$patch"); do
        cp "driver/nvme/$file" "$new" || give_up "$patch edits $file, which driver/nvme/ does not have"
    done
    if ! said=$(patch --unified --fuzz=0 --forward --no-backup-if-mismatch --reject-file=- -d "$new" <"$patch" 2>&1); then
        echo "$said" >&2
        give_up "$defects/$name.patch does not fit driver/nvme/ any more: the lines that it edits have changed." \
            "Say ./dev defect open $name, make the edit again, and ./dev defect save $name"
    fi
    for file in $(edited "$patch"); do mv "$new/$file" "$folder/$file"; done
}

list() {
    echo "usage: ./dev defect [open|try|save NAME | renew]; NAME is new, or one of"
    for patch in "$defects"/*.patch; do
        printf '  %-15s %s\n' "$(basename "$patch" .patch)" "$(sed '1s/^[^:]*: //;q' "$patch")"
    done
}

open() {
    local copy=$copies/$name
    [ ! -d "$copy" ] || give_up "$copy is there already; remove it to begin again"
    mkdir -p "$copies" && cp -r driver/nvme "$copy" || give_up "cannot write to $copies"
    if [ -f "$defects/$name.patch" ]; then
        # An edit that does not fit any more leaves the driver's file to be edited by hand.
        (apply "$defects/$name.patch" "$copy" "$name") || echo "$copy holds the driver as it is." >&2
    fi
    cat <<TEXT
$copy is the driver's source; edit what you like.
  ./dev defect try $name     build it, and see what it breaks
  ./dev defect save $name    keep the edit as $defects/$name.patch
TEXT
}

# The stories in which the driver must not fail; a few seeds of each.
stories=(01-device-stops-responding 04-slow-ready 08-reset-under-load 09-line-interrupt 11-surprise-removal
    12-surprise-removal-during-reset 14-stop-during-reset)

try() {
    local copy=$copies/$name scenario scenarios=()
    [ -d "$copy" ] || give_up "there is no $copy; ./dev defect open $name makes one"
    [ -x "$build/storsim" ] || give_up "there is no $build/storsim; ./dev build makes one"
    driver/storsim-cc -o "$copy.so" --prefix-map "$root=." "$copy"/*.c || exit 1
    [ $# -gt 0 ] || set -- "${stories[@]}"
    for scenario; do
        [ -f "$scenario" ] || scenario=scenarios/$scenario.ini
        scenarios+=("$scenario")
    done
    exec "$build/storsim" sweep "${scenarios[@]}" --seeds "${SEEDS:-1-50}" --baseline nvme --driver "$copy.so" --out "$copies/$name.found"
}

save() {
    local copy=$copies/$name patch=$defects/$name.patch file base changed=()
    [ -d "$copy" ] || give_up "there is no $copy; ./dev defect open $name makes one"
    for file in "$copy"/*; do
        base=$(basename "$file")
        cmp -s "driver/nvme/$base" "$file" && continue
        [ "${base##*.}" = c ] && [ -f "driver/nvme/$base" ] ||
            give_up "$file: a defect edits .c files of driver/nvme/ and adds none, since it shares all other objects"
        changed+=("$base")
    done
    [ ${#changed[@]} -gt 0 ] || give_up "$copy is the driver as it is: nothing to save"
    {
        # What is said of it stays.
        if [ -f "$patch" ]; then
            sed '/^--- driver\/nvme\//,$d' "$patch"
        else
            printf '%s: WHAT IS WRONG, in a sentence.\n\nThe mistake: WHAT IS LEFT OUT, and what comes of it.\n\n' "$name"
        fi
        for base in "${changed[@]}"; do
            diff -u --suppress-blank-empty --label "driver/nvme/$base" --label "$defects/$name/$base" \
                "driver/nvme/$base" "$copy/$base"
        done
    } >"$patch.new"
    mv "$patch.new" "$patch"
    echo "$patch edits ${changed[*]}; what is wrong is said at its top, and in driver/defects/README.md"
}

renew() {
    local patch
    copies=$(mktemp -d) || exit 1
    trap 'rm -rf "$copies"' EXIT
    for patch in "$defects"/*.patch; do
        name=$(basename "$patch" .patch)
        cp -r driver/nvme "$copies/$name"
        (apply "$patch" "$copies/$name" "$name") && save
    done
}

case ${1:-list} in
    list | renew) "${1:-list}" ;;
    apply)
        [ $# = 3 ] || give_up "usage: defect.sh apply PATCH FOLDER"
        apply "$2" "$3" "$(basename "$2" .patch)"
        ;;
    open | try | save)
        verb=$1 name=${2:-}
        [[ $name =~ ^[a-z0-9][a-z0-9-]*$ ]] || { list >&2; exit 2; }
        shift 2
        "$verb" "$@"
        ;;
    *)
        list >&2
        exit 2
        ;;
esac
