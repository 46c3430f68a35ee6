"""Mutants of the exact side: change one constant, comparison or sum and ask whether the tests that guard it notice.

    python tests/benchmarks/mutants.py [N] [SEED]

A sample of N mutants is drawn with the seed. Each lives in a copy of the tree, so that an interrupted run leaves
nothing behind. What survives is printed with its place; a mutant that is too slow counts as noticed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90

# The files whose formulas and estimates of errors are mutated, and the tests that guard each.
BUDGET = "tests/unit/test_error_budget.py"
LINE = (BUDGET, "tests/unit/test_line_oracle.py", "tests/unit/test_atoms.py")
GUARDS: dict[str, tuple[str, ...]] = {
    "theory/risks/gains.py": LINE,
    "theory/risks/risks.py": LINE,
    "theory/risks/solution.py": (BUDGET, "tests/unit/test_atoms.py"),
    "theory/risks/votes.py": ("tests/unit/test_votes.py",),
    "theory/geometry/along.py": ("tests/unit/test_votes.py", "tests/unit/test_votes_oracle.py"),
    "theory/geometry/curvature.py": (BUDGET, "tests/unit/test_small_noise.py"),
    "theory/geometry/difference.py": LINE,
    "theory/geometry/line/linear.py": (*LINE, "tests/unit/test_derivatives.py"),
    "theory/geometry/line/follow.py": ("tests/unit/test_follow.py", *LINE),
    "theory/geometry/radial/radial.py": ("tests/unit/test_radial_oracle.py", "tests/unit/test_radial_numbers.py"),
}
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
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
    """Puts one node in the place of another, known by its order in a walk over the tree."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """The new node in the old one's place; types are left as they are."""
        if node is self._old:
            return ast.copy_location(self._new, node)
        return self.generic_visit(node)


def places(name: str) -> list[tuple[str, int, int]]:
    """(file, place in a walk over its tree, which of the changes there) for every mutant of a file."""
    nodes = ast.walk(ast.parse((ROOT / name).read_text()))
    return [(name, place, choice) for place, node in enumerate(nodes) for choice in range(len(list(changes(node))))]


def mutant(name: str, place: int, choice: int) -> tuple[str, str]:
    """What was changed, and the file's text with the change."""
    tree = ast.parse((ROOT / name).read_text())
    old = list(ast.walk(tree))[place]
    new = copy.deepcopy(list(changes(old))[choice])
    said = f"{name}:{getattr(old, 'lineno', 0)}: {ast.unparse(old)} -> {ast.unparse(new)}"
    return said, ast.unparse(ast.fix_missing_locations(_Put(old, new).visit(tree)))


def noticed(tree: Path, name: str, text: str) -> bool:
    """Whether the guarding tests fail, or take too long, with the mutant in the copied tree."""
    original = (tree / name).read_text()
    (tree / name).write_text(text)
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *GUARDS[name]]
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            capture_output=True,
            timeout=SECONDS,
        )
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        (tree / name).write_text(original)


def main() -> None:
    """Draw, run, report; the tests must pass on the tree as it is."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("count", nargs="?", type=int, default=40)
    words.add_argument("seed", nargs="?", type=int, default=0)
    asked = words.parse_args()
    every = [place for name in GUARDS for place in places(name)]
    chosen = random.Random(asked.seed).sample(every, min(asked.count, len(every)))
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        left = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__")
        shutil.copytree(ROOT, tree, ignore=left)
        for name in sorted({name for name, _place, _choice in chosen}):
            if noticed(tree, name, (ROOT / name).read_text()):
                sys.exit(f"the tests that guard {name} fail, or take more than {SECONDS} s, without any change")
        for name, place, choice in chosen:
            said, text = mutant(name, place, choice)
            killed = noticed(tree, name, text)
            survived += not killed
            print("killed  " if killed else "SURVIVED", said, flush=True)
    print(f"{len(chosen) - survived} of {len(chosen)} killed; there are {len(every)}")


if __name__ == "__main__":
    main()
