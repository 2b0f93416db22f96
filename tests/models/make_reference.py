# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes reference.json: what transformers computes for small models whose weights follow a formula (see reference_test.cpp).

usage: make_reference.py > reference.json      (needs torch and transformers; the build and the tests do not)
"""
import json
import math

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

LLAMA = dict(model_type="llama", vocab_size=30, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, head_dim=8)
QWEN = dict(model_type="qwen2", vocab_size=30, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3,
            num_key_value_heads=1, max_position_embeddings=64)
GPT2 = dict(model_type="gpt2", vocab_size=30, n_embd=24, n_layer=2, n_head=3, n_positions=64, attn_pdrop=0, embd_pdrop=0, resid_pdrop=0)
BERT = dict(vocab_size=30, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3, hidden_dropout_prob=0,
            attention_probs_dropout_prob=0)
LABELS = dict(id2label={"0": "a", "1": "b", "2": "c"}, label2id={"a": 0, "b": 1, "c": 2}, pad_token_id=1)

CASES = {
    "llama_untied_wide_heads": (dict(LLAMA, tie_word_embeddings=False, rope_theta=500.0), "lm"),
    "llama_rope_llama3": (dict(LLAMA, tie_word_embeddings=True, rope_theta=10000.0,
                               rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                                 original_max_position_embeddings=16)), "lm"),
    "llama_rope_linear": (dict(LLAMA, rope_parameters=dict(rope_type="linear", factor=2.5, rope_theta=1000.0)), "lm"),
    "llama_biases_gelu": (dict(LLAMA, attention_bias=True, mlp_bias=True, hidden_act="gelu_pytorch_tanh"), "lm"),
    "llama_classifier": (dict(LLAMA, **LABELS), "cls"),
    "qwen2_untied": (dict(QWEN, tie_word_embeddings=False), "lm"),
    "qwen2_classifier": (dict(QWEN, **LABELS), "cls"),
    "gpt2_inner_relu": (dict(GPT2, n_inner=50, activation_function="relu", scale_attn_by_inverse_layer_idx=True), "lm"),
    "gpt2_untied_unscaled": (dict(GPT2, tie_word_embeddings=False, scale_attn_weights=False), "lm"),
    "gpt2_classifier": (dict(GPT2, **LABELS), "cls"),
    "bert_classifier_relu": (dict(BERT, model_type="bert", hidden_act="relu", max_position_embeddings=64, layer_norm_eps=1e-5, **LABELS), "cls"),
    "distilbert_classifier": (dict(model_type="distilbert", vocab_size=30, dim=24, hidden_dim=40, n_layers=2, n_heads=3, dropout=0,
                                   attention_dropout=0, seq_classif_dropout=0, max_position_embeddings=64, **LABELS), "cls"),
    "roberta_classifier_gelu_new": (dict(BERT, model_type="roberta", hidden_act="gelu_new", max_position_embeddings=66, **LABELS), "cls"),
}
ROWS = [[5, 9, 2, 17, 29, 3, 11], [8, 4, 22, 13, 7, 19, 6, 25, 10, 3, 27, 14, 21, 5, 5, 18, 9, 12, 26, 20], [16]]


def fill(model):
    with torch.no_grad():
        for name, p in model.named_parameters():
            phase = sum(name.encode()) % 97
            i = torch.arange(p.numel(), dtype=torch.float64)
            wave = torch.sin(0.7 * i + phase).reshape(p.shape)
            is_norm_weight = p.dim() == 1 and name.endswith("weight")
            p.copy_((1.0 + 0.1 * wave if is_norm_weight else 0.25 * wave).float())


def run(config, kind):
    kwargs = dict(config)
    torch.manual_seed(0)
    cfg = AutoConfig.for_model(kwargs.pop("model_type"), **kwargs)
    model = (AutoModelForCausalLM if kind == "lm" else AutoModelForSequenceClassification).from_config(cfg).float()
    model.train()
    fill(model)
    width = max(map(len, ROWS))
    ids = torch.tensor([r + [1] * (width - len(r)) for r in ROWS])
    mask = torch.tensor([[1] * len(r) + [0] * (width - len(r)) for r in ROWS])
    logits = model(input_ids=ids, attention_mask=mask).logits
    weight = torch.sin(torch.arange(logits.shape[-1], dtype=torch.float32))
    picked = torch.cat([logits[b, :len(r)] for b, r in enumerate(ROWS)]) if kind == "lm" else logits
    (picked * weight).sum().backward()
    return {
        "config": json.loads(cfg.to_json_string(use_diff=False)) | {"architectures": [type(model).__name__]},
        "given": config,
        "logits": [[round(v, 6) for v in row] for row in (picked[-5:] if kind == "lm" else picked).tolist()],
        "grad_norms": {n: p.grad.norm().item() for n, p in model.named_parameters()},
    }


print(json.dumps({"rows": ROWS, "cases": {n: run(c, k) for n, (c, k) in CASES.items()}}, indent=0))
