"""noisewise in one name: `import noisewise as nw`, and `python -m noisewise` is the command.

Every public name is imported on first use from the room it lives in, so that importing this costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

_HOME = {"sweep": "simulate.sweep.sweep", "monte_carlo": "simulate.montecarlo"}


def __getattr__(name: str) -> Any:
    value = getattr(import_module(_HOME.get(name, "theory")), name)
    globals()[name] = value
    return value


if __name__ == "__main__":
    from simulate.cli import main

    sys.exit(main())
