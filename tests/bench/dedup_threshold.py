#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cosine threshold tells duplicate sentences from others on STS-B: precision, recall and F1 by threshold.

usage: dedup_threshold.py [--cli build/release/app/lathe-cli] [--data ../shared/data/d_dedup/stsb_en_dev.csv] [--precision f32]

A pair with a score of at least 4.5 is a duplicate, one below 3 is none; those between are left out, as nobody would blame
either answer. Needs the starter encoder. Standard library only.
"""
import argparse
import array
import csv
import math
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def read_npy(path):
    """Rows of a float32 .npy of two dimensions."""
    with open(path, "rb") as file:
        magic = file.read(10)
        if magic[:6] != b"\x93NUMPY":
            sys.exit(f"{path} is no .npy file")
        header = file.read(int.from_bytes(magic[8:10], "little")).decode()
        rows, width = (int(n) for n in re.search(r"\((\d+), (\d+)\)", header).groups())
        values = array.array("f")
        values.frombytes(file.read())
    return [values[i * width:(i + 1) * width] for i in range(rows)]


def embed(cli, table, column, precision, folder):
    output = folder / f"{column}.npy"
    subprocess.run([cli, "embed", "--model", "all-minilm-l6-v2", "--input", table, "--text", "{" + column + "}", "--precision", precision,
                    "--output", output], check=True, stdout=subprocess.DEVNULL)
    return read_npy(output)


def cosine(a, b):
    dot = sum(x * y for x, y in zip(a, b))
    return dot / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def quality(pairs, threshold):
    hits = sum(1 for similarity, is_copy in pairs if is_copy and similarity > threshold)
    alarms = sum(1 for similarity, is_copy in pairs if not is_copy and similarity > threshold)
    missed = sum(1 for similarity, is_copy in pairs if is_copy and similarity <= threshold)
    precision = hits / (hits + alarms) if hits + alarms else 1.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cli", default=ROOT / "build/release/app/lathe-cli", type=pathlib.Path)
    options.add_argument("--data", default=ROOT / "../shared/data/d_dedup/stsb_en_dev.csv", type=pathlib.Path)
    options.add_argument("--precision", default="f32", choices=["f32", "bf16", "auto"])
    given = options.parse_args()
    if not given.data.exists():
        print(f"SKIPPED: {given.data} is absent")
        return
    with open(given.data, newline="", encoding="utf-8") as file:
        scores = [float(row["score"]) for row in csv.DictReader(file)]
    with tempfile.TemporaryDirectory() as folder:
        first, second = (embed(given.cli, given.data, column, given.precision, pathlib.Path(folder)) for column in ("sentence1", "sentence2"))
    pairs = [(cosine(a, b), score >= 4.5) for a, b, score in zip(first, second, scores) if score >= 4.5 or score < 3]
    print(f"{len(pairs)} pairs, {sum(is_copy for _, is_copy in pairs)} of them duplicates")
    print("threshold  precision  recall     F1")
    table = [(step / 100, *quality(pairs, step / 100)) for step in range(50, 100)]
    for threshold, precision, recall, f1 in table:
        if round(threshold * 100) % 5 == 0:
            print(f"{threshold:9.2f}  {precision:9.3f}  {recall:6.3f}  {f1:5.3f}")
    threshold, precision, recall, f1 = max(table, key=lambda row: row[3])
    print(f"RESULT threshold {threshold:.2f}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")


if __name__ == "__main__":
    main()
