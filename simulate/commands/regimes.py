"""`noisewise regimes`: the named regimes with their parameters."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any

from simulate.commands.options import Json
from simulate.commands.output import print_json
from theory.problems.regimes import REGIMES, parameters


@dataclass(frozen=True)
class RegimesCommand:
    """List the named regimes with their parameters and defaults.

    noisewise regimes

    noisewise regimes --json
    """

    json: Json = False

    def run(self) -> None:
        records = [_record(name) for name in REGIMES]
        if self.json:
            print_json(records)
            return
        for record in records:
            print(f"{record['name']}: {record['summary']}")
            print("    " + ", ".join(f"{key}={value!r}" for key, value in record["parameters"].items()))


def _record(name: str) -> dict[str, Any]:
    summary = (inspect.getdoc(REGIMES[name]) or "").partition("\n")[0]
    return {"name": name, "parameters": parameters(name), "summary": re.sub(r"`", "", summary)}
