"""noisewise in one name: `import noisewise as nw`, and `python -m noisewise` is the command.

Every public name is imported on first use from the room that it lives in, so that importing this costs nothing. What
belongs to the exact side is listed in `theory/__init__.py`, all else here.

    >>> import noisewise as nw
    >>> problem = nw.regimes.concentric(dim=20)
    >>> round(nw.gain(problem, alpha=0.4, beta=0.5).value, 6)
    0.032146
"""

from __future__ import annotations

import difflib
import signal
import sys
from importlib import import_module, util
from pathlib import Path
from typing import Any

# The packages that this module forwards to. A folder or file of the same name that Python finds first hides them.
PACKAGES = ("theory", "simulate", "figures")

_HOME = {
    "Axis": "simulate.sweep.axes",
    "Family": "simulate.sweep.axes",
    "SpotCheck": "simulate.sweep.axes",
    "sweep": "simulate.sweep.plane",  # where the accessor of its datasets is
    "sweep_grid": "simulate.sweep.sweep",
    "phase": "simulate.sweep.plane",
    "add_curves": "simulate.sweep.curves",
    "add_checks": "simulate.sweep.checks",
    "add_proofs": "simulate.sweep.proofs",
    "agreement": "simulate.agreement.agreement",
    "Trial": "simulate.agreement.plan",
    "measured_map": "simulate.sweep.plane",
    "open_dataset": "simulate.sweep.plane",
    "overlay": "simulate.sweep.pictures",
    "facet": "simulate.sweep.pictures",
    "save_dataset": "simulate.storage",
    "explore": "simulate.live.explore",
    "monte_carlo": "simulate.montecarlo",
    "Sampling": "simulate.montecarlo",
    "Level": "simulate.montecarlo",
    "Record": "simulate.montecarlo",
    "Interval": "simulate.montecarlo",
    "train_on_samples": "simulate.trained",
    "TrainingSets": "simulate.trained",
    "SampleRecord": "simulate.trained",
    "simulate_parzen": "simulate.parzen",
    "ParzenTrial": "simulate.parzen",
    "ParzenRecord": "simulate.parzen",
    "load_data": "simulate.data",
    "Data": "simulate.data",
    "train_networks": "simulate.networks",
    "NetworkPlan": "simulate.networks",
    "NetworkStore": "simulate.networks",
    "ConvergenceWarning": "simulate.networks",
    "fit_problem": "simulate.fitted",
    "Fit": "simulate.fitted",
    "UnsupportedError": "theory.errors",
    "NoProof": "theory.errors",
    "Prover": "theory.proof",
    "Proof": "theory.proof",
    "PROVED": "theory.proof",
    "falsify": "theory.claims.falsify",
    "Attack": "theory.claims.falsify",
    "CaseFamily": "theory.claims.families",
    "CaseNoises": "theory.claims.families",
    "Range": "theory.claims.families",
    "Choice": "theory.claims.families",
    "LAWS": "theory.theorems",
}


def _refuse_others() -> None:
    """Raise `ImportError` where a file or folder that is not ours would be imported in place of a package of ours."""
    home = Path(__file__).resolve().parent
    for name in PACKAGES:
        found = _place(name)
        if found != home / name:
            raise ImportError(
                f"noisewise needs its package {name!r}, but Python finds {found or 'nothing'} first; "
                "rename that, or work elsewhere"
            )


def _place(name: str) -> Path | None:
    """The folder or file that Python imports under a name; a folder without `__init__.py` counts as one too."""
    module = sys.modules.get(name)
    spec = util.find_spec(name) if module is None else module.__spec__
    if spec is None:
        return None
    if spec.origin is None:
        return next((Path(folder).resolve() for folder in spec.submodule_search_locations or ()), None)
    origin = Path(spec.origin).resolve()
    return origin.parent if origin.name == "__init__.py" else origin


if __name__ != "__main__":
    _refuse_others()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value = import_module("simulate.version").software_version()
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif name in _exact():
        value = getattr(import_module("theory"), name)
    else:
        near = difflib.get_close_matches(name, __dir__(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near and not name.startswith("_") else ""
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*_HOME, *_exact(), "__version__"})


def _exact() -> dict[str, str]:
    """The public names of the exact side."""
    table: dict[str, str] = import_module("theory")._HOME
    return table


def main() -> int:
    """The command; returns its exit status."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until it is obeyed below: no traceback
    try:
        _refuse_others()
    except ImportError as error:
        print(f"noisewise: {error}", file=sys.stderr)
        return 1
    from simulate.stopping import obey_signals

    obey_signals()
    from simulate.cli import main as command

    return command()


if __name__ == "__main__":
    sys.exit(main())
