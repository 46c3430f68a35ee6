"""Problem files: the frozen description as TOML text and back, and changes to single keys of it.

What a valid description is, is decided in problem.py, and the tables it is spelled in by document.py; here live the
text, the file and the command line's settings. Every function that reads raises `ProblemError`, one line naming the
file, the key, what was found and what was expected.
"""

from __future__ import annotations

import copy
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from theory.atomic import atomic_write
from theory.errors import ProblemError, one_of, shown
from theory.problems import validation as check
from theory.problems.document import from_document, to_document
from theory.problems.limits import MOST_PARTS
from theory.problems.problem import Problem, described

# In TOML: comments and strings, whose dots mean nothing; and words joined by dots, which are keys or numbers.
TEXT = re.compile(r'''#[^\n]*|"""[\s\S]*?"""|\'{3}[\s\S]*?\'{3}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'''')
KEY = re.compile(r"[\w'-]+(?:[ \t]*\.[ \t]*[\w'-]+)+")
PROBLEM_FILE = "a problem file: TOML text that describes laws, [[class0]] and [[class1]], or sets, [[inside]]"


def load_problem(path: str | os.PathLike[str]) -> Problem:
    """Read a problem file.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> from theory import regimes
        >>> with TemporaryDirectory() as folder:
        ...     save_problem(regimes.bumps(), f"{folder}/mine.toml")
        ...     load_problem(f"{folder}/mine.toml") == regimes.bumps()
        True
    """
    check.instance(path, "path", str | os.PathLike)
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError("", f"a byte that is not UTF-8 at offset {error.start}", PROBLEM_FILE, str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ProblemError("", f"an unreadable file ({reason})", "a problem file", str(path)) from None
    return loads_problem(text, str(path))


def loads_problem(text: str, source: str = "<text>") -> Problem:
    """Read a problem from TOML text; `source` is what errors call it.

    Examples:
        >>> problem = loads_problem('''
        ... prior = 0.3
        ... [[class0]]
        ... law = "gaussian"
        ... mean = [0.0, 0.0]
        ... scale = 1.0
        ... [[class1]]
        ... law = "uniform"
        ... low = 1.0
        ... high = 2.0
        ... ''')
        >>> problem.dim, problem.class1[0].law
        (2, Uniform(low=1.0, high=2.0))
        >>> loads_problem("prior = 0.3")
        Traceback (most recent call last):
        ...
        theory.errors.ProblemError: <text>: class0: found nothing, expected a value: the key is required
    """
    check.instance(text, "text", str)
    try:
        document = _tables(text)
    except RecursionError:
        raise ProblemError("", "values nested too deeply", "a problem file", source) from None
    except ProblemError as error:
        raise error.located(source) from None
    except ValueError as error:
        raise ProblemError("", f"invalid TOML ({error})", PROBLEM_FILE, source) from None
    try:
        return from_document(document)
    except ProblemError as error:
        raise error.located(source) from None


def _tables(text: str) -> dict[str, Any]:
    """What TOML text says. Raises `ValueError`, of which `ProblemError` is one, and `RecursionError`."""
    for key in KEY.findall(TEXT.sub("''", text)):
        if (parts := key.count(".") + 1) > MOST_PARTS:
            raise ProblemError("", f"a key of {parts} parts", f"at most {MOST_PARTS}")
    return tomllib.loads(text)


def dumps_problem(problem: Problem) -> str:
    """The text of a problem file, which `loads_problem` reads back as an equal problem."""
    document = to_document(described(problem))
    top = {key: value for key, value in document.items() if not isinstance(value, dict | list)}
    parts = [tomli_w.dumps(top)]
    for key, value in document.items():
        if isinstance(value, dict):
            parts.append(f"[{key}]\n{tomli_w.dumps(value)}")
        elif isinstance(value, list):
            parts.extend(f"[[{key}]]\n{_flat(table)}" for table in value)
    return "\n".join(parts)


def _flat(table: dict[str, Any]) -> str:
    """The lines of a table; those of a table inside it as dotted keys."""
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    inner = [(key, value) for key, value in table.items() if isinstance(value, dict)]
    dotted = (f"{key}.{tomli_w.dumps({name: item})}" for key, part in inner for name, item in part.items())
    return "".join([tomli_w.dumps(plain), *dotted])


def save_problem(problem: Problem, path: str | os.PathLike[str]) -> None:
    """Write a problem file, atomically. Raises `OSError` where the place cannot be written."""
    with atomic_write(path) as temporary:
        temporary.write_text(dumps_problem(problem), encoding="utf-8", newline="\n")


def parse_setting(text: str) -> tuple[str, Any]:
    """The key and value of a command line's `KEY=VALUE`. VALUE is TOML; a bare word is a string."""
    key, equals, value = check.instance(text, "setting", str).partition("=")
    key, value = key.strip(), value.strip()
    if not (equals and key and value):
        raise ProblemError("", shown(text), "KEY=VALUE")
    try:
        parsed = _tables(f"value = {value}")
    except ProblemError as error:
        raise error.within(shown(key)) from None
    except (ValueError, RecursionError):
        parsed = {}
    if parsed.keys() == {"value"}:
        return key, parsed["value"]
    try:
        return key, float(value)  # spellings that TOML refuses: .5 and 2.
    except ValueError:
        return key, value


def with_overrides(problem: Problem, overrides: Mapping[str, Any]) -> Problem:
    """The problem with some keys of its file set to other values.

    Keys are dotted paths, list positions included: `prior`, `training.noise`, `class0.0.scale` or `class0[0].scale`.
    Setting one of a Gaussian's `scale` and `cov` takes the place of the other.

    Examples:
        >>> from theory import regimes
        >>> wider = with_overrides(regimes.bumps(), {"class0.0.scale": 3.0, "smoothing.noise": "laplace"})
        >>> wider.class0[0].law.scale, wider.smoothing.noise
        (3.0, 'laplace')
    """
    document = to_document(described(problem))
    check.instance(overrides, "overrides", Mapping)
    settings = {key.replace("[", ".").replace("]", ""): (key, copy.deepcopy(value)) for key, value in overrides.items()}
    for path, (key, value) in settings.items():
        *parents, leaf = path.split(".")
        holder = _descend(document, parents, key)
        if isinstance(holder, list):
            holder[_position(holder, leaf, key)] = value
            continue
        other = {"scale": "cov", "cov": "scale"}.get(leaf, "")
        if ".".join([*parents, other]) not in settings:
            holder.pop(other, None)
        holder[leaf] = value
    return from_document(document)


def _descend(document: dict[str, Any], parents: list[str], key: str) -> Any:
    here: Any = document
    for part in parents:
        if isinstance(here, list):
            here = here[_position(here, part, key)]
        elif part in here:
            here = here[part]
        else:
            raise ProblemError(key, shown(part), one_of(here, part))
        if not isinstance(here, dict | list):
            raise ProblemError(key, f"a single value at {part}", "a table or list")
    return here


def _position(items: list[Any], part: str, key: str) -> int:
    if not (part.isascii() and part.isdigit() and len(part) < 10 and int(part) < len(items)):
        raise ProblemError(key, shown(part), f"a position from 0 to {len(items) - 1}")
    return int(part)
