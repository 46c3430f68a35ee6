"""Questions beyond what can be answered: one line that says what was found and expected, at once."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from theory.problems.limits import MOST_ON_LINE, MOST_PARTS

Run = Callable[..., "subprocess.CompletedProcess[str]"]

LAW = '[[class{}]]\nlaw = "gaussian"\nmean = {}\nscale = 0.3\n'
NOISES = ("--alpha", "0.1", "--beta", "0.2")
HUGE = {
    ("optimum", "bumps", "--beta", "1e300"): "beta: found 1e+300, expected at most ",
    ("optimum", "bumps", "--beta", "1", "--eps", "1e200"): "eps: found 1e+200, expected at most ",
    ("risk", "bumps", "--alpha", "1e150", "--beta", "1"): "alpha: found 1e+150, expected at most ",
    ("mc", "bumps", "--alpha", "0", "--beta", "1e150"): "beta: found 1e+150, expected at most ",
    (
        "risk",
        "bumps",
        *NOISES,
        "--votes",
        "1000000000000000000",
    ): "votes: found 1000000000000000000, expected at most",
    ("risk", "bumps", *NOISES, "--set", f"class0.0={{{'a.' * 20_000}a = 1}}"): "found a key of 20001 parts, expected",
    ("risk", "deep.toml", *NOISES): f"found a key of 50000 parts, expected at most {MOST_PARTS}",
    ("risk", "table.toml", *NOISES): f"found a key of 50000 parts, expected at most {MOST_PARTS}",
    ("risk", "quoted.toml", *NOISES): f"found a key of 50000 parts, expected at most {MOST_PARTS}",
    ("risk", "wide.toml", *NOISES): "a: found an unknown key",
}


@pytest.mark.parametrize(("words", "expected"), HUGE.items(), ids=[" ".join(words)[:60] for words in HUGE])
def test_what_is_too_large_is_refused(words: tuple[str, ...], expected: str, call: Run, tmp_path: Path) -> None:
    deep = ".".join(["a"] * 50_000)
    texts = {
        "deep": f"{deep} = 1",
        "table": f"[{deep}]",
        "quoted": f"{deep.replace('a', chr(34) + 'a.b' + chr(34))} = 1",
    }
    texts["wide"] = "".join(f"a.k{i} = 1\n" for i in range(50_000))
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text)
    result = call(*words)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert expected in result.stderr


def test_more_components_than_the_line_answers_for(call: Run, tmp_path: Path) -> None:
    laws = "".join(LAW.format(i % 2, i / 100) for i in range(10_000))
    (tmp_path / "many.toml").write_text(f"prior = 0.5\n{laws}")
    result = call("risk", "many.toml", *NOISES)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (3, "", 1)
    assert f"found 10000 components or intervals along a line, expected at most {MOST_ON_LINE}" in result.stderr
    assert "noisewise mc many.toml" in result.stderr


def test_dots_that_join_no_keys_are_no_depth(call: Run, tmp_path: Path) -> None:
    dots = "a." * 200 + "a"
    strings = f'# {dots}\nname = "{dots} \\" {dots}"\ntraining.noise = """gaussian"""\nprior = 0.5\n'
    (tmp_path / "dots.toml").write_text(strings + LAW.format(0, 0) + LAW.format(1, "'''1'''".strip("'")))
    assert call("risk", "dots.toml", *NOISES).returncode == 0
