"""What is exact where: one table, from which README and docs/exact.md have theirs, with examples that the tests reduce.

`python -m theory.reduction.table` prints both.
"""

from __future__ import annotations

from dataclasses import dataclass

# What every route answers; what is missing is named in a row.
QUANTITIES = "clean, gain, certified, adversarial, N votes"


@dataclass(frozen=True)
class Row:
    """A kind of problem, its training and smoothing noises and rule, the route that answers, and how.

    short: its words in the short table, of a first row of several that say the same; empty for the others.
    examples: problem files, in TOML. missing: quantities that have no exact route there.
    """

    kind: str
    noises: str
    route: str
    how: str
    examples: tuple[str, ...]
    short: str = ""
    missing: tuple[str, ...] = ()


def _classes(zero: str, one: str, more: str = "") -> str:
    """A problem file with prior .4; components, separated by semicolons, are inline."""
    parts = [
        f"{key} = [{', '.join(f'{{{c}}}' for c in side.split(';'))}]"
        for key, side in (("class0", zero), ("class1", one))
    ]
    return "\n".join(["prior = 0.4", *parts, more])


def _gaussian(mean: str, spread: str = "scale = 1.0") -> str:
    return f'law = "gaussian", mean = {mean}, {spread}'


_LAPLACE = '[training]\nnoise = "laplace"\n[smoothing]\nnoise = "laplace"'
_APART = (
    ('law = "laplace", mean = [0.0, 0.0], scale = 1.0', 'law = "laplace", mean = [1.0, 0.0], scale = 1.0'),
    ('law = "uniform", low = [0.0, 0.0], high = [1.0, 1.0]', 'law = "uniform", low = [2.0, 0.0], high = [3.0, 1.0]'),
)
_NOISES = [f'[smoothing]\nnoise = "{law}"' for law in ("laplace", "uniform")]
_REGRESSION = '[training]\nrule = "regression"'
_COV = "cov = [[1.0, 0.3, 0.1], [0.3, 2.0, 0.2], [0.1, 0.2, 1.5]]"
_MORE = "cov = [[2.0, 0.3, 0.1], [0.3, 2.0, 0.2], [0.1, 0.2, 1.5]]"
_THREE = [_gaussian(m, _COV) for m in ("[0, 0, 0]", "[1, 2, 0.5]", "[2, 4, 1]", "[1, 0, 1]")]
_WIDE = "scale = 1.5"
_BALL = 'set = "ball", center = [{}], radius = 1.0'
_DISC = 'set = "ball", center = [{}, 0.0], radius = 1.0'
_AROUND = "domain = {low = [-2.0, -2.0], high = [5.0, 2.0]}"
_SAMPLES = '[training]\nrule = "lda"'

