"""Mutants of the exact side: change one constant, comparison or sum and ask whether the tests that guard it notice.

    python tests/benchmarks/mutants.py [N] [SEED] [--only FILE]

A sample of N mutants is drawn with the seed, evenly over the files. Each lives in a process of its own, forked from one
that has the libraries loaded and nothing of the project: there the one module is compiled from the changed source, and
the tests run. Nothing on the disk changes. What survives is printed with its place; a mutant that is too slow counts as
noticed (the limit is on processor time, so that a busy machine kills nothing). Those in EQUIVALENT cannot change a
number, for the reason that is given, and do not count.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.machinery
import os
import random
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# Of processor time.
SECONDS = 120
LIBRARIES = (
    "numpy",
    "scipy.special",
    "scipy.stats",
    "scipy.optimize",
    "scipy.integrate",
    "sympy",
    "flint",
    "mpmath",
    "hypothesis",
    "pytest",
    "contourpy",
    "shapely",
)

# The files whose formulas and estimates of errors are mutated, and the tests that guard each, the quick ones first.
UNIT = "tests/unit/"
LEDGER = UNIT + "test_error_ledger.py"
LINE_LEDGER, RADIAL_LEDGER = LEDGER + "::test_on_the_line", LEDGER + "::test_about_a_centre"
BUDGET, KNIFE, OF_VOTES = (UNIT + f"test_{name}.py" for name in ("error_budget", "knife_edges", "error_of_votes"))
LINE = (BUDGET, OF_VOTES, LINE_LEDGER, KNIFE, UNIT + "test_ties.py", UNIT + "test_atoms.py")
RADIAL = (BUDGET, OF_VOTES, RADIAL_LEDGER, UNIT + "test_radial_numbers.py")
VOTES = (OF_VOTES, LINE_LEDGER, UNIT + "test_votes.py", UNIT + "test_ties.py")
GUARDS: dict[str, tuple[str, ...]] = {
    "theory/risks/risks.py": (*LINE, UNIT + "test_shift.py"),
    "theory/risks/gains.py": LINE,
    "theory/risks/solution.py": LINE,
    "theory/risks/knife_edges.py": (KNIFE,),
    "theory/risks/votes.py": VOTES,
    "theory/geometry/along.py": (*VOTES, UNIT + "test_shell_votes.py"),
    "theory/geometry/curvature.py": (BUDGET, UNIT + "test_small_noise.py"),
    "theory/geometry/difference.py": LINE,
    "theory/geometry/ties.py": (*LINE, UNIT + "test_typed.py"),
    "theory/geometry/line/line.py": LINE,
    "theory/geometry/line/level.py": LINE,
    "theory/geometry/line/linear.py": (*LINE, UNIT + "test_derivatives.py"),
    "theory/geometry/line/between.py": LINE,
    "theory/geometry/line/exponentials.py": (LINE_LEDGER, UNIT + "test_follow.py"),
    "theory/geometry/line/follow.py": (OF_VOTES, LINE_LEDGER, UNIT + "test_follow.py"),
    "theory/geometry/line/votes.py": (OF_VOTES, LINE_LEDGER, UNIT + "test_follow.py"),
    "theory/geometry/line/zones.py": (OF_VOTES, LINE_LEDGER, UNIT + "test_follow.py"),
    "theory/geometry/line/knots.py": (*LINE, UNIT + "test_typed.py"),
    "theory/geometry/line/ramps.py": (*LINE, UNIT + "test_typed.py"),
    "theory/geometry/line/steps.py": (KNIFE,),
    "theory/geometry/line/tails.py": (*LINE, UNIT + "test_typed.py"),
    "theory/geometry/radial/radial.py": RADIAL,
    "theory/geometry/radial/shells.py": RADIAL,
    "theory/geometry/radial/level.py": RADIAL,
    "theory/geometry/radial/terms.py": RADIAL,
    "theory/numerics/special/lost_square.py": (UNIT + "test_lost_square.py",),
    "theory/geometry/radial/shell_votes.py": (RADIAL_LEDGER, UNIT + "test_shell_votes.py"),
    "theory/geometry/radial/two_centres.py": (*RADIAL, UNIT + "test_derivatives.py"),
}
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
# "file: line: old -> new": why it changes no number that is reported.
EQUIVALENT: dict[str, str] = {
    "theory/risks/votes.py: winners = problem.smoothing.winners if votes % 2 == 0 else (1,): 1 -> 0": (
        "an odd number of votes has no tie"
    ),
}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in place of one expression."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from (ast.Constant(0), ast.Constant(100 * node.value)) if node.value else (ast.Constant(1),)
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPPED:
        yield ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)
        yield from (node.left, node.right) if isinstance(node.op, ast.Add) else ()
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield ast.Compare(node.left, [SWAPPED[type(node.ops[0])](), *node.ops[1:]], node.comparators)


class _Put(ast.NodeTransformer):
    """Puts one node in the place of another; types are left as they are."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.copy_location(self._new, node) if node is self._old else self.generic_visit(node)


