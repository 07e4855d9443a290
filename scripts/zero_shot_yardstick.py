"""Times rounds of data-free stealing in eager PyTorch: the yardstick of `hallmark-bench`.

    python3 zero_shot_yardstick.py [--batch 128] [--rounds 4] [--threads 2]    # PyTorch 2.13

A plain transcription of the attack (Fang et al., 2019): five student updates on fresh pictures of the
generator, then one generator update; WRN-16-1 from WRN-16-1, 32 × 32 pixels. Prints a JSON line for
float32 and one for bfloat16 autocast with channels-last, with the student's pictures a second (five
batches a round) in the median round after a first one that warms up.
"""

import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

STUDENT_STEPS = 5
NOISE = 256


class WideBlock(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), nn.Conv2d(i, o, 3, 1, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(o), nn.Conv2d(o, o, 3, stride, 1)
        self.shortcut = nn.Conv2d(i, o, 1, stride) if stride != 1 or i != o else nn.Identity()

    def forward(self, x):
        y = self.conv1(F.relu(self.bn1(x)))
        y = self.conv2(F.relu(self.bn2(y)))
        return y + self.shortcut(x)


class WideResNet(nn.Module):
    def __init__(self, depth=16, width=1, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1)
        blocks, channels = [], 16
        for base, stride in [(16, 1), (32, 2), (64, 2)]:
            for b in range((depth - 4) // 6):
                blocks.append(WideBlock(channels, base * width, stride if b == 0 else 1))
                channels = base * width
        self.blocks = nn.Sequential(*blocks)
        self.bn, self.fc = nn.BatchNorm2d(channels), nn.Linear(channels, classes)

    def forward(self, x):
        return self.fc(F.relu(self.bn(self.blocks(self.conv1(x)))).mean((2, 3)))


class GeneratorA(nn.Module):
    def __init__(self, size=32):
        super().__init__()
        self.size = size // 4
        self.l1 = nn.Sequential(nn.Linear(NOISE, 128 * self.size**2))
        self.conv_blocks0 = nn.Sequential(nn.BatchNorm2d(128))
        self.conv_blocks1 = nn.Sequential(
            nn.Conv2d(128, 128, 3, 1, 1), nn.BatchNorm2d(128), nn.LeakyReLU(0.2, inplace=True))
        self.conv_blocks2 = nn.Sequential(
            nn.Conv2d(128, 64, 3, 1, 1), nn.BatchNorm2d(64), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(64, 3, 3, 1, 1), nn.Tanh(), nn.BatchNorm2d(3, affine=False))

    def forward(self, z):
        x = self.conv_blocks0(self.l1(z).view(-1, 128, self.size, self.size))
        x = self.conv_blocks1(F.interpolate(x, scale_factor=2))
        return self.conv_blocks2(F.interpolate(x, scale_factor=2))


class Rounds:
    """A teacher, a student and a generator, with the optimisers of the published settings."""

    def __init__(self, batch, dtype):
        torch.manual_seed(0)
        self.batch, self.dtype = batch, dtype
        self.teacher, self.student, self.generator = WideResNet().eval(), WideResNet(), GeneratorA()
        if dtype != torch.float32:
            for network in (self.teacher, self.student, self.generator):
                network.to(memory_format=torch.channels_last)
        self.descend = torch.optim.SGD(
            self.student.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
        self.ascend = torch.optim.Adam(self.generator.parameters(), lr=1e-3)

    def autocast(self):
        return torch.autocast("cpu", self.dtype, enabled=self.dtype != torch.float32)

    def run(self):
        for _ in range(STUDENT_STEPS):
            z = torch.randn(self.batch, NOISE)
            self.descend.zero_grad()
            with self.autocast():
                fake = self.generator(z).detach()
                with torch.no_grad():
                    answers = self.teacher(fake)
                loss = F.l1_loss(self.student(fake).float(), answers.float())
            loss.backward()
            self.descend.step()
        z = torch.randn(self.batch, NOISE)
        self.ascend.zero_grad()
        with self.autocast():
            fake = self.generator(z)
            answers = self.teacher(fake)
            loss = -F.l1_loss(self.student(fake).float(), answers.float())
        loss.backward()
        self.ascend.step()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for setting, dtype in [("float32", torch.float32), ("bf16 channels-last", torch.bfloat16)]:
        rounds = Rounds(options.batch, dtype)
        rounds.run()
        seconds = []
        for _ in range(options.rounds):
            start = time.perf_counter()
            rounds.run()
            seconds.append(time.perf_counter() - start)
        figure = STUDENT_STEPS * options.batch / statistics.median(seconds)
        print(json.dumps({"task": "zero-shot", "setting": setting, "items_per_second": figure}))


if __name__ == "__main__":
    main()
