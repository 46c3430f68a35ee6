"""The version of the installed software, which every dataset carries."""

from __future__ import annotations


def software_version() -> str:
    """That of the distribution's metadata, or "unknown" where it runs uninstalled."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and seldom asked for

    try:
        return version("noisewise")
    except PackageNotFoundError:
        return "unknown"


def fingerprint() -> str:
    """What numbers follow from besides their inputs: a hash of the programs here, and the versions of what they use."""
    import hashlib
    from importlib.metadata import PackageNotFoundError, version
    from pathlib import Path

    root = Path(__file__).parents[1]
    held = hashlib.sha256()
    for path in sorted(path for room in ("theory", "simulate", "figures") for path in (root / room).rglob("*.py")):
        held.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    for name in ("numpy", "scipy", "jax", "jaxlib", "python-flint", "shapely", "contourpy"):
        try:
            held.update(f"{name} {version(name)}\n".encode())
        except PackageNotFoundError:
            continue
    return f"{software_version()} {held.hexdigest()[:16]}"
