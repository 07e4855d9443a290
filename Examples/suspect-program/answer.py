#!/usr/bin/env python3
"""Puts a model behind Hallmark's line protocol: a line of JSON in, a line of JSON out.

Put your own model into `probabilities`; everything else can stay as it is.
"""
import base64
import json
import math
import sys


def probabilities(pixels, height, width, classes):
    """Returns one number for each class, 1 in sum; `pixels` is red, green, blue, red, green, blue, ...

    This stand-in prefers the class whose channel (red, green, blue, red, ...) is brightest, of several the first.
    With PyTorch: torch.frombuffer(bytearray(pixels), dtype=torch.uint8).view(height, width, 3).
    """
    means = [sum(pixels[channel::3]) / (height * width) for channel in range(3)]
    weights = [math.exp(means[index % 3] / 64 - index / 100) for index in range(len(classes))]
    return [weight / sum(weights) for weight in weights]


# Libraries like to print; only answers may reach standard output.
answers, sys.stdout = sys.stdout, sys.stderr
hello = json.loads(sys.stdin.readline())
print(json.dumps({"hallmark": 1}), file=answers, flush=True)
for line in sys.stdin:
    question = json.loads(line)
    rows = [
        probabilities(base64.b64decode(picture), hello["height"], hello["width"], hello["classes"])
        for picture in question["pictures"]
    ]
    print(json.dumps({"id": question["id"], "probabilities": rows}), file=answers, flush=True)
