"""`noisewise theorems`: the registry of laws, each attacked, derived or exhibited, with its verdict."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from simulate.commands.failures import DisagreementError
from simulate.commands.options import Json, arg
from simulate.commands.output import print_json, print_table
from simulate.commands.workers import Dask, hired
from simulate.progress import Meter
from theory.errors import LostError, ProblemError, one_of, shown
from theory.problems import validation

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from theory.estimate import Estimate
    from theory.theorems import Finding
    from theory.theorems.law import Theorem

TheoremNames = Annotated[tyro.conf.Positional[tuple[str, ...]], arg(metavar="NAME...", help="Laws; left out, all.")]
Cases = Annotated[int, arg(metavar="N", help="Cases with which a law is attacked, half of them random.")]
CaseSeed = Annotated[int, arg(metavar="S", help="Seed of the random cases; the same seed gives the same answers.")]
List = Annotated[tyro.conf.FlagCreatePairsOff[bool], arg(help="Say which laws there are, and check none.")]


@dataclass(frozen=True)
class TheoremsCommand:
    """Check laws of training noise and smoothing: attack them, derive them, or prove examples.

    Exit status 1 if a law is refuted.

    noisewise theorems --list

    noisewise theorems bridge --cases 200 --seed 1
    """

    names: TheoremNames = ()
    cases: Cases = 1000
    seed: CaseSeed = 0
    dask: Dask = None
    list: List = False
    json: Json = False

    def run(self) -> None:
        cases, seed = validation.whole(self.cases, "cases"), validation.whole(self.seed, "seed", 0)
        laws = self._chosen()
        if self.list:
            for law in laws:
                print(f"{law.name}: {law.statement}")
            return
        with hired(dask=self.dask) as pool:
            records = _checked([Attacked(law.name, cases, seed) for law in laws], pool)
        if self.json:
            print_json(records)
        else:
            _print(records)
        refuted = [record["name"] for record in records if record["verdict"] == "refuted"]
        if refuted:
            raise DisagreementError(f"refuted: {', '.join(refuted)}")

    def _chosen(self) -> tuple[Theorem, ...]:
        from theory.theorems import LAWS

        for name in self.names:
            if name not in LAWS:
                raise ProblemError("", f"no law called {shown(name)}", one_of(LAWS, name))
        return tuple(LAWS[name] for name in dict.fromkeys(self.names or LAWS))


@dataclass(frozen=True)
class Attacked:
    """A law, by its name, and how it is checked."""

    name: str
    cases: int
    seed: int


def _checked(work: Sequence[Attacked], pool: Executor | None) -> list[dict[str, Any]]:
    """The records of all laws, in their order."""
    from simulate.work.pieces import Crew, Lost, finished

    held: dict[str, dict[str, Any]] = {}
    with Meter("theorems") as meter:
        meter(0.0)
        for law, made in finished("laws", work, checked, Crew(pool)):
            if isinstance(made, Lost):
                raise LostError(f"{law.name}: {made.reason}")
            held[law.name] = made
            meter(len(held) / len(work))
    return [held[law.name] for law in work]


def checked(law: Attacked) -> dict[str, Any]:
    """The record of a law, of values that travel, with the seconds that it took."""
    from theory.theorems import LAWS

    before = time.perf_counter()
    found = LAWS[law.name].check(law.cases, law.seed)
    return _record(found) | {"seconds": round(time.perf_counter() - before, 3)}


def _record(found: Finding) -> dict[str, Any]:
    """What is said of one law."""
    law, attack = found.law, found.attack
    said = {"name": law.name, "statement": law.statement, "verdict": found.verdict, "cases": found.cases}
    said |= {"worst_margin": found.worst_margin, "witness": _plain(found.witness), "how": found.how}
    said |= {"skipped": attack.skipped if attack is not None else 0, "latex": law.latex, "source": law.source}
    return said | {"history": attack.history if attack is not None else {}}


def _plain(witness: Any) -> dict[str, Any] | None:
    """Parameters and margin in words of JSON."""
    if witness is None:
        return None
    margin: Estimate | None = witness["margin"]
    numbers = None if margin is None else {"value": margin.value, "error": margin.error, "route": margin.route}
    return dict(witness) | {"margin": numbers}


def _print(records: Any) -> None:
    rows = []
    for record in records:
        witness = record["witness"]
        shown = ", ".join(f"{k}={_short(v)}" for k, v in witness.items() if k != "margin") if witness else "-"
        margin = f"{record['worst_margin']:.3g}"
        rows.append([record["name"], record["verdict"], str(record["cases"]), margin, record["how"], shown])
    print_table(["law", "verdict", "cases", "worst margin", "how checked", "witness"], rows)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
