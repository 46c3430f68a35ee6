"""`noisewise optimum`: the best training noise for a smoothing noise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any

from simulate.commands.options import Betas, Json, Name, Ratios, Settings, arg, sample_ratios, scales
from simulate.commands.output import interval, number, of_samples, plain, print_json, print_table, remark
from simulate.commands.remedy import mc_command, suggesting
from simulate.sweep.families import family
from theory.problems import validation

if TYPE_CHECKING:
    from theory import Estimate

Radii = Annotated[
    tuple[str, ...], arg(metavar="E...", help="Radii: above 0 the best certified risk in place of the clean one.")
]


@dataclass(frozen=True)
class OptimumCommand:
    """The best training noise, its risk, and where training noise helps at all.

    noisewise optimum two-gaussians --set separation=4 --set prior=0.2 --beta 0.7 --eps 0.5

    noisewise optimum mine.toml --beta 0.1:1:10 --votes 101 --json
    """

    problem: Name
    beta: Betas
    eps: Radii = ("0",)
    ratio: Ratios = ()
    votes: Annotated[int | None, arg(metavar="N", help="Of the deployed classifier, which takes N votes.")] = None
    settings: Settings = ()
    json: Json = False

    def run(self) -> None:
        betas, radii, ratios = scales(self.beta, "beta"), scales(self.eps, "eps"), sample_ratios(self.ratio)
        votes = None if self.votes is None else validation.whole(self.votes, "votes")
        problem = family(self.problem, self.settings).at()
        # No training noise is asked for: some around the smoothing noise, of which the best is usually a part.
        noises = {
            "alpha": [f"0:{2 * (max(betas) or 0.5):g}:9"],
            "beta": self.beta,
            "eps": self.eps,
            "ratio": self.ratio,
        }
        more = () if votes is None else ("--votes", str(votes))
        from theory.risks.optimum import best_alpha

        records: list[dict[str, Any]] = []
        estimates: list[Estimate] = []
        for beta, eps, ratio in product(betas, radii, ratios):
            with suggesting(mc_command(self.problem, self.settings, noises, *more)):
                best = best_alpha(problem, beta, eps, ratio=ratio, votes=votes)
            estimates += [best.risk, best.gain]
            helps = [[float(low), float(high)] for low, high in best.helps]
            record = {
                "beta": beta,
                "eps": eps,
                "votes": votes,
                "alpha": float(best.alpha),
                **of_samples(problem, ratio),
            }
            records.append(record | {"risk": plain(best.risk), "gain": plain(best.gain), "helps": helps})
        remark(*estimates, limits=not self.json)
        if self.json:
            print_json(records)
        else:
            _print(records)


def _print(records: list[dict[str, Any]]) -> None:
    rows, keys = [], ["beta", "eps", *([] if records[0]["ratio"] is None else ["ratio"])]
    for record in records:
        risk, gain = (number(record[key]["value"], record[key]["error"]) for key in ("risk", "gain"))
        helps = ", ".join(interval(*ends) for ends in record["helps"]) or "nowhere"
        shown = [f"{record[key]:g}" for key in keys]
        rows.append([*shown, number(record["alpha"]), risk, gain, helps])
    print_table([*keys, "best alpha", "risk", "gain", "helps for alpha in"], rows)
