"""Estimates as HTML: every value to the digits that its error allows."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.display.card import CELL, MOST_ROWS, Card, clean
from theory.display.digits import largest, number, with_error
from theory.estimate import Estimate

# Columns of a matrix of values that is shown as one.
MOST_COLUMNS = 8


def estimate_html(estimate: Estimate) -> str:
    """A number with its error; small arrays as tables; of large ones shape, range and largest error."""
    value = np.asarray(estimate.value, float)
    error = np.asarray(estimate.error, float)
    error = np.broadcast_to(error, value.shape) if error.ndim == 0 else error
    if error.shape != value.shape:
        error = np.full(value.shape, np.nan)
    if value.ndim == 0:
        return f'<div class="noisewise">{_pair(float(value), float(error))} ({clean(_said(estimate))})</div>'
    title = f"{' x '.join(map(str, value.shape))} values ({_said(estimate)})"
    if value.ndim == 2 and value.shape[0] <= MOST_ROWS and value.shape[1] <= MOST_COLUMNS and value.size:
        return f'<div class="noisewise"><div>{clean(title)}</div>{_grid(value, error)}</div>'
    if value.ndim == 1 and 0 < value.size <= MOST_ROWS:
        rows = [(str(k), *with_error(float(v), float(e))) for k, (v, e) in enumerate(zip(value, error, strict=True))]
        return Card(title, (), ("", "value", "\u00b1"), rows, len(rows)).html()
    return Card(title, _summary(value, error)).html()


def _said(estimate: Estimate) -> str:
    """The route, and what is to be remarked on the error."""
    return ", ".join([estimate.route, *estimate.remarks()])


def _pair(value: float, error: float) -> str:
    shown, doubt = with_error(value, error)
    return f"<strong>{clean(shown)}</strong>" + (f" \u00b1 {clean(doubt)}" if doubt else "")


def _grid(value: Array, error: Array) -> str:
    rows = []
    for values, errors in zip(value, error, strict=True):
        pairs = zip(values, errors, strict=True)
        rows.append("".join(f'<td style="{CELL}">{_pair(float(v), float(e))}</td>' for v, e in pairs))
    return f"<table><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"


def _summary(value: Array, error: Array) -> list[tuple[str, str]]:
    known = value[~np.isnan(value)]
    facts = [("not defined", str(value.size - known.size))] if known.size < value.size else []
    if known.size:
        facts = [("least", number(float(known.min()))), ("largest", number(float(known.max()))), *facts]
    doubt = largest(error)
    return [*facts, ("largest error", doubt)] if doubt else facts
