# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by packaging/run and packaging/test: sets up, configures and builds in build/release.
# Both configure alike, so that one after the other compiles nothing twice.
# shellcheck shell=bash

# Jobs that this machine's cores and free memory allow: a file that includes libtorch takes up to 1.5 GB to compile.
buildJobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
    [ "$memory" -ge 1 ] || memory=1
    if [ "$cores" -lt "$memory" ]; then echo "$cores"; else echo "$memory"; fi
}

# Warnings are errors with the compiler that the project is checked with; another compiler may know new warnings.
warningsAsErrors() {
    case $(g++ -dumpversion 2>/dev/null) in
        12 | 12.*) echo ON ;;
        *) echo OFF ;;
    esac
}

# buildLathe ROOT GUI(ON|OFF) TARGET... : all targets when none is named.
buildLathe() {
    local root=$1 gui=$2 log jobs
    shift 2
    local targets=("$@") build="$root/build/release"
    jobs=$(buildJobs)
    log="$build/configure.log"
    # Lets ccache find again what another clone of the same sources compiled.
    export CCACHE_BASEDIR=$root
    mkdir -p "$build"
    if ! (cd "$root" && cmake --preset release -DLATHE_GUI="$gui" -DLATHE_TESTS=ON -DLATHE_WERROR="$(warningsAsErrors)") >"$log" 2>&1; then
        tail -n 25 "$log" >&2
        echo "error: The build could not be configured. CMake stopped, see above (whole log: $log). Run packaging/setup; if that finds nothing missing, remove build/release and try again." >&2
        return 1
    fi
    echo "[build] Compiling with $jobs jobs (the first time 10 to 25 minutes on two cores, later only what changed)"
    if ! cmake --build "$build" --parallel "$jobs" ${targets[@]+--target "${targets[@]}"}; then
        echo "error: Lathe did not compile. The first error stands above. If this is an unchanged clone, please report it with that error." >&2
        return 1
    fi
}
