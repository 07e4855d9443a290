"""Trains the published meta-classifier on rows of gradient signs in PyTorch: a yardstick.

    python3 sign_mlp_yardstick.py rows.safetensors [--epochs 100] [--threads 1]    # PyTorch 2.13

The file holds int8 rows of D signs: `victim`, `benign` to train on, `victim_held_out`, `benign_held_out` to
test on. As the public code of Li et al. (AAAI 2022) does: rows to length 1, columns to mean 0 and variance 1
(each part by its own statistics); D -> D/8 -> D/16 -> 2 with ReLU and a softmax, cross-entropy on top of
it; SGD 0.01, momentum 0.9, weight decay 5e-4, batch 128, 100 epochs. Prints one JSON line: seconds of
training alone by the clock and of processor time (which a busy neighbour does not lengthen much), the same
for an epoch, the first left out, accuracy on the rows held out after the last epoch, and the best after any
epoch, which the public code would keep.
"""

import argparse
import json
import time

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn


def part(victim, benign):
    rows = torch.cat([victim, benign]).float()
    labels = torch.cat([torch.ones(len(victim)), torch.zeros(len(benign))]).long()
    rows = F.normalize(rows)
    deviation = rows.std(0, unbiased=False)
    return (rows - rows.mean(0)) / torch.where(deviation > 1e-6, deviation, 1.0), labels


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rows")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    tensors = load_file(options.rows)
    rows, labels = part(tensors["victim"], tensors["benign"])
    held_out, expected = part(tensors["victim_held_out"], tensors["benign_held_out"])
    count = rows.shape[1]
    network = nn.Sequential(
        nn.Linear(count, count // 8), nn.ReLU(), nn.Linear(count // 8, count // 16), nn.ReLU(),
        nn.Linear(count // 16, 2), nn.Softmax(dim=1))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    seconds, processor, accuracies = [], [], []
    for _ in range(options.epochs):
        start, used = time.perf_counter(), time.process_time()
        for batch in torch.randperm(len(rows)).split(options.batch):
            optimizer.zero_grad()
            F.cross_entropy(network(rows[batch]), labels[batch]).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
        with torch.no_grad():
            accuracies.append((network(held_out).argmax(1) == expected).float().mean().item())
    print(json.dumps({
        "task": "sign mlp", "features": count, "rows": len(rows), "held_out_rows": len(held_out),
        "epochs": options.epochs, "threads": options.threads, "seconds": sum(seconds),
        "processor_seconds": sum(processor),
        "seconds_per_epoch": sum(seconds[1:]) / max(1, len(seconds) - 1),
        "processor_seconds_per_epoch": sum(processor[1:]) / max(1, len(processor) - 1),
        "held_out_accuracy": accuracies[-1], "best_held_out_accuracy": max(accuracies),
        "accuracies": [round(a, 4) for a in accuracies]}))


if __name__ == "__main__":
    main()
