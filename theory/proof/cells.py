"""The line cut at kinks and ends of supports, with the components that are there; all places are exact rationals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from flint import arb, fmpq

from theory.proof.balls import Arb, Rational
from theory.proof.isolate import Part
from theory.proof.pieces import Exact, ExactPiece
from theory.proof.shapes import BallProfile, Exponential, Normal, NormalLaplace, TwoLaplace
from theory.proof.signed import Term
from theory.proof.windows import Edge, SoftWindow, Trapezoid


@dataclass(frozen=True)
class Cell:
    """Between two cut points (None: infinite): the net signed terms there, and whether any component is there at all.

    vanishes: the signed density is 0 throughout. left, right: off the supports the nearest end on either side and
    whether class 1 has it.
    """

    low: Rational | None
    high: Rational | None
    terms: list[Term]
    supported: bool
    vanishes: bool = False
    left: tuple[Rational, bool] | None = None
    right: tuple[Rational, bool] | None = None


def cut(exact: Exact, family: str, alpha: Rational) -> list[Cell]:
    """The cells for training noise of scale alpha, in order."""
    net = _net([p for p in exact.pieces if alpha or p.law != "point"])
    shapes: dict[tuple[str, Rational], BallProfile] = {}
    for piece in net:
        key = (piece.law, piece.scale)
        if key not in shapes:
            shapes[key] = shape(exact, *key, family, alpha)
    bounds = {piece: _reach(piece, family, alpha) for piece in (*exact.pieces, *net)}
    knots: set[Rational] = set()
    for piece, reach in bounds.items():
        knots |= _knots(piece, reach, family, alpha)
    ends = [None, *sorted(knots), None]
    cells = []
    for low, high in pairwise(ends):
        middle = _middle(low, high)
        held = [p for p in net if _covers(p, bounds[p], middle)]
        flat = _balanced(held, family, alpha, middle)
        terms = [term for p in held for term in _terms(p, shapes[p.law, p.scale], middle, p in flat)]
        supported = any(_covers(p, bounds[p], middle) for p in exact.pieces)
        sides = (None, None) if supported else _sides(exact, bounds, middle)
        cells.append(Cell(low, high, terms, supported, _vanishes(held, family, alpha, low, high), *sides))
    return cells


def _net(pieces: list[ExactPiece]) -> list[ExactPiece]:
    """Equal laws of the two classes cancelled exactly."""
    totals: dict[tuple[str, Rational, Rational], Rational] = {}
    for p in pieces:
        key = (p.law, p.center, p.scale)
        totals[key] = totals.get(key, fmpq(0)) + (p.weight if p.label else -p.weight)
    return [ExactPiece(int(w > 0), *key, abs(w)) for key, w in totals.items() if w != 0]


def shape(exact: Exact, law: str, scale: Rational, family: str, alpha: Rational) -> BallProfile:
    """The density of a component after noise, at the working precision."""
    own, other = exact.length(scale), exact.length(alpha)
    kinds = {kind: size for kind, size, there in ((law, own, scale), (family, other, alpha)) if there != 0}
    if law == family and len([v for v in (scale, alpha) if v != 0]) == 2:
        if law == "gaussian":
            return Normal(own * own + other * other, scale * scale + alpha * alpha)
        if law == "laplace":
            return TwoLaplace(own, other, (scale, alpha))
        return Trapezoid(own.max(other), own.min(other))
    rates = {kind: size for kind, size in ((law, scale), (family, alpha)) if size != 0 and kind != "uniform"}
    return _mixed(kinds, rates)


def _mixed(kinds: dict[str, Arb], rates: dict[str, Rational]) -> BallProfile:
    """One law, or two of different kinds."""
    match kinds:
        case {"gaussian": deviation, "laplace": diversity}:
            return NormalLaplace(deviation, diversity, rates["laplace"])
        case {"uniform": half, **rest}:
            for other, size in rest.items():
                return SoftWindow(other, size, half, rates[other])
            return Trapezoid(half, arb(0))
        case {"gaussian": deviation}:
            return Normal(deviation * deviation, rates["gaussian"] ** 2)
        case _:
            return Exponential(kinds["laplace"], rates["laplace"])


def _reach(piece: ExactPiece, family: str, alpha: Rational) -> Rational | None:
    """Half the width of the noised support; None where it is infinite."""
    if piece.law in ("gaussian", "laplace") or (alpha and family != "uniform"):
        return None
    return piece.scale + alpha


def _window(piece: ExactPiece, family: str, alpha: Rational) -> tuple[Rational, Rational] | None:
    """Half-width of the part of the line that a uniform law covers but for tails, and its half-width; None if none."""
    uniform = [size for law, size in ((piece.law, piece.scale), (family, alpha)) if law == "uniform" and size]
    if not uniform:
        return None
    return (abs(uniform[0] - uniform[1]), max(uniform)) if len(uniform) > 1 else (uniform[0], uniform[0])


def _balanced(pieces: list[ExactPiece], family: str, alpha: Rational, x: Rational) -> list[ExactPiece]:
    """Components that cover x with a plateau, if these cancel exactly between the classes: only their tails differ.

    s = sum_k sign_k h_k (1 - t_k) + ... with sum_k sign_k h_k = 0, so that each plateau h_k may be left out and each
    tail t_k, beyond either end of its window, counts for the other class.
    """
    flat, total = [], fmpq(0)
    for piece in pieces:
        window = _window(piece, family, alpha)
        if window is not None and abs(x - piece.center) < window[0]:
            flat.append(piece)
            total += (1 if piece.label else -1) * piece.weight / (2 * window[1])
    return flat if total == 0 else []


def _knots(piece: ExactPiece, reach: Rational | None, family: str, alpha: Rational) -> set[Rational]:
    if reach is not None:
        offsets = {reach, abs(piece.scale - alpha)} if alpha and piece.scale else {reach}
        return {piece.center + side * v for v in offsets for side in (-1, 1)}
    window = _window(piece, family, alpha)
    if window is not None:
        return {piece.center - window[0], piece.center + window[0]}
    pure = (piece.law, not alpha) == ("laplace", True) or (piece.law == "point" and family == "laplace")
    return {piece.center} if pure else set()


def _middle(low: Rational | None, high: Rational | None) -> Rational:
    if low is None:
        return fmpq(0) if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _covers(piece: ExactPiece, reach: Rational | None, x: Rational) -> bool:
    return reach is None or abs(x - piece.center) < reach


def _terms(piece: ExactPiece, form: BallProfile, middle: Rational, flat: bool) -> list[Term]:
    """A component's terms on a cell: its density, or the tails that it lacks there."""
    sign = 1 if piece.label else -1
    weight, center, side = arb(piece.weight), arb(piece.center), 1 if middle >= piece.center else -1
    if not flat:
        return [Term(sign, weight, center, form, side)]
    if not isinstance(form, SoftWindow):
        return []
    edges = [Edge(form.law, form.scale, form.half, toward) for toward in (-1, 1)]
    return [Term(-sign, weight, center, edge, side) for edge in edges]


