#!/bin/bash
# Every public header compiles by itself, in C11 on the host and for a module, without a warning.
# usage: test_headers.sh [WDK_FOLDER HOST_COMPILER...]
set -u
[ $# -gt 0 ] || set -- "$(dirname "$0")/.." gcc clang
cd "$1" || exit 1
shift
failures=0
for header in *.h; do
    case $header in pshpack* | poppack*) continue ;; esac
    source="#include <$header>
int after_the_header;"
    for cc in "$@"; do
        echo "$source" | "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -I. -x c -fsyntax-only - ||
            { echo "FAILED: $header with $cc"; failures=$((failures + 1)); }
    done
    echo "$source" | "${STORSIM_CLANG:-clang}" --target=x86_64-pc-windows-msvc-elf -nostdlibinc -ffreestanding -Wall \
        -Wextra -Werror -isystem . -isystem crt -x c -fsyntax-only - ||
        { echo "FAILED: $header for a module"; failures=$((failures + 1)); }
done
exit $((failures != 0))
