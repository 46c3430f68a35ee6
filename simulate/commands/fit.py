"""`noisewise fit`: a problem file from points, by Gaussian mixtures fitted to two classes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from simulate.commands.options import Json, Seed, Settings, arg
from simulate.commands.output import interval, note, number, plain, print_json, print_table
from simulate.commands.places import check_place
from simulate.commands.remedy import mc_command
from theory.atomic import atomic_write
from theory.errors import one_line
from theory.problems.document import to_document
from theory.problems.problem_file import dumps_problem

if TYPE_CHECKING:
    from simulate.data import Data
    from simulate.fitted import Fit

CONFIDENCE = 0.99
Source = Annotated[
    tyro.conf.Positional[str],
    arg(metavar="DATA", help="digits, mnist5k, fashion-mnist[:DIR], cifar10:DIR, FILE.npz, or a problem."),
]
Classes = Annotated[tuple[str, ...], arg(metavar="A B", help="The classes 0 and 1; left out where there are two.")]


@dataclass(frozen=True)
class FitCommand:
    """A problem file from your data: a Gaussian mixture for each of two classes.

    noisewise fit digits --classes 3 8 --components 2 --out mine.toml

    noisewise fit mine.npz --project 30 --covariance shared --out mine.toml

    Points are projected to the directions in which they vary most, without rescaling: isotropic Gaussian noise keeps
    its scale, so that alpha and beta keep their unit. Numbers of `risk`, `phase` and `optimum` are exact for the
    fitted mixture, not for the data.
    """

    data: Source
    classes: Classes = ()
    components: Annotated[int, arg(metavar="K", help="Gaussians a class.")] = 1
    project: Annotated[int | None, arg(metavar="D", help="Dimensions to project to; left out: 2, or fewer.")] = None
    covariance: Annotated[
        Literal["full", "diagonal", "isotropic", "shared"],
        arg(help="Of each Gaussian; shared: one matrix for all of both classes."),
    ] = "full"
    samples: Annotated[int | None, arg(metavar="N", help="Points to fit; left out: all.")] = None
    seed: Seed = 0
    out: Annotated[str | None, arg(metavar="FILE.toml", help="Where the problem file goes.")] = None
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        check_place("out", self.out, (".toml",))
        from simulate.data import load_data
        from simulate.fitted import fit_problem

        data = load_data(self.data, classes=self.classes, samples=self.samples, seed=self.seed, settings=self.settings)
        found = fit_problem(
            data, components=self.components, covariance=self.covariance, project=self.project, seed=self.seed
        )
        if not found.converged:
            note(f"the fit of {self.components} components has not converged; ask for fewer, or fit more points")
        if self.out is not None:
            with atomic_write(self.out) as temporary:
                text = "".join(f"# {one_line(line)}\n" for line in self._origin(data, found))
                temporary.write_text(f"{text}\n{dumps_problem(found.problem)}", encoding="utf-8", newline="\n")
        elif not self.json:
            note("nothing is written; keep the problem with --out FILE.toml")
        record = self._record(data, found)
        if self.json:
            print_json(record)
        else:
            _print(record, found)

    def _origin(self, data: Data, found: Fit) -> list[str]:
        """What a problem file says of where it came from."""
        kept = "the data as they are" if found.kept is None else f"{found.kept:.1%} of the variance of the data kept"
        return [
            f"A Gaussian mixture fitted to {data.name}: class0 is {data.classes[0]}, class1 is {data.classes[1]}.",
            f"{found.points} points, seed {self.seed}; components a class: {self.components}, {self.covariance}.",
            f"{found.problem.dim} dimensions, {kept}; x, alpha and beta in {data.unit}.",
            "Risks are exact for this mixture, not for the data.",
        ]

    def _next(self, found: Fit) -> str:
        """The command to use next."""
        file, reach = self.out or "FILE.toml", f"{float(f'{found.scale:.1g}'):g}"
        if found.bayes is None:
            return mc_command(file, (), {"alpha": [f"0:{reach}:5"], "beta": [reach]})
        return shlex.join(["noisewise", "phase", file, "--x", f"beta=0:{reach}:33", "--y", f"alpha=0:{reach}:33"])

    def _record(self, data: Data, found: Fit) -> dict[str, Any]:
        from simulate.montecarlo.statistics.intervals import clopper_pearson

        low, high = clopper_pearson(found.wrong, found.held, CONFIDENCE)
        held = {"estimate": found.wrong / found.held, "low": low, "high": high}
        return {
            "data": data.name,
            "classes": list(data.classes),
            "dim": found.problem.dim,
            "variance_kept": found.kept,
            "components": self.components,
            "covariance": self.covariance,
            "prior": found.problem.prior,
            "samples": found.points,
            "log_likelihood": found.likelihood,
            "held_out_log_likelihood": found.held_likelihood,
            "bayes_risk": None if found.bayes is None else plain(found.bayes),
            "held_out_error": held | {"confidence": CONFIDENCE, "samples": found.held},
            "converged": found.converged,
            "next": self._next(found),
            "problem": to_document(found.problem),
        }


def _print(record: dict[str, Any], found: Fit) -> None:
    held = record["held_out_error"]
    if found.bayes is None:
        risk, exact = "-", f"no: {found.reason.partition(';')[0]}"
    else:
        risk = number(record["bayes_risk"]["value"], record["bayes_risk"]["error"])
        exact = f"yes, route {found.bayes.route}"
    rows = [
        ["variance kept", "all" if found.kept is None else f"{found.kept:.1%} in {found.problem.dim} dimensions"],
        ["log likelihood a point", f"{found.likelihood:.4f}, held out {found.held_likelihood:.4f}"],
        ["Bayes risk of the mixture", risk],
        ["its error on held-out points", f"{held['estimate']:.4f} in {interval(held['low'], held['high'])}"],
        ["exact", exact],
        ["next", record["next"]],
    ]
    print_table([record["data"], " and ".join(record["classes"])], rows)
