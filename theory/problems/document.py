"""The tables of a problem file as nested dicts and lists: from a description and back.

Here lives the vocabulary of the file: its keys, the names of laws and sets. Text and files are in problem_file.py,
the checks of values in problem.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from typing import Any

from theory.errors import ProblemError, one_of, shown
from theory.problems import problem as description
from theory.problems import validation as check
from theory.problems.low_rank import LowRank
from theory.problems.problem import DomainProblem, MixtureProblem, Problem

Table = dict[str, Any]

LAWS: dict[str, type] = {
    "gaussian": description.Gaussian,
    "laplace": description.Laplace,
    "uniform": description.Uniform,
    "ball": description.Ball,
    "point": description.Point,
}
SETS: dict[str, type] = {"ball": description.Ball, "box": description.Box}
SHARED = ("name", "dim", "training", "smoothing")
MIXTURE = ("prior", "class0", "class1")
DOMAIN = ("domain", "inside")


def to_document(problem: Problem) -> Table:
    """The problem as the tables of its file; nothing is left to a default."""
    document: Table = {} if problem.name is None else {"name": problem.name}
    if isinstance(problem, MixtureProblem):
        document |= {"prior": problem.prior, "dim": problem.dim}
        for key, parts in (("class0", problem.class0), ("class1", problem.class1)):
            document[key] = [_tagged("law", LAWS, part.law, weight=part.weight) for part in parts]
    else:
        document["dim"] = problem.dim
        if not problem.infinite:
            document["domain"] = {"low": _listed(problem.low), "high": _listed(problem.high)}
        document["inside"] = [_tagged("set", SETS, region) for region in problem.inside]
    for key in ("training", "smoothing"):
        document[key] = {name: item for name, item in vars(getattr(problem, key)).items() if item is not None}
    return document


def _tagged(tag: str, kinds: dict[str, type], value: object, **extra: float) -> Table:
    word = next(word for word, kind in kinds.items() if type(value) is kind)
    numbers = {key: _listed(item) for key, item in vars(value).items() if item is not None}
    return {tag: word, **extra, **numbers}


def _listed(value: Any) -> Any:
    if isinstance(value, LowRank):
        return {"diagonal": _listed(value.diagonal), "factor": _listed(value.factor)}
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def from_document(document: Table) -> Problem:
    """The problem that the tables of a file describe. Raises `ProblemError`, without a source."""
    further = next((key for key in document if re.fullmatch(r"class_?\d+", key) and key not in MIXTURE), None)
    if further is not None:
        raise ProblemError(further, "a further class", "two classes only, class0 and class1")
    labelled = any(key in document for key in DOMAIN)
    clash = next((key for key in ("class0", "class1", "prior") if key in document), None)
    if labelled and clash == "prior":
        raise ProblemError("prior", shown(document["prior"]), "no prior: the domain gives it")
    if labelled and clash:
        raise ProblemError(clash, "both classes and a domain", "either class0 and class1, or domain and inside")
    if not labelled and not clash:
        _known(document, (*SHARED, *MIXTURE, *DOMAIN))
        raise ProblemError("", "neither classes nor a domain", "class0 and class1, or inside")
    _known(document, (*SHARED, *(DOMAIN if labelled else MIXTURE)))
    values: Table = {key: document[key] for key in ("name", "prior") if key in document}
    if "dim" in document:
        values["dim"] = check.whole(document["dim"], "dim")
    for key, kind in (("training", description.Training), ("smoothing", description.Smoothing)):
        if key in document:
            values[key] = _build(kind, document[key], key)
    return _domain_problem(document, values) if labelled else _mixture_problem(document, values)


def _mixture_problem(document: Table, values: Table) -> MixtureProblem:
    _present(document, MIXTURE)
    for key in ("class0", "class1"):
        values[key] = tuple(_component(table, path) for table, path in _tables(document, key))
    return MixtureProblem(**values)


def _component(table: Any, path: str) -> description.Component:
    law, rest = _kind(table, "law", LAWS, path, ("weight",))
    weight = {"weight": check.positive(rest.pop("weight"), f"{path}.weight")} if "weight" in rest else {}
    return description.Component(_build(law, rest, path), **weight)


def _domain_problem(document: Table, values: Table) -> DomainProblem:
    _present(document, ("inside",))
    bounds = document.get("domain", {})
    if "domain" in document:
        _build(description.Box, bounds, "domain")
    values["inside"] = tuple(
        _build(*_kind(table, "set", SETS, path), path) for table, path in _tables(document, "inside")
    )
    try:
        return DomainProblem(**values, **bounds)
    except ProblemError as error:
        raise error.within("domain") if error.key in ("low", "high") else error from None


def _tables(document: Table, key: str) -> list[tuple[Any, str]]:
    tables = document[key]
    if not isinstance(tables, list) or not tables:
        raise ProblemError(key, shown(tables), f"at least one [[{key}]] table")
    return [(table, f"{key}[{i}]") for i, table in enumerate(tables)]


def _kind(table: Any, tag: str, kinds: dict[str, type], path: str, extra: tuple[str, ...] = ()) -> tuple[type, Table]:
    """The class that a table's tag names, and the rest of the table, whose keys are known to that class."""
    _is_table(table, path)
    _present(table, (tag,), f"{path}.")
    kind = kinds[check.choice(table[tag], f"{path}.{tag}", kinds)]
    _known(table, (tag, *extra, *(part.name for part in fields(kind))), f"{path}.")
    return kind, {key: value for key, value in table.items() if key != tag}


def _build(kind: Any, table: Any, path: str) -> Any:
    """An instance of a description's class from the table at `path`."""
    _is_table(table, path)
    parts = fields(kind)
    _known(table, (part.name for part in parts), f"{path}.")
    _present(table, (part.name for part in parts if _required(part)), f"{path}.")
    try:
        return kind(**table)
    except ProblemError as error:
        raise error.within(path) from None


def _required(part: Field[Any]) -> bool:
    return part.default is MISSING and part.default_factory is MISSING


def _is_table(table: Any, path: str) -> None:
    if not isinstance(table, dict):
        raise ProblemError(path, shown(table), "a table")


def _known(table: Table, keys: Iterable[str], path: str = "") -> None:
    known = tuple(keys)
    for key in table:
        if key not in known:
            raise ProblemError(f"{path}{key}", "an unknown key", one_of(known, key))


def _present(table: Table, keys: Iterable[str], path: str = "") -> None:
    for key in keys:
        if key not in table:
            raise ProblemError(f"{path}{key}", "nothing", "a value: the key is required")
