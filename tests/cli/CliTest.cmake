# SPDX-License-Identifier: GPL-3.0-or-later
# lathe_cli_test(NAME SCRIPT [LABEL slow] [TIMEOUT 300]): a script beside the CMakeLists.txt, run on the built lathe-cli.
find_program(LATHE_BASH bash REQUIRED)
function(lathe_cli_test name script)
    cmake_parse_arguments(T "" "LABEL;TIMEOUT" "" ${ARGN})
    if(NOT T_LABEL)
        set(T_LABEL fast)
    endif()
    if(NOT T_TIMEOUT)
        set(T_TIMEOUT 300)
    endif()
    add_test(NAME ${name} COMMAND ${LATHE_BASH} "${CMAKE_CURRENT_SOURCE_DIR}/${script}")
    set_tests_properties(${name} PROPERTIES LABELS "${T_LABEL}" TIMEOUT ${T_TIMEOUT} SKIP_RETURN_CODE 77
        ENVIRONMENT "LATHE_CLI=${CMAKE_BINARY_DIR}/app/lathe-cli;LATHE_SOURCE_DIR=${CMAKE_SOURCE_DIR};LATHE_SHARED_DIR=${CMAKE_SOURCE_DIR}/../shared;LATHE_CACHE_DIR=${LATHE_CACHE_DIR}")
endfunction()
