"""Writes clopper_pearson.json, order_statistics.json, joint_ranks.json and tails.json.

Quantiles and tails by scipy (made with the version that `python -c "import scipy"` says at the end),
joint ranks by going through all subsets in exact arithmetic.
"""

import itertools
import json
import pathlib
import random
from fractions import Fraction

import numpy
import scipy
from scipy import stats

FOLDER = pathlib.Path(__file__).parent
draw = random.Random(11)


def clopper_pearson():
    for n in (1, 2, 10, 100, 906, 1000, 20_000, 1_000_000):
        for x in sorted({0, 1, 2, n // 20, n // 2, n - 1, n}):
            if not 0 <= x <= n:
                continue
            for confidence in (0.9, 0.95, 0.999):
                # Not `binomtest(x, n).proportion_ci`, whose root finder stops within 2e-12.
                tail = (1 - confidence) / 2
                yield {"successes": x, "trials": n, "confidence": confidence,
                       "lower": float(stats.beta.ppf(tail, x, n - x + 1)) if x > 0 else 0.0,
                       "upper": float(stats.beta.ppf(1 - tail, x + 1, n - x)) if x < n else 1.0}


def order_statistics():
    for n in (1, 5, 60):
        yield {"count": n, "coverage": 0.9,
               "lower": [float(stats.beta.ppf(0.05, i, n - i + 1)) for i in range(1, n + 1)],
               "upper": [float(stats.beta.ppf(0.95, i, n - i + 1)) for i in range(1, n + 1)]}


def joint_ranks():
    # Multiples of 1/8 for exact ties, tenths for sums that are equal but for rounding.
    for keys, decoys, unit in ((1, 9, 8), (2, 12, 8), (3, 10, 8), (2, 30, 10), (3, 20, 10), (4, 12, 10), (5, 6, 10)):
        secrets = [Fraction(draw.randint(5, 12), unit) for _ in range(keys)]
        others = [Fraction(draw.randint(0, 10), unit) for _ in range(decoys)]
        sums = [sum(s) for s in itertools.combinations(secrets + others, keys)]
        yield {"secrets": [float(s) for s in secrets], "decoys": [float(s) for s in others],
               "subsets": len(sums), "atLeast": sum(s >= sum(secrets) for s in sums)}


def pareto(score, decoys):
    """Hosking and Wallis' estimates written with numpy, the tail by scipy; None outside the tail."""
    count = max(20, len(decoys) // 10)
    ordered = numpy.sort(decoys)
    threshold = ordered[-count - 1]
    if score <= threshold:
        return None
    z = ordered[-count:] - threshold
    a0, a1 = z.mean(), ((1 - (numpy.arange(1, count + 1) - 0.35) / count) * z).mean()
    k, sigma = a0 / (a0 - 2 * a1) - 2, 2 * a0 * a1 / (a0 - 2 * a1)
    if k > 0:
        k, sigma = 0, a0
    return float((numpy.log(count / len(decoys)) + stats.genpareto.logsf(score - threshold, -k, scale=sigma))
                 / numpy.log(10))


def tails():
    generator = numpy.random.default_rng(5)
    shapes = {"normal": generator.normal, "t5": lambda size: generator.standard_t(5, size),
              "uniform": generator.random}
    for name, sample in shapes.items():
        for n in (40, 99, 999):
            decoys = sample(size=n).round(4)
            for keys, shift in ((1, 2.5), (1, 4), (1, 0), (4, 3)):
                scores = (sample(size=keys) / 3 + shift).round(4)
                t = (scores.mean() - decoys.mean()) / (decoys.std(ddof=1) * numpy.sqrt(1 / keys + 1 / n))
                yield {"family": name, "scores": scores.tolist(), "decoys": decoys.tolist(),
                       "effect": float((scores.mean() - decoys.mean()) / decoys.std(ddof=1)),
                       "normal": float(stats.t.logsf(t, n - 1) / numpy.log(10)),
                       "pareto": pareto(scores[0], decoys) if keys == 1 else None}


for make in (clopper_pearson, order_statistics, joint_ranks, tails):
    lines = ",\n".join(json.dumps(entry) for entry in make())
    (FOLDER / f"{make.__name__}.json").write_text(f"[\n{lines}\n]\n")
print("scipy", scipy.__version__)
