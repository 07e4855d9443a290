"""Writes student_t.json and t_tests.json: truth to 50 digits by mpmath (made with 1.3.0).

student_t.json: P(T >= t) and its decimal logarithm, p as null where it underflows a double.
t_tests.json: paired and Welch tests on small samples, from the textbook formulas.
With scipy at hand, `make_golden.py --scipy` also says how far scipy is from these values.
"""

import json
import pathlib
import random
import sys

from mpmath import beta, log10, mp, mpf, sqrt, workdps

mp.dps = 50
FOLDER = pathlib.Path(__file__).parent


def beta_series(a, b, x):
    """The regularised I_x(a, b) by its series of positive terms; betainc fails where x is near 1."""
    term = total = mpf(1)
    n = 0
    while term > total * mpf(10) ** (-mp.dps - 2) or (a + b + n) * x > a + 1 + n:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    return x**a * (1 - x) ** b / (a * beta(a, b)) * total


def survival(t, nu):
    """P(T >= t) to 50 digits."""
    t, nu = mpf(t), mpf(nu)
    if t == 0:
        return mpf(1) / 2
    u = t * t / nu
    if u > 0.005:
        with workdps(80):
            tail = beta_series(nu / 2, mpf(1) / 2, 1 / (1 + u)) / 2
    else:
        # The other end, with enough digits for what cancels.
        with workdps(int(80 + nu * u)):
            tail = (1 - beta_series(mpf(1) / 2, nu / 2, u / (1 + u))) / 2
    return +tail if t >= 0 else 1 - tail


def entry(t, nu):
    p = survival(t, nu)
    return {"t": t, "nu": nu, "p": float(p) if p > mpf("1e-307") else None, "log10_p": float(log10(p))}


def grid():
    for m in (3, 10, 100):
        for t in (-2.0, 0.0, 0.5, 2.821, 6.01, 14.04, 51.41, 18506.0):
            yield t, float(m - 1)
    for nu in (0.01, 0.5, 1.0, 1.5, 2.0, 3.7, 9.0, 17.3, 39.0, 199.0, 1e3, 1e4, 1e6):
        for t in (-1e5, -30.0, -3.0, -0.7, -1e-8, 1e-300, 1e-8, 1e-3, 0.1, 0.7, 1.0, 1.5, 1.7, 1.74, 2.0, 3.0,
                  5.0, 10.0, 37.0, 100.0, 1e5, 1e10):
            yield t, nu
    yield 1e200, 3.0
    yield 1e300, 9.0
    for value in (1e8, 1e10):
        yield from ((t, value) for t in (0.5, 2.0, 8.0, 30.0))


def moments(values):
    mean = sum(map(mpf, values)) / len(values)
    return mean, sum((v - mean) ** 2 for v in values) / (len(values) - 1)


def paired(a, b):
    mean, variance = moments([mpf(x) - mpf(y) for x, y in zip(a, b)])
    return mean, mean * sqrt(len(a)) / sqrt(variance), mpf(len(a) - 1)


def welch(a, b):
    (mean_a, var_a), (mean_b, var_b) = moments(a), moments(b)
    e, f = var_a / len(a), var_b / len(b)
    nu = (e + f) ** 2 / (e**2 / (len(a) - 1) + f**2 / (len(b) - 1))
    return mean_a - mean_b, (mean_a - mean_b) / sqrt(e + f), nu


def outcome(difference, t, nu):
    return {
        "difference": float(difference), "t": float(t), "nu": float(nu),
        "log10Greater": float(log10(survival(t, nu))),
        "log10TwoSided": float(log10(2 * survival(abs(t), nu))),
    }


def samples():
    draw = random.Random(7)
    for m, shift, spread in ((2, 0.3, 0.1), (3, 0.0, 0.2), (10, 0.5, 0.2), (10, 0.9, 1e-3), (10, -0.2, 0.3),
                             (40, 0.02, 0.1), (10, 0.5, 1e-5)):
        a = [draw.gauss(0.5 + shift, spread) for _ in range(m)]
        b = [draw.gauss(0.5, spread * 2) for _ in range(m)]
        yield a, b


golden = [entry(t, nu) for t, nu in grid()]
tests = [{"first": a, "second": b, "paired": outcome(*paired(a, b)), "welch": outcome(*welch(a, b))}
         for a, b in samples()]
a = [0.1, 0.2, 0.4, 0.8, 0.9]
tests.append({"first": a, "second": a[:3], "paired": None, "welch": outcome(*welch(a, a[:3]))})

if "--scipy" in sys.argv:
    from scipy import stats

    worst = max((abs(stats.t.sf(g["t"], g["nu"]) / g["p"] - 1), g["t"], g["nu"]) for g in golden if g["p"])
    print("scipy's worst relative error in p, at t and nu:", worst)
    for test in tests[:-1]:
        a, b = test["first"], test["second"]
        print(stats.ttest_rel(a, b, alternative="greater").pvalue / 10 ** test["paired"]["log10Greater"] - 1,
              stats.ttest_ind(a, b, equal_var=False).pvalue / 10 ** test["welch"]["log10TwoSided"] - 1)
else:
    (FOLDER / "student_t.json").write_text(json.dumps(golden, indent=0) + "\n")
    (FOLDER / "t_tests.json").write_text(json.dumps(tests, indent=1) + "\n")