def _vanishes(
    pieces: list[ExactPiece], family: str, alpha: Rational, low: Rational | None, high: Rational | None
) -> bool:
    """Whether the signed density of uniform pieces, linear on the cell, is exactly 0 at both ends."""
    if low is None or high is None or any(_reach(p, family, alpha) is None for p in pieces):
        return False
    return all(
        sum((_height(p, alpha, x) for p in pieces), fmpq(0)) == 0
        for x in (low + (high - low) / 3, high - (high - low) / 3)
    )


def _height(piece: ExactPiece, alpha: Rational, x: Rational) -> Rational:
    wide, narrow = max(piece.scale, alpha), min(piece.scale, alpha)
    away = abs(x - piece.center)
    share = fmpq(1) if away <= wide - narrow else (wide + narrow - away) / (2 * narrow)
    return (1 if piece.label else -1) * piece.weight * share / (2 * wide)


def _sides(
    exact: Exact, bounds: dict[ExactPiece, Rational | None], x: Rational
) -> tuple[tuple[Rational, bool] | None, tuple[Rational, bool] | None]:
    """The nearest ends of supports left and right of x, each with whether a class-1 support ends there."""
    spans = [(p.center - bounds[p], p.center + bounds[p], p.label) for p in exact.pieces]
    left = max((high for _low, high, _label in spans if high <= x), default=None)
    right = min((low for low, _high, _label in spans if low >= x), default=None)
    return (
        None if left is None else (left, any(high == left and label == 1 for _low, high, label in spans)),
        None if right is None else (right, any(low == right and label == 1 for low, _high, label in spans)),
    )


def label_off_support(cell: Cell, choice: str) -> list[Part]:
    """The class where both noised densities are 0: given, or that of the nearest support, ties to class 1."""
    low = arb("-inf") if cell.low is None else arb(cell.low)
    high = arb("inf") if cell.high is None else arb(cell.high)
    if choice != "nearest":
        return [Part(low, high, 1 if choice == "class1" else -1)]
    ends = [1 if side[1] else -1 for side in (cell.left, cell.right) if side is not None]
    if len(set(ends)) == 1 or cell.left is None or cell.right is None:
        return [Part(low, high, ends[0])]
    middle = (cell.left[0] + cell.right[0]) / 2
    return [Part(low, arb(middle), ends[0]), Part(arb(middle), high, ends[1])]
