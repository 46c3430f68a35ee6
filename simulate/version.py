"""The version of the installed software, which every dataset carries."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def software_version() -> str:
    """That of the distribution's metadata, or "unknown" where it runs uninstalled."""
    try:
        return version("noisewise")
    except PackageNotFoundError:
        return "unknown"
