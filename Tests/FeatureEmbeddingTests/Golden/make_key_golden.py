#!/usr/bin/env python3
"""Makes keys.json: a commitment, its keys and decoys, restated with Python's hashlib and hmac alone.

    python3 make_key_golden.py
"""

import hashlib
import hmac
import json
import math
import pathlib
import statistics
import struct

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent.parent


def framed(*fields):
    fields = [f if isinstance(f, bytes) else f.encode() for f in fields]
    return b"".join(struct.pack(">Q", len(f)) + f for f in fields)


def sha(data):
    return hashlib.sha256(data).digest()


def hkdf(secret, salt, info):
    extracted = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def normals(seed, count):
    block, numbers = 0, []
    while len(numbers) < count:
        data = hmac.digest(seed, b"hallmark style draw v1" + struct.pack(">Q", block), "sha256")
        u = [((n >> 11) + 1) * 2.0**-53 for n in struct.unpack(">4Q", data)]
        for a, b in ((u[0], u[1]), (u[2], u[3])):
            radius = math.sqrt(-2 * math.log(a))
            numbers += [radius * math.cos(2 * math.pi * b), radius * math.sin(2 * math.pi * b)]
        block += 1
    return numbers[:count]


def family():
    words = (ROOT / "Sources/FeatureEmbedding/StyleKey/StylePalette+Vectors.swift").read_text().split('"""')[1].split()
    rows = [[float(w) for w in words[i + 1:i + 101]] for i in range(0, len(words), 101)]
    columns = list(zip(*rows))
    return [statistics.fmean(c) for c in columns], [statistics.stdev(c) for c in columns]


mean, deviation = family()
# The family's digest depends on the last bits of sums, so the test gives its own to this record.
plain = sha(framed("hallmark style family v2", struct.pack(">100d", *[0.0] * 100),
                   *[struct.pack(">100d", *[float(i == j) for j in range(100)]) for i in range(100)]))
nonce = bytes(range(32))
record = ["Ada", "CIFAR-10 classifier", "2", "3", plain.hex(), "2026-11-24T11:08:55Z", "a beacon", "2026-11-25T00:00:00Z"]
commitment = sha(framed("hallmark style commitment v1", nonce, framed(*record)))
beacon = "00ff" * 16
keys = [hkdf(nonce, beacon.encode(), framed("hallmark style key v1", "Ada", "CIFAR-10 classifier", "2", str(i)))
        for i in range(3)]
decoy = hkdf(bytes(range(32, 64)), b"", framed("hallmark style decoy v1", "7"))
(HERE / "keys.json").write_text(json.dumps({
    "family": plain.hex(), "commitment": commitment.hex(), "keys": [k.hex() for k in keys],
    "normals": normals(keys[1], 100), "decoy": normals(decoy, 100),
    "mean": mean, "deviation": deviation,
}, indent=1) + "\n")
