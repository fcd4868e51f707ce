# What `cmake --install build/fast --prefix P` puts below P. Nothing of it refers to the source or to P itself: the program
# finds its modules and scenarios, storsim-cc its headers and parts, and the CMake package all of them, from where they are.
#
#   bin/                  storsim, storsim-cc
#   lib/storsim/drivers/  built-in miniports, as modules
#   lib/cmake/storsim/    find_package(storsim)
#   share/storsim/        wdk/, cc/: for storsim-cc; scenarios/; driver/: built-in miniports, as source; analysis/: figures
#   share/doc/storsim/    every README, the guide, the licence

# Folders that are made now go again with `cmake --build build/fast --target uninstall`; those of others stay.
install(CODE "
    set(above \${CMAKE_INSTALL_PREFIX})
    set(folders \${above} \${above}/bin \${above}/lib \${above}/lib/cmake \${above}/share \${above}/share/doc)
    while(NOT above STREQUAL \"/\")
        cmake_path(GET above PARENT_PATH above)
        list(APPEND folders \${above})
    endwhile()
    foreach(folder IN LISTS folders)
        if(NOT EXISTS \"\$ENV{DESTDIR}\${folder}\")
            file(APPEND \"${CMAKE_BINARY_DIR}/install_folders.txt\" \"\${folder}\\n\")
        endif()
    endforeach()")

set(share share/storsim)
set(docs share/doc/storsim)
install(TARGETS storsim RUNTIME DESTINATION bin)
install(PROGRAMS driver/storsim-cc DESTINATION bin)
get_property(built_in GLOBAL PROPERTY STORSIM_BUILT_IN)
foreach(name IN LISTS built_in)
    install(FILES $<TARGET_PROPERTY:${name},STORSIM_MODULE> DESTINATION lib/storsim/drivers)
endforeach()

install(DIRECTORY driver/wdk/ DESTINATION ${share}/wdk
    PATTERN tests EXCLUDE PATTERN README.md EXCLUDE)
install(DIRECTORY driver/cc/ DESTINATION ${share}/cc FILES_MATCHING PATTERN *.py)
file(GLOB drivers RELATIVE ${CMAKE_SOURCE_DIR} driver/*)
list(FILTER drivers EXCLUDE REGEX "/(wdk|cc|cmake|tests|[^/]*\\.[^/]*|storsim-cc)$")
foreach(folder IN LISTS drivers)
    install(DIRECTORY ${folder} DESTINATION ${share}/driver FILES_MATCHING PATTERN *.c PATTERN *.h
        PATTERN *.patch)
endforeach()
# And the files that defects edit, as they are compiled.
get_property(edited GLOBAL PROPERTY STORSIM_EDITED)
foreach(file IN LISTS edited)
    cmake_path(GET file PARENT_PATH folder)
    cmake_path(GET folder FILENAME name)
    install(FILES ${file} DESTINATION ${share}/driver/defects/${name})
endforeach()
install(DIRECTORY scenarios/ DESTINATION ${share}/scenarios FILES_MATCHING PATTERN *.ini
    PATTERN *.icf PATTERN *.fio PATTERN *.csv PATTERN expected EXCLUDE
    PATTERN matrix EXCLUDE)
install(DIRECTORY analysis/ DESTINATION ${share}/analysis USE_SOURCE_PERMISSIONS
    FILES_MATCHING PATTERN *.py PATTERN tests EXCLUDE PATTERN gallery EXCLUDE)

install(FILES LICENSE DESTINATION ${docs})
file(GLOB_RECURSE pages RELATIVE ${CMAKE_SOURCE_DIR}
    README.md driver/*.md models/*.md scenarios/*.md analysis/*.md analysis/gallery/*.png sim/*.md)
list(FILTER pages EXCLUDE REGEX "^build/")
foreach(page IN ITEMS README.md LISTS pages)
    cmake_path(GET page PARENT_PATH folder)
    install(FILES ${page} DESTINATION ${docs}/${folder})
endforeach()

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/storsim-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES driver/cmake/storsim-config.cmake driver/cmake/storsim-miniport.cmake
    ${CMAKE_BINARY_DIR}/generated/storsim-config-version.cmake DESTINATION lib/cmake/storsim)

add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -D BUILD=${CMAKE_BINARY_DIR}
    -P ${CMAKE_SOURCE_DIR}/driver/cmake/uninstall.cmake VERBATIM)
