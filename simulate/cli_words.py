"""From the words of a command line to a command that can be run."""

from __future__ import annotations

import contextlib
import inspect
import io
from importlib import import_module
from typing import Annotated, Any, Protocol

import tyro

from simulate.commands.failures import UsageError
from simulate.version import software_version
from theory.errors import one_of, shown

# Where each command is, by its word. Only the one that is asked for is imported.
COMMANDS = {
    "risk": "RiskCommand",
    "mc": "MonteCarloCommand",
    "check": "CheckCommand",
    "phase": "PhaseCommand",
    "sweep": "SweepCommand",
    "optimum": "OptimumCommand",
    "law": "LawCommand",
    "train": "TrainCommand",
    "fit": "FitCommand",
    "theorems": "TheoremsCommand",
    "explore": "ExploreCommand",
    "figures": "FiguresCommand",
    "regimes": "RegimesCommand",
}
DESCRIPTION = (
    "A classifier is trained on inputs with noise alpha and then smoothed with noise beta: for which distributions, "
    "and by how much, did the training noise help or hurt?"
)
REPEATABLE = ("--set", "--axis", "--sel")
# How the parser lays out its complaints: a frame, names of options indented, and what they mean indented further.
FRAME = "╭╮╰╯│─"
NAME_INDENT, HELP_INDENT = 5, 9


class Command(Protocol):
    """Words that have been understood."""

    def run(self) -> None:
        """Do what they ask for."""


def parse(words: list[str]) -> Command:
    """The command that the words ask for, help where there are none.

    Raises:
        UsageError: they make no sense; one line.
        SystemExit: they asked for help or for the version, which was printed.
    """
    if words == ["--version"]:
        print(f"noisewise {software_version()}")
        raise SystemExit(0)
    words = words or ["--help"]
    if not words[0].startswith("-") and words[0] not in COMMANDS:
        raise UsageError(f"no command called {shown(words[0])}, expected {one_of(COMMANDS, words[0])}")
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    for option in options:
        if options.count(option) > 1 and option not in REPEATABLE:
            raise UsageError(f"{option} is given twice; give all its values after one {option}")
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            command: Command = _parsed(words)
    except SystemExit as stop:
        if stop.code in (0, None):
            raise
        raise UsageError(_condensed(complaint.getvalue(), words)) from None
    return command


def _parsed(words: list[str]) -> Any:
    """What the parser makes of the words."""
    if words[0] in COMMANDS:
        return tyro.cli(_class(words[0]), prog=f"noisewise {words[0]}", args=words[1:])
    return tyro.cli(_union(), prog="noisewise", description=DESCRIPTION, args=words)


def _class(name: str) -> Any:
    return getattr(import_module(f"simulate.commands.{name}"), COMMANDS[name])


def _union() -> Any:
    """All commands under their names, each described by the first paragraph about it."""
    kinds: list[Any] = []
    for name in COMMANDS:
        kind = _class(name)
        said = (inspect.getdoc(kind) or "").partition("\n\n")[0]
        kinds.append(Annotated[kind, tyro.conf.subcommand(name, description=said)])
    union = kinds[0]
    for kind in kinds[1:]:
        union = union | kind
    return union


def _condensed(box: str, words: list[str]) -> str:
    """The parser's boxed message as one sentence, and where to read on."""
    reason = ""
    head = 1 if box.startswith(FRAME[0]) else 2  # where the encoding has no frames, a rule lies below the title
    for line in box.splitlines()[head:]:
        text = line[1:].rstrip(FRAME)
        if not text.strip(f"{FRAME}- "):  # a rule: help follows
            break
        indent = len(text) - len(text.lstrip())
        if indent < HELP_INDENT:
            comma = indent >= NAME_INDENT and reason and not reason.endswith(":")
            reason += f"{',' if comma else ''} {text.strip()}"
    command = next((word for word in words if word in COMMANDS), "")
    return f"{reason.strip()} (see `{' '.join(filter(None, ('noisewise', command, '--help')))}`)"
