#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws metrics of finished runs as a chart for resources/help: a panel a metric, a line a run, each the mean of WINDOW points.

usage: run_chart.py OUT.svg METRIC[,METRIC...] RUN [RUN ...] [--window 10]
"""
import argparse
import json
import pathlib

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 300, 170, 44, 26, 30
COLOURS = ("#3572e0", "#d9822b", "#2f9e6e", "#a05bc4", "#c94f4f")


def points(run, metric):
    lines = [json.loads(line) for line in (pathlib.Path(run) / "metrics.jsonl").read_text().splitlines()]
    return [(line["step"], line[metric]) for line in lines if line["split"] == "train" and line.get(metric) is not None]


def smoothed(line, window):
    return [(line[i][0], sum(value for _, value in line[max(0, i - window + 1):i + 1]) / min(i + 1, window)) for i in range(len(line))]


def panel(metric, lines, offset):
    last = max(line[-1][0] for line in lines)
    low, high = min(v for line in lines for _, v in line), max(v for line in lines for _, v in line)
    high += (high == low)
    x = lambda step: offset + LEFT + (WIDTH - LEFT - 12) * step / last
    y = lambda value: TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)
    out = [f'<text x="{offset + LEFT}" y="15" font-weight="bold">{metric}</text>']
    for value in (low, (low + high) / 2, high):
        out.append(f'<line x1="{x(0):.1f}" x2="{x(last):.1f}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#8a8f98" stroke-opacity=".35"/>')
        out.append(f'<text x="{x(0) - 5:.1f}" y="{y(value) + 4:.1f}" text-anchor="end">{round(value, 2) + 0.0:.2f}</text>')
    for step in (0, last // 2, last):
        out.append(f'<text x="{x(step):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{step}</text>')
    for colour, line in zip(COLOURS, lines):
        path = " ".join(f"{x(step):.1f},{y(value):.1f}" for step, value in line)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
    return out


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=pathlib.Path)
    options.add_argument("metrics")
    options.add_argument("runs", nargs="+")
    options.add_argument("--window", type=int, default=10)
    options = options.parse_args()
    metrics = options.metrics.split(",")
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * len(metrics)}" height="{HEIGHT}" font-family="sans-serif" font-size="11" fill="#8a8f98">']
    for i, metric in enumerate(metrics):
        svg += panel(metric, [smoothed(points(run, metric), options.window) for run in options.runs], i * WIDTH)
    options.out.write_text("\n".join([*svg, "</svg>"]) + "\n")


if __name__ == "__main__":
    main()
