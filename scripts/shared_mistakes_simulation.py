"""How often the shared-mistakes test is wrong where nobody learned from anybody, by simulation.

    python3 shared_mistakes_simulation.py        # needs NumPy and SciPy; seed 1, 4,000 draws a line

A suspect repeats a share of the peculiar mistakes of a victim and of R siblings, n each. The shares are alike, or their
logits differ by a normal deviation of 0.2. Prints how often p is at most 0.05, 0.01 and 0.001: by Student's t alone,
and by the larger of t's tail and Fisher's exact test, which `SharedMistakesTest` takes.
"""

import numpy as np
from scipy import stats

LEVELS = (0.05, 0.01, 0.001)
DRAWS = 4_000


def rates(random, count, share, siblings, deviation):
    logits = np.log(share / (1 - share)) + deviation * random.standard_normal((DRAWS, siblings + 1))
    repeated = random.binomial(count, 1 / (1 + np.exp(-logits)))
    shares = repeated / count
    mean, spread = shares[:, 1:].mean(1), shares[:, 1:].std(1, ddof=1)
    differs = spread > 0
    error = np.where(differs, spread, 1) * np.sqrt(1 + 1 / siblings)
    # Where siblings do not differ, t says nothing.
    student = np.where(differs, stats.t.sf((shares[:, 0] - mean) / error, siblings - 1), 1)
    fisher = stats.hypergeom.sf(repeated[:, 0] - 1, count * (siblings + 1), repeated.sum(1), count)
    both = np.where(differs, np.maximum(student, fisher), fisher)
    return [(p <= level).mean() for p in (student, both) for level in LEVELS]


def main():
    random = np.random.default_rng(1)
    heads = [f"{name} ≤ {level}" for name in ("t", "both") for level in LEVELS]
    print("R, mistakes, repeated, deviation: " + ", ".join(heads))
    for siblings in (5, 8):
        for count in (30, 100, 300):
            for share in (0.01, 0.05, 0.15):
                for deviation in (0, 0.2):
                    found = rates(random, count, share, siblings, deviation)
                    shown = ", ".join(f"{rate:.4f}" for rate in found)
                    print(f"{siblings}, {count}, {share:.2f}, {deviation}: {shown}")


if __name__ == "__main__":
    main()
