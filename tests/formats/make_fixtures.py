# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes data/blocks.gguf with the gguf package: random blocks of every quantised type beside what gguf.quants makes of
them. Run by hand: python make_fixtures.py (needs gguf and numpy)."""
import pathlib
import numpy as np
import gguf
from gguf import GGMLQuantizationType as T

here = pathlib.Path(__file__).parent / "data"
here.mkdir(exist_ok=True)
random = np.random.default_rng(7)
writer = gguf.GGUFWriter(here / "blocks.gguf", "fixture")
for kind in (T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q8_0, T.Q4_K, T.Q5_K, T.Q6_K, T.BF16, T.F16):
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = 512 // elements if elements > 1 else 256
    raw = random.integers(0, 256, (2, blocks * size), dtype=np.uint8)
    if elements > 1:  # finite scales: the two bytes of every half get an exponent below 31
        halves = {T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}[kind]
        view = raw.reshape(-1, size)
        for at in halves:
            view[:, at + 1] &= 0xBB
    else:  # every value but NaN, whose payload is nobody's business
        wide = raw.view(np.uint16)
        wide[(wide & 0x7F80) == 0x7F80] = 0x3F80
        wide[(wide & 0x7C00) == 0x7C00] = 0x7C00
        if kind == T.BF16:
            wide[0, :4] = [0x7F80, 0xFF80, 0x0001, 0x8000]
    expected = gguf.quants.dequantize(raw if elements > 1 or kind == T.BF16 else raw.view(np.float16), kind) if kind != T.F16 else raw.view(np.float16).astype(np.float32)
    writer.add_tensor(kind.name, raw if kind != T.F16 else raw.view(np.float16), raw_dtype=kind)
    writer.add_tensor(kind.name + ".expected", expected.astype(np.float32))
values = random.normal(0, 1, (4, 64)).astype(np.float32)
values[0, :32] = 0
values[1, 0] = 1e-30
writer.add_tensor("values", values)
writer.add_tensor("values.Q8_0", gguf.quants.quantize(values, T.Q8_0), raw_dtype=T.Q8_0)
writer.add_tensor("values.BF16", gguf.quants.quantize(values, T.BF16), raw_dtype=T.BF16)
writer.add_tensor("values.F16", values.astype(np.float16))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
