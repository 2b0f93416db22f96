# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the scripts of tests/cli and tests/faults. They get from ctest: LATHE_CLI (the program), LATHE_SOURCE_DIR,
# LATHE_SHARED_DIR (goldens; may be absent) and LATHE_CACHE_DIR (starter models; may be absent).
# shellcheck shell=bash
set -uo pipefail
: "${LATHE_CLI:?The path of lathe-cli is missing; run these scripts through ctest.}"
# One thread: the models are tiny, and threads that spin for each other are slow where other programs run too.
export LC_ALL=C.UTF-8 OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
golden="${LATHE_SHARED_DIR:-}/goldens/models"
starters="${LATHE_CACHE_DIR:-$HOME/.cache/lathe}/models"
work=$(mktemp -d "${TMPDIR:-/tmp}/lathe-cli.XXXXXX")
trap 'rm -rf "$work"' EXIT
checks=0 failures=0 current="set-up"
out="" err="" code=0

# ctest counts this exit code as skipped.
skip() { echo "SKIPPED: $*"; exit 77; }
needGoldens() { [ -d "$golden/gpt2" ] || skip "the golden models are not beside this clone (shared/goldens/models)"; }
needStarters() { [ -d "$starters/smollm2-135m-instruct" ] || skip "the starter models are not in the cache; packaging/setup fetches them"; }

# cli ARGUMENT... : runs lathe-cli (at most two minutes); afterwards $out, $err and $code tell what it did.
cli() {
    timeout --kill-after=5 "${cliSeconds:-120}" "$LATHE_CLI" "$@" >"$work/.out" 2>"$work/.err" </dev/null
    code=$?
    out=$(<"$work/.out") err=$(<"$work/.err")
    lastCommand="lathe-cli $*"
}

caseIs() { current=$1; }
fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s: %s\n' "$current" "$1"
    [ -z "${lastCommand:-}" ] || printf '    %.600s\n' "$lastCommand"
    printf '    exit code %s\n' "$code"
    [ -z "$out" ] || printf '    stdout: %.500s\n' "$out"
    [ -z "$err" ] || printf '    stderr: %.700s\n' "$err"
}
# check WORDS COMMAND... : counts one check; WORDS say what should hold.
check() {
    local words=$1
    shift
    checks=$((checks + 1))
    "$@" >/dev/null 2>&1 || fail "$words"
}
succeeds() { check "exit code 0" [ "$code" -eq 0 ]; }
isUsageError() {
    check "exit code 2 for wrong usage" [ "$code" -eq 2 ]
    check "something is said on stderr" [ -n "$err" ]
}
outHas() { check "stdout has '$1'" grep -qF -- "$1" <<<"$out"; }
errHas() { check "stderr has '$1'" grep -qiE -- "$1" <<<"$err"; }
# jq filters stdout (one JSON value a line) and must be true for what jq -s makes of it.
json() { check "JSON: $1" jq -es "$1" <<<"$out"; }
isJsonLines() { check "every line of stdout is JSON" jq -e -n 'reduce inputs as $x (true; true)' <<<"$out"; }

# failsWith REGEX... : exit code 1 and `error: WHAT. WHY. WHAT TO DO.` on stderr with all of the given words.
failsWith() {
    local message word
    check "exit code 1" [ "$code" -eq 1 ]
    message=$(grep -a '^error: ' <<<"$err" | head -n 1)
    check "an error line on stderr" [ -n "$message" ]
    check "the error says what, why and what to do (three sentences)" hasThreeSentences "$message"
    check "no trace of the library below it" lacksTrace "$err"
    for word in "$@"; do check "the error has '$word'" grep -qiE -- "$word" <<<"$message"; done
}
hasThreeSentences() { [ "$(grep -oE '[.!?]("|'"'"'|\))?( |$)' <<<"$1" | wc -l)" -ge 3 ]; }
lacksTrace() { ! grep -qE 'Exception raised from|frame #[0-9]|terminate called|\[json\.exception|std::|what\(\)' <<<"$1"; }

# close : prints the counts and ends with 1 if a check failed.
finish() {
    echo "$((checks - failures)) passed, $failures failed"
    [ "$failures" -eq 0 ] && [ "$checks" -gt 0 ]
    exit $?
}

# ---- Material ----------------------------------------------------------------------------------------------------

# pairs N FILE : a CSV of N different pairs, columns English and LaTeX; the same for the same N.
pairs() {
    awk -v n="$1" 'BEGIN {
        split("one two three four five six seven eight nine ten", w, " ")
        print "English,LaTeX"
        for (i = 0; i < n; ++i)
            printf "%s plus %s times %s squared number %d,%d + %d \\cdot %d^2 n_{%d}\n", w[i % 10 + 1], w[int(i / 10) % 10 + 1], w[int(i / 3) % 10 + 1], i, i % 10 + 1, int(i / 10) % 10 + 1, int(i / 3) % 10 + 1, i
    }' >"$2"
}

# spec FILE JQ_FILTER : a small causal-lm run on $golden/gpt2 and $work/pairs.csv, changed by the filter.
spec() {
    [ -e "$work/pairs.csv" ] || pairs 200 "$work/pairs.csv"
    jq -n --arg model "$golden/gpt2" --arg file "$work/pairs.csv" --arg out "$work/run" '{
        lathe: 1, name: "tiny", task: "causal-lm", model: $model,
        dataset: { file: $file, template: "English: {English}\nLaTeX: {LaTeX}", target: "LaTeX", train_on: "all", max_length: 64,
                   split: { validation: 0.1, test: 0.0, seed: 7, group_by: null } },
        trainable: { mode: "all" },
        training: { num_train_epochs: 2, per_device_train_batch_size: 8, per_device_eval_batch_size: 20, learning_rate: 1e-3, warmup_steps: 4,
                    precision: "f32", eval_strategy: "epoch", save_strategy: "epoch", save_total_limit: 3, logging_steps: 1, seed: 11, num_threads: 1 },
        output: $out }' | jq "${2:-.}" >"$1"
}

# What of a run must not depend on how often it was interrupted: every metric but the times.
curve() { jq -cS 'del(.seconds, .tokens_per_second, .samples_per_second, .steps_per_second, .memory_bytes) | with_entries(select(.key | test("second|memory|time") | not))' "$1/metrics.jsonl"; }
# SHA-256 of the weights of the run's best model.
weightsOf() { sha256sum "$1/best/model.safetensors" | cut -d' ' -f1; }
