#!/bin/sh
# Prints the names of the routines that the headers declare, one a line: what exports.txt must hold.
# usage: list_routines.sh [WDK_FOLDER]
set -eu
wdk=${1:-$(dirname "$0")/..}
cc=${STORSIM_CLANG:-clang}
printf '#include <storport.h>\n#include <srbhelper.h>\n#include <scsiwmi.h>\n#include <ntstrsafe.h>\n' |
    $cc --target=x86_64-pc-windows-msvc-elf -nostdlibinc -ffreestanding -DSIM_IMPORT=SIM_ROUTINE -DSIM_API=SIM_CALL \
        -isystem "$wdk" -isystem "$wdk/crt" -E -P -x c - | tr '\n' ' ' |
    grep -oE 'SIM_ROUTINE[^;(]*SIM_CALL +[A-Za-z0-9_]+' | awk '{ print $NF }' | sort
