# find_package(storsim): storsim_add_miniport(), and
#   STORSIM_PROGRAM, STORSIM_CC   the programs
#   STORSIM_SCENARIOS             folder of the scenarios that came with storsim
get_filename_component(STORSIM_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(STORSIM_PROGRAM ${STORSIM_PREFIX}/bin/storsim)
set(STORSIM_CC ${STORSIM_PREFIX}/bin/storsim-cc)
set(STORSIM_SCENARIOS ${STORSIM_PREFIX}/share/storsim/scenarios)
file(GLOB STORSIM_CC_PARTS ${STORSIM_PREFIX}/share/storsim/cc/*.py ${STORSIM_PREFIX}/share/storsim/wdk/runtime/*
    ${STORSIM_PREFIX}/share/storsim/wdk/exports.txt)

foreach(program IN ITEMS ${STORSIM_PROGRAM} ${STORSIM_CC})
    if(NOT EXISTS ${program})
        set(storsim_FOUND FALSE)
        set(storsim_NOT_FOUND_MESSAGE "${program} is missing: storsim was installed in part")
    endif()
endforeach()
include(${CMAKE_CURRENT_LIST_DIR}/storsim-miniport.cmake)
