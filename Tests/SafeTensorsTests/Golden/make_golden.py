"""Writes golden.safetensors and golden.json with Python's safetensors (made with 0.8.0, torch 2.13.0).

golden.json says what the file holds: dtype, shape and bytes in hexadecimal, by tensor name.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file

DTYPES = {
    "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "I16": torch.int16,
    "U16": torch.uint16, "F16": torch.float16, "BF16": torch.bfloat16, "I32": torch.int32,
    "U32": torch.uint32, "F32": torch.float32, "F64": torch.float64, "I64": torch.int64,
    "U64": torch.uint64, "F8_E5M2": torch.float8_e5m2, "F8_E4M3": torch.float8_e4m3fn,
}
SHAPES = {"scalar": [], "empty": [2, 0, 3], "name \"with\" \\ é😀\n": [2, 2]}


def tensor(dtype, shape, start):
    count = torch.Size(shape).numel()
    size = torch.empty(0, dtype=dtype).element_size()
    limit = 2 if dtype == torch.bool else 251
    raw = torch.tensor([(start + 7 * i) % limit for i in range(count * size)], dtype=torch.uint8)
    return raw.view(dtype).reshape(shape)


folder = pathlib.Path(__file__).parent
tensors = {f"type.{word}": tensor(dtype, [3, 2], 3 * i) for i, (word, dtype) in enumerate(DTYPES.items())}
tensors |= {name: tensor(torch.float32, shape, 40) for name, shape in SHAPES.items()}
save_file(tensors, folder / "golden.safetensors", metadata={"made by": "é\t\"x\""})

words = {dtype: word for word, dtype in DTYPES.items()}
content = {
    name: {
        "dtype": words[value.dtype],
        "shape": list(value.shape),
        "bytes": bytes(value.reshape(-1).view(torch.uint8).tolist()).hex(),
    }
    for name, value in tensors.items()
}
(folder / "golden.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
