#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Fails when a text of the window is not translated: translations.sh LUPDATE SOURCE_DIR. Works on copies.
set -euo pipefail
lupdate="$1"
source_dir="$2"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
failed=0
for catalogue in lathe_ko lathe_en; do
    cp "$source_dir/resources/translations/$catalogue.ts" "$scratch/"
    options=(-silent -locations none -no-obsolete)
    if [ "$catalogue" = lathe_en ]; then options+=(-pluralonly); fi
    # -ts paths are relative to the sources, so the copy is named absolutely.
    (cd "$source_dir" && "$lupdate" "${options[@]}" -recursive ui app/gui -ts "$scratch/$catalogue.ts") >/dev/null 2>&1
    missing="$(grep -B1 'type="unfinished"' "$scratch/$catalogue.ts" | sed -n 's/.*<source>\(.*\)<\/source>.*/  \1/p' || true)"
    if [ -n "$missing" ]; then
        echo "$catalogue.ts lacks:"
        echo "$missing"
        failed=1
    fi
done
exit "$failed"
