#!/usr/bin/env python3
"""Makes Sources/FeatureEmbedding/StyleKey/StylePalette+Vectors.swift: style vectors of a palette of pictures.

    scripts/make_style_palette.py FOLDER [--show SHEET.png]

FOLDER holds photographs of seven old paintings and drawings (see `PAINTINGS`), 256 x 256 PNG. Thirteen
more pictures are drawn here, to widen the palette: four manners in three or four colour schemes each.
Only the 100 numbers that the style network gives for each picture are written, rounded to four places,
so that no picture is contained in the product. Needs torch, numpy, safetensors and Pillow; made with
torch 2.13.0. --show writes the drawn pictures as one sheet.
"""

import argparse
import importlib.util
import pathlib

import numpy as np
import torch
from PIL import Image

ROOT = pathlib.Path(__file__).parent.parent
SIDE = 256
PAINTINGS = ["great_wave", "red_chalk_drawing", "shipwreck", "starry_night", "the_scream", "water_lilies",
             "woman_with_hat"]
SCHEMES = {
    "ember": [(20, 8, 30), (120, 20, 40), (230, 80, 20), (255, 200, 60)],
    "glacier": [(10, 30, 70), (40, 110, 170), (150, 210, 230), (250, 250, 245)],
    "meadow": [(20, 50, 20), (90, 140, 40), (200, 210, 60), (220, 90, 140)],
    "ink": [(15, 15, 15), (90, 90, 95), (190, 188, 180), (245, 240, 228)],
}
y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE


def shade(level, scheme):
    """Colours for levels in [0, 1], between neighbouring colours of a scheme."""
    stops = np.array(SCHEMES[scheme], float)
    place = np.clip(level, 0, 1) * (len(stops) - 1.001)
    below = place.astype(int)
    return stops[below] + (stops[below + 1] - stops[below]) * (place - below)[..., None]


def landscape(draw):
    """A smooth field in [0, 1] of a few waves."""
    field = sum(np.sin(draw.uniform(3, 14) * x + draw.uniform(3, 14) * y * draw.choice([-1, 1])
                       + draw.uniform(0, 6)) for _ in range(5))
    return (field - field.min()) / (field.max() - field.min())


def tiles(draw, scheme):
    """Small tiles of one colour each with dark joints, as a mosaic has."""
    step = 10
    level = landscape(draw)[::step, ::step] + draw.normal(0, 0.12, (-(-SIDE // step),) * 2)
    picture = np.kron(shade(level, scheme), np.ones((step, step, 1)))[:SIDE, :SIDE]
    rows = np.arange(SIDE) % step < 2
    picture[rows] *= 0.3
    picture[:, rows] *= 0.3
    return picture


def dots(draw, scheme):
    """Overlapping round dabs on a pale ground, as a pointillist sets them."""
    field = landscape(draw)
    picture = np.tile(np.array(SCHEMES[scheme][-1], float), (SIDE, SIDE, 1))
    for _ in range(5000):
        row, column = draw.integers(0, SIDE, 2)
        radius = draw.uniform(2, 4)
        top, left = max(0, row - 5), max(0, column - 5)
        part = (slice(top, row + 5), slice(left, column + 5))
        inside = (y[part] * SIDE - row) ** 2 + (x[part] * SIDE - column) ** 2 < radius**2
        picture[part][inside] = shade(np.array(field[row, column] + draw.normal(0, 0.15)), scheme)
    return picture


def hatching(draw, scheme):
    """Thin crossing lines, denser where it is dark, as in an engraving."""
    field = landscape(draw)
    light, dark = (np.array(SCHEMES[scheme][i], float) for i in (-1, 0))
    covered = np.zeros((SIDE, SIDE), bool)
    for number, angle in enumerate((0.6, -0.7, 0.1, 1.5)):
        phase = (x * np.cos(angle) + y * np.sin(angle)) * SIDE + 2 * np.sin(9 * y + number)
        covered |= (phase % 7 < 2.2) & (field < 0.85 - 0.2 * number)
    return np.where(covered[..., None], dark, light * 0.6 + 0.4 * shade(field, scheme))


def bands(draw, scheme):
    """Bold curved bands with hard edges, as in a poster or woodcut."""
    field = landscape(draw) * 3 + np.hypot(x - draw.random(), y - draw.random()) * 2
    steps = np.floor(field * 4) % 4 / 3
    edge = (field * 4) % 1 < 0.12
    return np.where(edge[..., None], np.array(SCHEMES[scheme][0], float) * 0.5, shade(steps, scheme))


MANNERS = {"tiles": (tiles, ["ember", "glacier", "meadow"]), "dots": (dots, ["ember", "glacier", "meadow"]),
           "hatching": (hatching, ["ember", "glacier", "ink"]),
           "bands": (bands, ["ember", "glacier", "meadow", "ink"])}


def drawn():
    for number, (manner, (function, schemes)) in enumerate(MANNERS.items()):
        for scheme in schemes:
            draw = np.random.default_rng([number, list(SCHEMES).index(scheme)])
            yield f"{manner}_{scheme}", np.clip(function(draw, scheme), 0, 255).round().astype(np.uint8)


def network():
    """The style network restated for the golden values of the tests."""
    path = ROOT / "Tests/FeatureEmbeddingTests/Golden/make_golden.py"
    spec = importlib.util.spec_from_file_location("make_golden", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def swift(palette):
    rows = []
    for name, vector in palette:
        numbers = [f"{value:.4f}" for value in vector]
        rows += [f"    {name}"] + ["      " + " ".join(numbers[i:i + 10]) for i in range(0, 100, 10)]
    return HEAD + "\n".join(rows) + TAIL


HEAD = '''// Made by scripts/make_style_palette.py; change that, not this.

extension StylePalette {
  /// The palette's style vectors: a name, then 100 numbers.
  static let table = """
'''
TAIL = '''
    """
}
'''

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--show", type=pathlib.Path)
    options = parser.parse_args()
    pictures = [(name, np.array(Image.open(options.folder / f"{name}.png").convert("RGB"))) for name in PAINTINGS]
    pictures += drawn()
    if options.show:
        shown = [picture for _, picture in pictures]
        Image.fromarray(np.vstack([np.hstack(shown[i:i + 5]) for i in range(0, 20, 5)])).save(options.show)
    predict = network().predict
    with torch.no_grad():
        palette = [(name, predict(torch.from_numpy(p).permute(2, 0, 1)[None].float() / 255).tolist())
                   for name, p in pictures]
    output = ROOT / "Sources/FeatureEmbedding/StyleKey/StylePalette+Vectors.swift"
    output.parent.mkdir(exist_ok=True)
    output.write_text(swift(palette))