ROWS = (
    Row(
        "d = 1: mixtures of gaussian, laplace, uniform, point",
        "any, any",
        "line",
        "closed form after root finding; N votes by quadrature",
        (_classes(_gaussian("0.0"), 'law = "uniform", low = 1.0, high = 2.0', _LAPLACE),),
        "one dimension: Gaussian, Laplace, uniform laws, points, labelled intervals",
    ),
    Row(
        "d = 1, `regression` rule on mixtures",
        "any, any",
        "line",
        "base region by quadrature, error about 1e-12; of boxes under uniform noise exact",
        (_classes(_gaussian("0.0"), _gaussian("1.0", "scale = 2.0"), _REGRESSION),),
    ),
    Row(
        "labelled intervals, finite domain or infinite background",
        "any, any",
        "line",
        "closed form after root finding",
        ('[[inside]]\nset = "ball"\ncenter = 0.0\nradius = 1.0',),
    ),
    Row(
        "any d, gaussian or laplace components that differ on one axis; boxes and points too (see below)",
        "any, any",
        "line",
        "as d = 1",
        (
            _classes(*_APART[0], _LAPLACE),
            _classes(*_APART[1], _LAPLACE),
        ),
        "any dimension: components that differ on one axis",
    ),
    Row(
        "any d, gaussians that differ along one direction: one covariance and means on a line, or covariances that "
        "differ by rank one along it",
        "gaussian",
        "line",
        "as d = 1; the direction turns with the training noise",
        (
            _classes(_THREE[0], f"{_THREE[1]};{_THREE[2]}"),
            _classes(_THREE[0], f"{_THREE[1]};{_THREE[2]}", _REGRESSION),
            _classes(_gaussian("[0, 0, 0]", _COV), _gaussian("[1, 0, 0]", _MORE)),
        ),
        "any dimension: Gaussians of any covariances that differ along one direction",
    ),
    Row(
        "any d, two gaussians with one covariance matrix",
        "gaussian",
        "half-space",
        "closed form",
        (_classes(_THREE[0], _THREE[1]), _classes(_THREE[0], _THREE[1], _REGRESSION)),
        "any dimension: two Gaussians with one covariance",
    ),
    Row(
        "any d, concentric isotropic gaussians, balls, a point at the centre",
        "gaussian, `posterior`",
        "radial",
        "noncentral chi-square tails",
        (
            _classes(
                _gaussian("[0, 0, 0]"),
                f'{_gaussian("[0, 0, 0]", "scale = 2.0")};law = "ball", center = 0.0, radius = 1.0',
            ),
            _classes(
                _gaussian("[0, 0, 0, 0]", "scale = [1, 1, 1, 3]"), _gaussian("[0, 0, 0, 0]", "scale = [2, 2, 2, 3]")
            ),
        ),
        "any dimension: concentric Gaussians and balls, two isotropic Gaussians",
    ),
    Row(
        "any d, two concentric isotropic gaussians",
        "gaussian, `regression`",
        "radial",
        "one integral, then noncentral chi-square tails",
        (_classes(_gaussian("[0, 0, 0]"), _gaussian("[0, 0, 0]", "scale = 2.0"), _REGRESSION),),
    ),
    Row(
        "any d, two isotropic gaussians of different scales, anywhere",
        "gaussian, `posterior`",
        "radial",
        "noncentral chi-square tails",
        (_classes(_gaussian("[0, 0, 0]"), _gaussian("[1, 2, 0]", "scale = 2.0")),),
    ),
    Row(
        "any d, gaussians round about one axis, with one scale across it in each class",
        "gaussian, `posterior`",
        "axial",
        "noncentral chi-square tails integrated along the axis, one root a node",
        (
            _classes(_gaussian("[0, 0, 0]"), f"{_gaussian('[1, 2, 0]', _WIDE)};{_gaussian('[-1, -2, 0]', _WIDE)}"),
            _classes(_gaussian("[0, 0, 0]", "scale = [2, 1, 1]"), _gaussian("[1, 0, 0]", "scale = [1, 1.5, 1.5]")),
        ),
        "any dimension: Gaussians round about one axis",
    ),
    Row(
        "any d, gaussians round about one axis, with several scales across it in a class",
        "gaussian, `posterior`",
        "axial",
        "curves in the half-plane of the axis, noncentral chi-square tails along them",
        (
            _classes(
                _gaussian("[0, 0, 0]"), f"{_gaussian('[1, 2, 0]', _WIDE)};{_gaussian('[-1, -2, 0]', 'scale = 2')}"
            ),
            _classes(_gaussian("[0, 0, 0]", "scale = [2, 1, 1]"), f"{_gaussian('0')};{_gaussian('[1, 0, 0]', _WIDE)}"),
        ),
        missing=("adversarial",),
    ),
    Row(
        "any d, one ball in an infinite background",
        "gaussian",
        "radial",
        "noncentral chi-square tails",
        ('[[inside]]\nset = "ball"\ncenter = [0.0, 1.0, 2.0]\nradius = 1.0',),
    ),
    Row(
        "d > 2, labelled balls with their centres on one line in an infinite background",
        "gaussian",
        "axial",
        "curves in the half-plane of the axis, relative to the volume of the balls",
        (f"inside = [{{{_BALL.format('0, 0, 0')}}}, {{{_BALL.format('0, 1, 2')}}}]",),
        "any dimension: labelled balls with their centres on one line in an infinite background",
        missing=("adversarial",),
    ),
    Row(
        "any d, gaussians that differ along two directions: d = 2, or one covariance and means in a plane, or "
        "covariances that differ by rank two",
        "gaussian",
        "plane",
        "two: sections, one root a node; more: boundary integrals, 1e-8 (`tolerance`)",
        (
            _classes(_gaussian("[0, 0]", "scale = [1, 2]"), f"{_gaussian('[1, 1]')};{_gaussian('[2, 0]')}"),
            _classes(_THREE[0], f"{_THREE[1]};{_THREE[3]}"),
            _classes(_THREE[0], f"{_THREE[1]};{_THREE[3]}", _REGRESSION),
        ),
        "any dimension: Gaussians that differ along two directions; labelled discs and boxes in two dimensions",
    ),
    Row(
        "d = 2, labelled discs and boxes, in a finite domain or an infinite background",
        "gaussian",
        "plane",
        "as above, relative to the area of the domain",
        (
            f"inside = [{{{_DISC.format(0.0)}}}, {{{_DISC.format(3.0)}}}]",
            f"{_AROUND}\ninside = [{{{_DISC.format(0.0)}}}, {{{_DISC.format(3.0)}}}]",
            f"{_AROUND}\ninside = [{{{_DISC.format(0.0)}}}]\n{_REGRESSION}",
        ),
    ),
    Row(
        "any d, gaussians that differ on two axes, independent of the others; d = 2, labelled discs and boxes, finite "
        "(`regression`) or infinite",
        "gaussian training and laplace or uniform smoothing",
        "plane",
        "votes along lines, roots and panels, 1e-8 (`tolerance`)",
        (
            _classes(_gaussian("[0, 0]", "scale = [1, 2]"), _gaussian("[1, 1]"), _NOISES[0]),
            _classes(_gaussian("[0, 3, 0]", "scale = [1, 1, 2]"), _gaussian("[1, 3, 1]"), _NOISES[1]),
            f"inside = [{{{_DISC.format(0.0)}}}]\n{_NOISES[0]}",
        ),
        "any dimension: Gaussians that differ on two axes; labelled discs and boxes in two dimensions; not adversarial",
        ("adversarial",),
    ),
)
SAMPLES = Row(
    "any d, two gaussians with one covariance matrix, [n/d samples](howto/samples.md)",
    "gaussian, `lda`, `least-squares` (M copies too), `logistic` (isotropic)",
    "limit",
    "closed form after one root (`logistic`: four equations, 1e-7); the limit n, d to infinity at fixed n/d",
    (_classes(_THREE[0], _THREE[1], _SAMPLES),),
)
NONE = "everything else"


def long_table() -> str:
    """That of docs/exact.md."""
    lines = [f"| problem | training, smoothing noise | route | {QUANTITIES} |", "|---|---|---|---|"]
    for row in (*ROWS, SAMPLES):
        how = "; ".join([row.how, *(f"no {word} risk" for word in row.missing)])
        lines.append(f"| {row.kind} | {row.noises} | `{row.route}` | {how} |")
    return "\n".join([*lines, f"| {NONE} | | none | `noisewise mc`; it says so and never pretends to be exact |"])


def short_table() -> str:
    """That of README.md."""
    lines = ["| problem | noises | route |", "|---|---|---|"]
    for row in ROWS:
        if row.short:
            word = row.noises.split(",")[0]
            noises = word if word == "any" else word.replace("gaussian", "Gaussian")
            lines.append(f"| {row.short} | {noises} | `{row.route}`{', to 1e-8' if row.route == 'plane' else ''} |")
    return "\n".join([*lines, f"| {NONE} | any | none: `noisewise mc` |"])


if __name__ == "__main__":
    print(f"{short_table()}\n\n{long_table()}")
