"""Makes the golden values of WRN-16-1 and ResNet-18: weights, inputs, logits, loss, gradients.

    python3 make_golden.py               # PyTorch 2.13, numpy, safetensors; writes beside itself
    python3 make_golden.py --rounding    # writes nothing; says how far off PyTorch's float32 is here

The weights are not stored: both sides compute them from a formula, so that the files stay small. Of
each parameter's gradient g the file holds its L2 norm and eight projections s·g on vectors s of signs:
if another gradient differs from g by a share e of its norm, its projections differ by about that much.
PyTorch computes in float64 here, so that the values are the truth and not one more rounding of it.
"""

import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn


class WideBlock(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), nn.Conv2d(i, o, 3, 1, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(o), nn.Conv2d(o, o, 3, stride, 1)
        if stride != 1 or i != o:
            self.shortcut = nn.Conv2d(i, o, 1, stride)

    def forward(self, x):
        y = self.conv1(F.relu(self.bn1(x)))
        y = self.conv2(F.relu(self.bn2(y)))
        return y + (self.shortcut(x) if hasattr(self, "shortcut") else x)


class WideResNet(nn.Module):
    def __init__(self, depth, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1)
        channels = 16
        for g, (base, stride) in enumerate([(16, 1), (32, 2), (64, 2)], 1):
            group = nn.Module()
            for b in range((depth - 4) // 6):
                out = base * width
                group.add_module(f"block{b}", WideBlock(channels, out, stride if b == 0 else 1))
                channels = out
            self.add_module(f"group{g}", group)
        self.bn, self.fc = nn.BatchNorm2d(channels, momentum=0.9), nn.Linear(channels, classes)

    def forward(self, x):
        x = self.conv1(x)
        for group in (self.group1, self.group2, self.group3):
            for block in group.children():
                x = block(x)
        return self.fc(F.relu(self.bn(x)).mean((2, 3)))


class BasicBlock(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        if stride != 1 or i != o:
            self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class ResNet18(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        widths = [64, 64, 128, 256, 512]
        for s in range(4):
            stride = 1 if s == 0 else 2
            self.add_module(f"layer{s + 1}", nn.Sequential(
                BasicBlock(widths[s], widths[s + 1], stride), BasicBlock(widths[s + 1], widths[s + 1], 1)))
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return self.fc(x.mean((2, 3)))


def spread(count, phase):
    """Numbers in [-1, 1) from an integer hash (the finaliser of MurmurHash3): the same everywhere."""
    h = ((torch.arange(count, dtype=torch.int64) + phase * 1000003) * 0x9E3779B1) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    h = h ^ (h >> 16)
    return ((h >> 8).double() / 2**23 - 1).float()


@torch.no_grad()
def fill(model):
    for n, (name, tensor) in enumerate(model.state_dict().items()):
        if name.endswith("num_batches_tracked"):
            continue
        values = spread(tensor.numel(), n).view(tensor.shape)
        if tensor.ndim > 1:
            values = values * (3 / (tensor.numel() / tensor.shape[0])) ** 0.5
        elif name.endswith("running_var"):
            values = 1 + 0.5 * values
        elif name.endswith("bias") or name.endswith("running_mean"):
            values = 0.1 * values
        else:
            values = 1 + 0.2 * values
        tensor.copy_(values)


def values(model, size, classes, dtype, layout=torch.contiguous_format):
    model.to(dtype)
    x = spread(4 * 3 * size * size, 1000).view(4, 3, size, size).to(dtype).contiguous(memory_format=layout)
    y = torch.tensor([0, 3, classes - 1, 5])
    out = {}
    for mode in ("eval", "train"):
        fill(model)
        model.train(mode == "train")
        model.zero_grad()
        logits = model(x)
        loss = F.cross_entropy(logits, y)
        loss.backward()
        out[f"{mode}.logits"], out[f"{mode}.loss"] = logits.detach(), loss.detach()
        for name, parameter in model.named_parameters():
            g = parameter.grad.contiguous().flatten().double()
            signs = torch.stack([spread(g.numel(), 2000 + k).double().sign() for k in range(8)])
            out[f"{mode}.gradient.{name}"] = torch.cat([g.norm()[None], signs @ g])
    return out


def rounding(found, truth):
    """The largest error of a gradient as a share of its norm, as GoldenTests computes it."""
    worst = 0
    for mode in ("eval", "train"):
        names = [name for name in truth if name.startswith(f"{mode}.gradient.")]
        whole = torch.stack([truth[name][0] for name in names]).norm()
        for name in names:
            scale = truth[name][0] if truth[name][0] >= 1e-12 else whole
            errors = found[name] - truth[name]
            worst = max(worst, (errors[1:].square().mean().sqrt() / scale).item(), (errors[0].abs() / scale).item())
    return worst


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    for name, make, size, classes in (
        ("wrn-16-1", lambda: WideResNet(16, 1, 10), 32, 10),
        ("resnet-18", lambda: ResNet18(20), 64, 20),
    ):
        torch.set_num_threads(1)
        truth = values(make(), size, classes, torch.float64)
        if "--rounding" not in sys.argv:
            save_file({k: v.contiguous() for k, v in truth.items()}, here / f"{name}.safetensors")
            continue
        for threads in (1, 2):
            torch.set_num_threads(threads)
            for title, layout in (("NCHW", torch.contiguous_format), ("NHWC", torch.channels_last)):
                share = rounding(values(make(), size, classes, torch.float32, layout), truth)
                print(f"{name} float32 {title} {threads} threads: {share:.1e}")
