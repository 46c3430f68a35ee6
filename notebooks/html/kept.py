"""Executed notebooks are kept in build/notebooks-cache, each under a name that changes with what its answers depend on.

`python notebooks/html/kept.py` runs those that are not there yet; the documentation shows what is there.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build" / "notebooks-cache"
PACKAGES = ("theory", "figures", "simulate")


def scripts() -> list[Path]:
    """The notebooks, in their order."""
    return sorted((ROOT / "notebooks").glob("*.py"))


def sources() -> bytes:
    """A digest of everything that a notebook may call."""
    digest = hashlib.sha256((ROOT / "noisewise.py").read_bytes())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in (".py", ".toml", ".mplstyle"):
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.digest()


def place(script: Path) -> Path:
    """Where the executed notebook is or would be kept."""
    key = hashlib.sha256(sources() + script.read_bytes()).hexdigest()[:16]
    return CACHE / f"{script.stem}-{key}.ipynb"


def kept(script: Path) -> Any | None:
    """The executed notebook, None if it was not run since something changed."""
    path = place(script)
    return nbformat.read(path, as_version=4) if path.is_file() else None


def main() -> None:
    """Run what is not kept, and forget what has changed."""
    sys.path.insert(0, str(Path(__file__).parent))
    from render import executed

    os.environ["PYTHONPATH"] = str(ROOT)
    CACHE.mkdir(parents=True, exist_ok=True)
    wanted = {script: place(script) for script in scripts()}
    for path in set(CACHE.glob("*.ipynb")) - set(wanted.values()):
        path.unlink()
    for script, path in wanted.items():
        if not path.is_file():
            nbformat.write(executed(script), path)
            print(f"ran {script.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