class Mutant:
    """One change: the file, the place in a walk over its tree, and which of the changes there."""

    def __init__(self, name: str, place: int = 0, choice: int | None = None) -> None:
        text = (ROOT / name).read_text()
        self.name, self.tree = name, ast.parse(text)
        self.said, self.key = name, name
        if choice is None:
            return
        old = list(ast.walk(self.tree))[place]
        new = copy.deepcopy(list(changes(old))[choice])
        told = f"{ast.unparse(old)} -> {ast.unparse(new)}"
        line = getattr(old, "lineno", 1)
        self.said, self.key = f"{name}:{line}: {told}", f"{name}: {text.splitlines()[line - 1].strip()}: {told}"
        self.tree = ast.fix_missing_locations(_Put(old, new).visit(self.tree))

    @property
    def module(self) -> str:
        return self.name.removesuffix(".py").replace("/", ".")


def places(name: str) -> list[tuple[str, int, int]]:
    """Every mutant of a file; docstrings and annotations have none."""
    nodes = ast.walk(ast.parse((ROOT / name).read_text()))
    return [(name, place, choice) for place, node in enumerate(nodes) for choice in range(len(list(changes(node))))]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a changed tree."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, fullname: str, _path: Any, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=str(ROOT / self._mutant.name))

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(ROOT / self._mutant.name)
        exec(compile(self._mutant.tree, module.__file__, "exec"), module.__dict__)


def _tested(guards: tuple[str, ...], mutant: Mutant | None) -> int:
    """In the forked process: 0 if all tests pass, with the mutant if there is one."""
    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if mutant is not None:
        sys.meta_path.insert(0, _Finder(mutant))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    plugins = ("-p", "no:cacheprovider", "-p", "no:xdist")
    return int(pytest.main(["-x", "-q", "-W", "ignore::pytest.PytestAssertRewriteWarning", *plugins, *guards]))


def noticed(guards: tuple[str, ...], mutant: Mutant | None = None) -> bool:
    """Whether tests fail, or take too long, with the mutant; without one, on the tree as it is."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = _tested(guards, mutant)
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] != 0


def drawn(files: list[str], count: int, seed: int) -> list[Mutant]:
    """A sample that takes from every file in turn."""
    rng = random.Random(seed)
    piles = [places(name) for name in files]
    for pile in piles:
        rng.shuffle(pile)
    chosen: list[tuple[str, int, int]] = []
    while len(chosen) < count and any(piles):
        chosen += [pile.pop() for pile in piles if pile]
    return [Mutant(*place) for place in chosen[:count]]


def main() -> None:
    """Draw, run, report; the tests must pass on the tree as it is."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("count", nargs="?", type=int, default=69)
    words.add_argument("seed", nargs="?", type=int, default=0)
    words.add_argument("--only", help="mutants of this file alone")
    asked = words.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for name in LIBRARIES:
        importlib.import_module(name)
    files = [asked.only] if asked.only else list(GUARDS)
    for test in dict.fromkeys(test for name in files for test in GUARDS[name]):
        if noticed((test,)):
            sys.exit(f"{test} fails, or takes more than {SECONDS} s, without any change")
    killed, total = Counter[str](), Counter[str]()
    for mutant in drawn(files, asked.count, asked.seed):
        if mutant.key in EQUIVALENT:
            print("equal   ", mutant.said, flush=True)
            continue
        total[mutant.name] += 1
        gone = noticed(GUARDS[mutant.name], mutant)
        killed[mutant.name] += gone
        print("killed  " if gone else "SURVIVED", mutant.said, flush=True)
    for name in files:
        print(f"{name}: {killed[name]} of {total[name]} killed; there are {len(places(name))}")
    print(f"{killed.total()} of {total.total()} killed: {killed.total() / max(total.total(), 1):.1%}")


if __name__ == "__main__":
    main()
