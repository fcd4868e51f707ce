# storsim_add_miniport(): a miniport as a target. Part of the package (find_package(storsim)), and of storsim's own build.
#
# storsim_add_miniport(<name> SOURCES <file>...
#     [OBJECTS <file>...]        objects of other sources, made by storsim-cc -c
#     [INCLUDES <folder>...]     searched for headers, as by -I
#     [DEFINES <name[=value]>...]
#     [OPTIONS <word>...]        more words for storsim-cc -c: -O2, -Wall, --allow-asm ...
#     [LINK_OPTIONS <word>...]   and for the link: --stub NAME, --allow-missing ...
#     [ABOUT <text>]             one line about the driver
#     [OUTPUT <file>]            default: <name>.so in the binary folder
#     [SCENARIOS <file|name>...] each a ctest test, <name>.<scenario>: it is swept, and its `expect` must hold
#     [SEEDS <A-B>]              of these tests; default: what the scenario says
#     [SWEEP_OPTIONS <word>...]) more words for `storsim sweep` in these tests
#
# Builds the module with the default target, one object for each source. The target's property STORSIM_MODULE is its path,
# STORSIM_OBJECTS those of the sources' objects.
# Relative files and folders are those of the calling CMakeLists.txt.
function(storsim_add_miniport name)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "" "ABOUT;OUTPUT;SEEDS"
        "SOURCES;OBJECTS;INCLUDES;DEFINES;OPTIONS;LINK_OPTIONS;SCENARIOS;SWEEP_OPTIONS")
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "storsim_add_miniport(${name}): ${ARG_UNPARSED_ARGUMENTS}: no such argument")
    endif()
    if(NOT ARG_SOURCES)
        message(FATAL_ERROR "storsim_add_miniport(${name}): SOURCES are missing")
    endif()
    if(NOT ARG_OUTPUT)
        set(ARG_OUTPUT ${name}.so)
    endif()
    cmake_path(ABSOLUTE_PATH ARG_OUTPUT BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} NORMALIZE)
    storsim__compile(objects)
    set(about "")
    if(ARG_ABOUT)
        set(about --about ${ARG_ABOUT})
    endif()
    cmake_path(GET ARG_OUTPUT PARENT_PATH folder)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(OUTPUT ${ARG_OUTPUT}
        COMMAND ${STORSIM_CC} -o ${ARG_OUTPUT} --name ${name} ${about} ${ARG_LINK_OPTIONS} ${objects} ${ARG_OBJECTS}
        DEPENDS ${objects} ${ARG_OBJECTS} ${STORSIM_CC} ${STORSIM_CC_PARTS}
        COMMENT "Miniport ${name}" VERBATIM)
    add_custom_target(${name} ALL DEPENDS ${ARG_OUTPUT})
    set_target_properties(${name} PROPERTIES STORSIM_MODULE ${ARG_OUTPUT} STORSIM_OBJECTS "${objects}")
    foreach(scenario IN LISTS ARG_SCENARIOS)
        storsim__test(${scenario})
    endforeach()
endfunction()

# An object for each source, compiled in the source's folder of the calling list file; names of them in ${result}.
function(storsim__compile result)
    set(flags ${ARG_OPTIONS})
    foreach(folder IN LISTS ARG_INCLUDES)
        cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
        list(APPEND flags -I ${folder})
    endforeach()
    foreach(define IN LISTS ARG_DEFINES)
        string(REGEX REPLACE "^-D" "" define "${define}")
        list(APPEND flags -D ${define})
    endforeach()
    set(where ${CMAKE_CURRENT_BINARY_DIR}/${name}.objects)
    file(MAKE_DIRECTORY ${where})
    set(objects "")
    foreach(source IN LISTS ARG_SOURCES)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
        cmake_path(GET source STEM LAST_ONLY stem)
        cmake_path(GET source EXTENSION LAST_ONLY extension)
        if(extension MATCHES "^\\.(h|inc|rc|res|def|mc|mof|man|inf|tmh|txt|md)$") # as storsim-cc has it
            continue()
        endif()
        set(object ${where}/${stem}.o)
        set(n 1)
        while(object IN_LIST objects) # two sources of one name
            math(EXPR n "${n} + 1")
            set(object ${where}/${stem}-${n}.o)
        endwhile()
        add_custom_command(OUTPUT ${object}
            COMMAND ${STORSIM_CC} -c -o ${object} -MD -MF ${object}.d ${flags} ${source}
            DEPENDS ${source} ${STORSIM_CC} ${STORSIM_CC_PARTS} DEPFILE ${object}.d
            WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
            COMMENT "Miniport ${name}: ${stem}.c" VERBATIM)
        list(APPEND objects ${object})
    endforeach()
    set(${result} ${objects} PARENT_SCOPE)
endfunction()

# The sweep of one scenario as a test. A name without a folder is a scenario that came with storsim.
function(storsim__test scenario)
    cmake_path(GET scenario STEM LAST_ONLY stem)
    set(file ${scenario})
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    if(NOT EXISTS ${file} AND EXISTS ${STORSIM_SCENARIOS}/${stem}.ini)
        set(file ${STORSIM_SCENARIOS}/${stem}.ini)
    endif()
    if(NOT EXISTS ${file})
        message(FATAL_ERROR "storsim_add_miniport(${name}): there is no scenario ${scenario}")
    endif()
    set(seeds "")
    if(ARG_SEEDS)
        set(seeds --seeds ${ARG_SEEDS})
    endif()
    # Several tests run side by side, so one worker each.
    add_test(NAME ${name}.${stem} COMMAND ${STORSIM_PROGRAM} sweep ${file} --driver ${ARG_OUTPUT} --jobs 1 --quiet
        --out ${CMAKE_CURRENT_BINARY_DIR}/storsim/${name}.${stem} ${seeds} ${ARG_SWEEP_OPTIONS})
endfunction()
