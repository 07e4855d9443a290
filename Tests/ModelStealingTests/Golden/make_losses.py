"""Makes the golden values of the distillation losses and their gradients.

    python3 make_losses.py      # PyTorch 2.13, numpy, safetensors; writes beside itself

Logits of a student and a teacher come from a formula, so that both sides can compute them. The values
are PyTorch's own functions in float64.
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

ROWS, CLASSES = 6, 10


def spread(phase):
    i = torch.arange(ROWS * CLASSES, dtype=torch.float64) + phase
    return (4 * torch.sin(1.7 * i * i + i)).reshape(ROWS, CLASSES)


values = {}
teacher, labels = spread(1000), torch.arange(ROWS) % CLASSES
for temperature, weight in ((1.0, 0.0), (4.0, 0.0), (2.0, 0.3), (1.0, 1.0)):
    student = spread(0).requires_grad_()
    soft = F.kl_div(
        F.log_softmax(student / temperature, 1),
        F.softmax(teacher / temperature, 1),
        reduction="batchmean",
    )
    loss = (1 - weight) * temperature**2 * soft + weight * F.cross_entropy(student, labels)
    loss.backward()
    name = f"T{temperature}.w{weight}"
    values[f"{name}.loss"] = loss.detach().reshape(1)
    values[f"{name}.gradient"] = student.grad.clone()

save_file(values, pathlib.Path(__file__).with_name("losses.safetensors"))
