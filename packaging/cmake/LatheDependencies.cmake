# SPDX-License-Identifier: GPL-3.0-or-later
# Finds what packaging/setup installed: Debian packages through CMake or pkg-config, wheels in the cache folder.
if(DEFINED ENV{LATHE_CACHE})
    set(_cache "$ENV{LATHE_CACHE}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(_cache "$ENV{XDG_CACHE_HOME}/lathe")
else()
    set(_cache "$ENV{HOME}/.cache/lathe")
endif()
set(LATHE_CACHE_DIR "${_cache}" CACHE PATH "Where packaging/setup keeps unpacked wheels and starter models")
set(LATHE_TORCH_DIR "${LATHE_CACHE_DIR}/deps/torch-2.15.0" CACHE PATH "libtorch: include/ and lib/")
set(LATHE_ARROW_DIR "${LATHE_CACHE_DIR}/deps/pyarrow-26.0.1" CACHE PATH "Arrow C++: include/ and lib/")
set(LATHE_MATHJAX_DIR "${LATHE_CACHE_DIR}/deps/mathjax-3.2.2" CACHE PATH "MathJax: es5/")
set(LATHE_TABLER_DIR "${LATHE_CACHE_DIR}/deps/tabler-1.0.1" CACHE PATH "Tabler icons: outline/ and filled/")

foreach(needed IN ITEMS "${LATHE_TORCH_DIR}/lib/libtorch_cpu.so" "${LATHE_ARROW_DIR}/lib/libarrow.so.2600")
    if(NOT EXISTS "${needed}")
        message(FATAL_ERROR "${needed} is missing. Run packaging/setup first: it fetches the pinned wheels.")
    endif()
endforeach()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(uchardet REQUIRED IMPORTED_TARGET uchardet)
pkg_check_modules(sentencepiece REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
if(LATHE_TESTS)
    find_package(GTest REQUIRED)
endif()

# TorchConfig.cmake of the wheel asks for a CUDA toolkit, so the two libraries are named by hand.
add_library(lathe_torch INTERFACE)
target_include_directories(lathe_torch SYSTEM INTERFACE "${LATHE_TORCH_DIR}/include" "${LATHE_TORCH_DIR}/include/torch/csrc/api/include")
target_link_libraries(lathe_torch INTERFACE "${LATHE_TORCH_DIR}/lib/libtorch_cpu.so" "${LATHE_TORCH_DIR}/lib/libc10.so"
    "${LATHE_TORCH_DIR}/lib/libgomp.so.1" Threads::Threads)
# at::parallel_for is a template that runs on one thread unless OpenMP is on where it is compiled; the runtime is torch's own.
target_compile_options(lathe_torch INTERFACE -fopenmp)
# The wheel brings newer fmt headers that hide the system's; header-only, they need no library of their version.
target_compile_definitions(lathe_torch INTERFACE FMT_HEADER_ONLY)
target_link_options(lathe_torch INTERFACE "-Wl,-rpath-link,${LATHE_TORCH_DIR}/lib")

# FAISS's own CMake file names the system's OpenMP and puts Debian's reference BLAS first. Whoever comes first gives its sgemm to the whole
# program, libtorch included, so LAPACK and BLAS are named after libtorch: they give only what it does not export.
find_library(LATHE_FAISS_LIBRARY faiss REQUIRED)
find_path(LATHE_FAISS_INCLUDE faiss/Clustering.h REQUIRED)
find_library(LATHE_LAPACK_LIBRARY lapack REQUIRED)
find_library(LATHE_BLAS_LIBRARY blas REQUIRED)
add_library(lathe_faiss INTERFACE)
target_include_directories(lathe_faiss SYSTEM INTERFACE "${LATHE_FAISS_INCLUDE}")
target_link_libraries(lathe_faiss INTERFACE "${LATHE_FAISS_LIBRARY}" lathe_torch)
target_link_libraries(lathe_torch INTERFACE "-Wl,--push-state,--as-needed,${LATHE_LAPACK_LIBRARY},${LATHE_BLAS_LIBRARY},--pop-state")

add_library(lathe_arrow INTERFACE)
target_include_directories(lathe_arrow SYSTEM INTERFACE "${LATHE_ARROW_DIR}/include")
target_link_libraries(lathe_arrow INTERFACE "${LATHE_ARROW_DIR}/lib/libarrow.so.2600" "${LATHE_ARROW_DIR}/lib/libparquet.so.2600")

if(LATHE_GUI)
    find_package(Qt6 REQUIRED COMPONENTS Core Gui Widgets Svg Qml Test LinguistTools DBus PrintSupport)
    find_library(LATHE_QCUSTOMPLOT QCustomPlotQt6 REQUIRED)
    find_path(LATHE_QCUSTOMPLOT_INCLUDE qcustomplot.h REQUIRED)
endif()
