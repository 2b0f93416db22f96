# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes data/tiny (a random llama of 48 tokens) and data/cases.json with what transformers generates from it. Run by hand."""
import itertools
import json
import pathlib
import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM
from transformers.generation import logits_process as lp

here = pathlib.Path(__file__).parent / "data"
torch.manual_seed(5)
config = LlamaConfig(vocab_size=48, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
                     max_position_embeddings=128, tie_word_embeddings=False, initializer_range=0.6, bos_token_id=1, eos_token_id=2, pad_token_id=0)
model = LlamaForCausalLM(config).eval()
model.save_pretrained(here / "tiny")
random = torch.Generator().manual_seed(11)
prompts = [torch.randint(3, 48, (n,), generator=random).tolist() for n in (1, 3, 5, 8, 2, 6)]


def generate(prompt, **options):
    settings = GenerationConfig(bos_token_id=1, pad_token_id=0, do_sample=False, output_scores=True, return_dict_in_generate=True, **options)
    out = model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long), generation_config=settings)
    answers = []
    for i, row in enumerate(out.sequences.tolist()):
        ids = row[len(prompt):]
        ends = [k for k, t in enumerate(ids) if t in (options["eos_token_id"] if isinstance(options["eos_token_id"], list) else [options["eos_token_id"]])]
        answers.append({"ids": ids[:ends[0] + 1] if ends else ids, "score": float(out.sequences_scores[i]) if options["num_beams"] > 1 else None})
    return answers


cases = []
for prompt, beams in itertools.product(prompts, (1, 2, 3, 4, 7)):
    for early, penalty in ((False, 1.0), (True, 1.0), ("never", 1.0), (False, 0.0), (False, 2.0), ("never", 2.0), (True, -1.0), ("never", 0.3)) if beams > 1 else ((False, 1.0),):
        for more in ({}, {"repetition_penalty": 1.4}, {"no_repeat_ngram_size": 2}, {"no_repeat_ngram_size": 3, "repetition_penalty": 0.8}):
            eos = [2, 7, 30][: 1 + (len(cases) % 3)]
            options = dict(num_beams=beams, early_stopping=early, length_penalty=penalty, eos_token_id=eos if len(eos) > 1 else eos[0],
                           max_new_tokens=12 + len(cases) % 9, num_return_sequences=1 if beams == 1 else 1 + len(cases) % beams, **more)
            cases.append({"prompt": prompt, "options": options, "answers": generate(prompt, **options)})

rows = []
for case in range(40):
    scores = torch.randn(1, 30, generator=random) * 3
    history = torch.randint(0, 30, (1, 12), generator=random)
    options = {"temperature": [1.0, 0.7, 1.8][case % 3], "top_k": [0, 5, 50, 1][case % 4], "top_p": [1.0, 0.9, 0.5, 0.05, 0.0][case % 5], "min_p": [0.0, 0.1, 0.6][case % 3],
               "repetition_penalty": [1.0, 1.3][case % 2], "no_repeat_ngram_size": [0, 1, 2][case % 3], "at_least": [1, 2, 3][case % 3]}
    out = scores.clone()
    if options["repetition_penalty"] != 1.0: out = lp.RepetitionPenaltyLogitsProcessor(options["repetition_penalty"])(history, out)
    if options["no_repeat_ngram_size"]: out = lp.NoRepeatNGramLogitsProcessor(options["no_repeat_ngram_size"])(history, out)
    if options["temperature"] != 1.0: out = lp.TemperatureLogitsWarper(options["temperature"])(history, out)
    if options["top_k"]: out = lp.TopKLogitsWarper(options["top_k"], min_tokens_to_keep=options["at_least"])(history, out)
    if options["top_p"] < 1.0: out = lp.TopPLogitsWarper(options["top_p"], min_tokens_to_keep=options["at_least"])(history, out)
    out = lp.MinPLogitsWarper(options["min_p"], min_tokens_to_keep=options["at_least"])(history, out)
    rows.append({"scores": scores[0].tolist(), "history": history[0].tolist(), "options": options,
                 "processed": [None if v == float("-inf") else v for v in out[0].tolist()]})

pairs = []
for prompt in prompts:
    completion = torch.randint(3, 48, (4,), generator=random).tolist()
    logits = model(torch.tensor([prompt + completion])).logits[0].log_softmax(-1)
    pairs.append({"prompt": prompt, "completion": completion, "logprob": float(sum(logits[len(prompt) + i - 1, t] for i, t in enumerate(completion)))})
(here / "cases.json").write_text(json.dumps({"generate": cases, "processors": rows, "scores": pairs}))
print(len(cases), sum(len(c["answers"][0]["ids"]) < c["options"]["max_new_tokens"] for c in cases), "end early")
