# SPDX-License-Identifier: GPL-3.0-or-later
"""peer_check.py folder|adapter|gguf WRITTEN ORIGINAL: loads what Lathe wrote with transformers, peft or gguf and compares."""
import json
import pathlib
import sys
import numpy as np
import torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoTokenizer

kind, written, original = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
expected = json.loads((original / "expected.json").read_text())


def load(folder, **more):
    config = AutoConfig.from_pretrained(folder) if not more else None
    is_decoder = more or config.model_type in ("llama", "gpt2", "qwen2")
    return (AutoModelForCausalLM if is_decoder else AutoModel).from_pretrained(folder, dtype=torch.float32, **more).eval()


def same(a, b, tolerance):
    worst = max(float((a[k].float() - b[k].float()).abs().max()) for k in b)
    assert set(a) == set(b), set(a) ^ set(b)
    assert worst <= tolerance, worst


if kind == "folder":
    same(load(written).state_dict(), load(original).state_dict(), 0)
elif kind == "adapter":
    from peft import PeftModel
    model = PeftModel.from_pretrained(load(original), written).eval()
    ids = torch.tensor(expected["input_ids"])
    mask = torch.tensor(expected["attention_mask"])
    reference = json.loads((original / "adapter" / "expected.json").read_text())
    logits = model(ids, attention_mask=mask).logits.detach().numpy()
    assert np.abs((logits - np.array(reference["logits"])) * np.array(expected["attention_mask"])[..., None]).max() < 1e-4
else:
    import gguf
    reader = gguf.GGUFReader(written)
    names = {t.name: gguf.dequantize(t.data, t.tensor_type) for t in reader.tensors}
    assert "token_embd.weight" in names and all(np.isfinite(v).all() for v in names.values())
    tolerance = {"F32": 0, "F16": 1e-3, "BF16": 8e-3, "Q8_0": 8e-3}[written.stem.split("-")[1]]
    reference = load(original).state_dict()
    scale = max(float(v.abs().max()) for v in reference.values())
    if written.stem.startswith("gpt2"):  # transformers does not read the number of positions of a GPT-2 GGUF, so compare by hand
        pairs = {"token_embd": "transformer.wte", "position_embd": "transformer.wpe", "blk.1.attn_qkv": "transformer.h.1.attn.c_attn", "blk.0.ffn_down": "transformer.h.0.mlp.c_proj"}
        for mine, theirs in pairs.items():
            value = reference[theirs + ".weight"].numpy()
            stored = names[mine + ".weight"]
            value = value if mine.endswith("embd") else value.T
            assert stored.shape == value.shape and np.abs(stored - value).max() <= tolerance * scale, mine
    else:
        loaded = load(written.parent, gguf_file=written.name)
        same(loaded.state_dict(), reference, tolerance * scale)
        for key in ("hidden_size", "num_attention_heads", "num_key_value_heads", "vocab_size", "tie_word_embeddings", "max_position_embeddings"):
            assert getattr(loaded.config, key) == getattr(AutoConfig.from_pretrained(original), key), key
        mine = AutoTokenizer.from_pretrained(written.parent, gguf_file=written.name)
        theirs = AutoTokenizer.from_pretrained(original)
        for text in ("hello world", " two  spaces", "x = 12345\n\n", "naïve ☃"):
            a, b = mine(text, add_special_tokens=False).input_ids, theirs(text, add_special_tokens=False).input_ids
            if mine(text).input_ids != theirs(text).input_ids and a != b:
                print("note: ids differ for", repr(text), a, b)  # transformers chooses the splitting rule by architecture
print("ok", kind, written.name)
