#!/usr/bin/env python3
"""Makes style.safetensors: what the float16 network of Sources/CStyleWeights gives, by PyTorch.

    python3 make_golden.py        (needs torch and safetensors; made with torch 2.13.0)

A plain restatement of the network, layer by layer and without any of Hallmark's rearrangements, in
float32. `picture` and `vector` are formulas that the tests repeat.
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

here = pathlib.Path(__file__).parent
w = {name: tensor.float() for name, tensor in
     load_file(here.parent.parent.parent / "Sources/CStyleWeights/style-network.safetensors").items()}


def picture(height, width):
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([(5 * x + 3 * y + 60 * c + x * y // 7) % 256 for c in range(3)])


def predict(x):
    def conv(x, name, stride=1, groups=1):
        k = w[f"predictor.{name}.weight"]
        x = F.pad(x, (0, 1, 0, 1)) if stride == 2 else F.pad(x, (k.shape[-1] // 2,) * 4)
        return F.conv2d(x, k, w[f"predictor.{name}.bias"], stride, groups=groups)

    x = F.relu6(conv(x, "stem", 2))
    for b in range(17):
        y = x if b == 0 else F.relu6(conv(x, f"block{b}.expand"))
        y = F.relu6(conv(y, f"block{b}.depthwise", 2 if b in (1, 3, 6, 13) else 1, y.shape[1]))
        y = conv(y, f"block{b}.project")
        x = x + y if x.shape == y.shape else y
    x = F.relu6(conv(x, "last")).mean((2, 3), keepdim=True)
    return conv(x, "to_style").reshape(100)


def repaint(x, vector):
    code = vector.view(1, 100, 1, 1)

    def conv(x, name, stride=1):
        k = w[f"transformer.{name}.weight"]
        padded = F.pad(x, (k.shape[-1] // 2,) * 4, mode="reflect")
        return F.conv2d(padded, k, w[f"transformer.{name}.bias"], stride)

    def norm(x, name):
        scale, shift = (F.conv2d(code, w[f"style.{name}.{s}.weight"], w[f"style.{name}.{s}.bias"])
                        for s in ("scale", "shift"))
        return F.instance_norm(x) * scale + shift

    x = F.relu(conv(x, "contract1"))
    x = F.relu(conv(x, "contract2", 2))
    x = F.relu(conv(x, "contract3", 2))
    for r in range(1, 6):
        y = F.relu(norm(conv(x, f"residual{r}.conv1"), f"residual{r}.conv1"))
        x = x + norm(conv(y, f"residual{r}.conv2"), f"residual{r}.conv2")
    x = F.relu(norm(conv(F.interpolate(x, scale_factor=2), "expand1"), "expand1"))
    x = F.relu(norm(conv(F.interpolate(x, scale_factor=2), "expand2"), "expand2"))
    return torch.sigmoid(norm(conv(x, "expand3"), "expand3"))


if __name__ == "__main__":
    with torch.no_grad():
        vector = torch.tensor([((37 * i) % 41 - 20) / 20 for i in range(100)])
        painted = repaint(picture(32, 48)[None] / 255, vector)
        save_file({
            "style_vector": predict(picture(256, 256)[None] / 255),
            # Every fifth row and column, border included.
            "painted": painted[:, :, ::5, ::5].contiguous(),
            "painted_mean": painted.mean((0, 2, 3)),
        }, here / "style.safetensors")
