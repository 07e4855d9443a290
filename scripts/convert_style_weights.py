#!/usr/bin/env python3
"""Makes Sources/CStyleWeights/style-network.safetensors from the float32 file of the same network.

    scripts/convert_style_weights.py arbitrary_style.safetensors

Every tensor is rounded to float16, nothing else: names, shapes and order stay. Needs NumPy only.
The same input gives the same bytes.
"""

import json
import pathlib
import sys

import numpy as np

output = pathlib.Path(__file__).parent.parent / "Sources/CStyleWeights/style-network.safetensors"


def read(path):
    data = pathlib.Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", f"{name} is {entry['dtype']}, not F32"
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + start : 8 + length + end], "<f4")
        tensors[name] = values.reshape(entry["shape"])
    return tensors, metadata


def write(path, tensors, metadata):
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name, values in sorted(tensors.items()):
        blob = values.astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(values.shape),
                        "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tensors, metadata = read(sys.argv[1])
    for name, values in tensors.items():
        half = values.astype("<f2").astype("<f4")
        assert np.isfinite(half).all(), f"{name} does not fit into float16"
    write(output, tensors, metadata)
    print(f"{output}: {len(tensors)} tensors, {output.stat().st_size:,} bytes")
