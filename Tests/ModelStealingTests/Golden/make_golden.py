"""Makes the golden values of a round of data-free stealing: three student updates, one generator update.

    python3 make_golden.py      # PyTorch 2.13, safetensors; writes zero-shot.safetensors beside itself

A plain transcription: the generators as published, WRN-10-1 as teacher and student, 8 × 8 pixels. No
weight or noise is stored: both sides compute them from a formula. Of each tensor the file holds its L2
norm and eight projections on vectors of signs: if another tensor differs by a share e of its norm, its
projections differ by about that much. PyTorch computes in float64, and prints how far its own float32 is
from that.
"""

import pathlib

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
    """WRN-10-1: one block a group."""

    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1)
        for g, (i, o, stride) in enumerate([(16, 16, 1), (16, 32, 2), (32, 64, 2)], 1):
            group = nn.Module()
            group.block0 = WideBlock(i, o, stride)
            self.add_module(f"group{g}", group)
        self.bn, self.fc = nn.BatchNorm2d(64, momentum=0.9), nn.Linear(64, classes)

    def forward(self, x):
        x = self.conv1(x)
        for group in (self.group1, self.group2, self.group3):
            x = group.block0(x)
        return self.fc(F.relu(self.bn(x)).mean((2, 3)))


class GeneratorA(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size // 4
        self.l1 = nn.Sequential(nn.Linear(256, 128 * self.size**2))
        self.conv_blocks0 = nn.Sequential(nn.BatchNorm2d(128))
        self.conv_blocks1 = nn.Sequential(
            nn.Conv2d(128, 128, 3, 1, 1), nn.BatchNorm2d(128), nn.LeakyReLU(0.2))
        self.conv_blocks2 = nn.Sequential(
            nn.Conv2d(128, 64, 3, 1, 1), nn.BatchNorm2d(64), nn.LeakyReLU(0.2),
            nn.Conv2d(64, 3, 3, 1, 1), nn.Tanh(), nn.BatchNorm2d(3, affine=False))

    def forward(self, z):
        x = self.conv_blocks0(self.l1(z).view(-1, 128, self.size, self.size))
        x = self.conv_blocks1(F.interpolate(x, scale_factor=2))
        return self.conv_blocks2(F.interpolate(x, scale_factor=2))


class GeneratorB(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size // 16
        self.project = nn.Sequential(nn.Flatten(), nn.Linear(256, 512 * self.size**2))
        layers = [nn.BatchNorm2d(512)]
        for i, o in [(512, 256), (256, 128), (128, 64), (64, 64)]:
            layers += [nn.ConvTranspose2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o),
                       nn.LeakyReLU(0.2)]
        self.main = nn.Sequential(*layers, nn.Conv2d(64, 3, 3, 1, 1), nn.Tanh())

    def forward(self, z):
        return self.main(self.project(z).view(-1, 512, self.size, self.size))


def spread(count, phase):
    """Numbers in [-1, 1) from an integer hash (the finaliser of MurmurHash3): the same everywhere."""
    h = ((torch.arange(count, dtype=torch.int64) + phase * 1000003) * 0x9E3779B1) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    h = h ^ (h >> 16)
    return ((h >> 8).double() / 2**23 - 1).float()


@torch.no_grad()
def fill(model, phase):
    for n, (name, tensor) in enumerate(model.state_dict().items()):
        if name.endswith("num_batches_tracked"):
            continue
        values = spread(tensor.numel(), phase + n).view(tensor.shape)
        if tensor.ndim > 1:
            values = values * (3 / (tensor.numel() / tensor.shape[0])) ** 0.5
        elif name.endswith("running_var"):
            values = 1 + 0.5 * values
        elif name.endswith("bias") or name.endswith("running_mean"):
            values = 0.1 * values
        else:
            values = 1 + 0.2 * values
        tensor.copy_(values)


def noise(phase, dtype):
    return (1.7 * spread(4 * 256, phase).double()).float().view(4, 256).to(dtype)


def digest(tensor):
    t = tensor.detach().double().flatten()
    signs = torch.stack([spread(t.numel(), 2000 + k).double().sign() for k in range(8)])
    return torch.cat([t.norm()[None], signs @ t])


def changes(model, before):
    return {name: tensor.detach() - before[name]
            for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")}


def a_round(dtype):
    """Returns everything to compare, whole."""
    teacher, student, generator = WideResNet().to(dtype), WideResNet().to(dtype), GeneratorA(8).to(dtype)
    for phase, network in [(100, teacher), (200, student), (300, generator)]:
        fill(network, phase)
    teacher.eval()
    descend = torch.optim.SGD(student.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    ascend = torch.optim.Adam(generator.parameters(), lr=1e-3)
    before = {n: {k: v.clone() for k, v in m.state_dict().items()}
              for n, m in [("student", student), ("generator", generator)]}
    out = {}
    for step in range(3):
        fake = generator(noise(400 + step, dtype)).detach()
        loss = F.l1_loss(student(fake), teacher(fake).detach())
        descend.zero_grad()
        loss.backward()
        descend.step()
        out[f"student.loss.{step}"] = loss.detach()
    fake = generator(noise(403, dtype))
    loss = -F.l1_loss(student(fake), teacher(fake))
    ascend.zero_grad()
    loss.backward()
    ascend.step()
    out["generator.loss"], out["pictures"] = loss.detach(), fake.detach()
    for name, tensor in changes(student, before["student"]).items():
        out[f"student.change.{name}"] = tensor
    for name, tensor in changes(generator, before["generator"]).items():
        out[f"generator.change.{name}"] = tensor
    for name, parameter in generator.named_parameters():
        out[f"generator.gradient.{name}"] = parameter.grad
    large = GeneratorB(32).to(dtype)
    fill(large, 500)
    out["dcgan.pictures"] = large(noise(403, dtype)).detach()
    return out


if __name__ == "__main__":
    torch.set_num_threads(1)
    exact, rounded = a_round(torch.float64), a_round(torch.float32)
    for name, value in exact.items():
        share = ((rounded[name].double() - value).norm() / value.norm()).item()
        print(f"{name}: norm {value.norm().item():.3g}, float32 differs by {share:.1e} of it")
    values = {k: (v if v.ndim == 0 else digest(v)).contiguous() for k, v in exact.items()}
    save_file(values, pathlib.Path(__file__).parent / "zero-shot.safetensors")
