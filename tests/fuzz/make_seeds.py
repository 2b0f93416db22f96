# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes small valid files and their classic mistakes as seeds: make_seeds.py FOLDER. Needs nothing but Python itself."""
import json
import pathlib
import struct
import sys


def safetensors(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def pair(key, kind, value):
    return text(key) + struct.pack("<I", kind) + value


def gguf(pairs, tensors, data=b"", version=3):
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(pairs)) + b"".join(pairs)
    for name, shape, kind, offset in tensors:
        head += text(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", n) for n in shape) + struct.pack("<IQ", kind, offset)
    return head + b"\0" * (-len(head) % 32) + data


def texts(values):
    return struct.pack("<IQ", 8, len(values)) + b"".join(text(v) for v in values)


def model(architecture):
    keys = {"block_count": 1, "context_length": 32, "embedding_length": 8, "feed_forward_length": 16, "attention.head_count": 2}
    pairs = [pair("general.architecture", 8, text(architecture))]
    pairs += [pair(f"{architecture}.{k}", 4, struct.pack("<I", v)) for k, v in keys.items()]
    pairs += [pair(f"{architecture}.attention.layer_norm_rms_epsilon", 6, struct.pack("<f", 1e-5)),
              pair("tokenizer.ggml.model", 8, text("gpt2")), pair("tokenizer.ggml.tokens", 9, texts(["a", "b"])),
              pair("tokenizer.ggml.token_type", 9, struct.pack("<IQii", 5, 2, 1, 3)), pair("tokenizer.ggml.eos_token_id", 4, struct.pack("<I", 1)),
              pair("tokenizer.ggml.scores", 9, struct.pack("<IQff", 6, 2, 0, 1)), pair("general.alignment", 4, struct.pack("<I", 32)),
              pair("tokenizer.ggml.add_bos_token", 7, b"\1")]
    return gguf(pairs, [("token_embd.weight", [8, 2], 0, 0), ("output_norm.weight", [8], 0, 64)], b"\0" * 96)


seeds = {
    "safetensors": [
        safetensors({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "b": {"dtype": "BF16", "shape": [1, 2], "data_offsets": [8, 12]}}, b"\0" * 12),
        safetensors({"__metadata__": {"format": "pt"}, "s": {"dtype": "F64", "shape": [], "data_offsets": [0, 8]}}, b"\0" * 8),
        safetensors({"a": {"dtype": "U8", "shape": [4194305, 4194305, 211106198978564], "data_offsets": [0, 4]}}, b"\0" * 4),
        safetensors({"a": {"dtype": "F8_E4M3", "shape": [0], "data_offsets": [0, 0]}}), safetensors(b"{}"), safetensors(b"[" * 300)],
    "gguf": [model("llama"), model("qwen2"), model("gpt2"), model("bert"), gguf([], []), gguf([], [("t", [256], 12, 0), ("u", [256], 14, 160)], b"\x11" * 480),
             gguf([], [("t", [32], kind, 0) for kind in (2, 3, 6, 7, 8)][:1], b"\x22" * 64), gguf([pair("x", 9, struct.pack("<IQ", 0, 3) + b"abc")], [], version=2)],
    "model_json": [b"\0" + json.dumps({"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj"], "rank_pattern": {"a": 2}, "alpha_pattern": {"a": 1.5}}).encode(),
                   b"\1" + json.dumps({"metadata": {"total_size": 1}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}).encode(),
                   b"\2" + json.dumps({"model": {"type": "BPE", "byte_fallback": True, "unk_token": "u", "vocab": {"a": 0, "b": 1, "<0x00>": 2}, "merges": ["a b", ["a", "b"]]},
                                       "added_tokens": [{"id": 3, "content": "x", "special": True}], "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}]},
                                       "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]}}).encode()],
}
for name, files in seeds.items():
    folder = pathlib.Path(sys.argv[1]) / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(files):
        (folder / f"seed{number}").write_bytes(content)
