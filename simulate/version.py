"""The version of the installed software, which every dataset carries."""

from __future__ import annotations


def software_version() -> str:
    """That of the distribution's metadata, or "unknown" where it runs uninstalled."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and seldom asked for

    try:
        return version("noisewise")
    except PackageNotFoundError:
        return "unknown"
