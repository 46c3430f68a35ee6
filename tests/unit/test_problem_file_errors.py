"""Bad problem files: each is refused in one line naming the file, the key, what was found and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from theory.errors import ProblemError
from theory.problems.problem_file import load_problem

CLASSES = """
prior = 0.5
[[class0]]
law = "point"
mean = 0
[[class1]]
law = "gaussian"
mean = 0
scale = 1
"""
INSIDE = '[[inside]]\nset = "ball"\ncenter = 0\nradius = 1\n'

BAD_FILES = [
    ("", "found neither classes nor a domain, expected class0 and class1, or inside"),
    ("pior = 0.5", "pior: found an unknown key, expected one of name, dim, training, smoothing, prior, class0, class1"),
    ("prior = ", "found invalid TOML (Invalid value (at end of document)), expected a problem file"),
    ("prior = 1\nprior = 2", "found invalid TOML (Cannot overwrite a value"),
    ("a = " + "[" * 5000, "found values nested too deeply, expected a problem file"),
    ("dim = 1" + "0" * 5000, "found invalid TOML"),
    ("prior = 0.5", "class0: found nothing, expected a value: the key is required"),
    (CLASSES.replace("prior = 0.5", ""), "prior: found nothing, expected a value"),
    (CLASSES.replace("0.5", "1.5"), "prior: found 1.5, expected a number strictly between 0 and 1"),
    (CLASSES.replace("0.5", "true"), "prior: found True, expected a number"),
    (CLASSES.replace("0.5", "'half'"), "prior: found 'half', expected a number"),
    (CLASSES.replace("0.5", "nan"), "prior: found nan, expected a finite number"),
    (CLASSES.replace("0.5", "2026-11-22"), "prior: found datetime.date(2026, 11, 22), expected a number"),
    ("dim = 0\n" + CLASSES, "dim: found 0, expected a whole number of at least 1"),
    ("dim = 0x" + "f" * 5000 + CLASSES, "dim: found a huge int, expected a whole number of at most"),
    ("name = 3\n" + CLASSES, "name: found 3, expected a string"),
    (
        CLASSES.replace("scale", "scal"),
        "class1[0].scal: found an unknown key, expected one of law, weight, mean, scale",
    ),
    (CLASSES.replace("scale", "scal"), "(did you mean scale?)"),
    (CLASSES.replace("scale = 1", ""), "class1[0].scale: found neither scale nor cov, expected exactly one of"),
    (CLASSES + "cov = [[1]]", "class1[0].scale: found both scale and cov, expected exactly one of scale and cov"),
    (CLASSES.replace("scale = 1", "scale = -1"), "class1[0].scale: found -1.0, expected a positive number"),
    (CLASSES.replace("scale = 1", "scale = [1, 0]"), "class1[0].scale[1]: found 0.0, expected a positive number"),
    (CLASSES.replace("scale = 1", "cov = [[1, 2], [2, 1]]"), "class1[0].cov: found [[1.0, 2.0], [2.0, 1.0]], expected"),
    (
        "dim = 2" + CLASSES.replace("scale = 1", "scale = [1, 1, 1]"),
        "class1[0].scale: found 3 axes, expected 2 as fixed",
    ),
    (CLASSES + "weight = 0", "class1[0].weight: found 0.0, expected a positive number"),
    (CLASSES.replace('"point"', '"pint"'), "class0[0].law: found 'pint', expected one of gaussian, laplace, uniform"),
    (CLASSES.replace('law = "point"', ""), "class0[0].law: found nothing, expected a value: the key is required"),
    (CLASSES.replace("mean = 0\n[[", "[["), "class0[0].mean: found nothing, expected a value: the key is required"),
    ("prior = 0.5\nclass0 = []\nclass1 = []", "class0: found [], expected at least one [[class0]] table"),
    ("prior = 0.5\nclass0 = 1\nclass1 = []", "class0: found 1, expected at least one [[class0]] table"),
    ("prior = 0.5\nclass0 = [1]\nclass1 = []", "class0[0]: found 1, expected a table"),
    (CLASSES + "[training]\nnois = 'laplace'", "training.nois: found an unknown key, expected one of rule, noise"),
    (CLASSES + "[smoothing]\nnoise = 'laplac'", "smoothing.noise: found 'laplac', expected one of gaussian, laplace"),
    ("training = 'posterior'" + CLASSES, "training: found 'posterior', expected a table"),
    (CLASSES + INSIDE, "class0: found both classes and a domain, expected either class0 and class1, or domain"),
    ("prior = 0.5\n" + INSIDE, "prior: found 0.5, expected no prior: the domain gives it"),
    ("[domain]\nlow = 0\nhigh = 1", "inside: found nothing, expected a value: the key is required"),
    ("[domain]\nlow = 0\n" + INSIDE, "domain.high: found nothing, expected a value: the key is required"),
    ("[domain]\nlow = 0\nhigh = 0\n" + INSIDE, "domain.high: found 0.0, expected more than the low of 0.0"),
    ("[domain]\nlow = 0\nhigh = 'x'\n" + INSIDE, "domain.high: found 'x', expected a number"),
    ("[domain]\nlow = 0\nhight = 1\n" + INSIDE, "domain.hight: found an unknown key, expected one of low, high"),
    ("dim = 3\n[domain]\nlow = [0, 0]\nhigh = 1\n" + INSIDE, "domain.low: found 2 axes, expected 3 as fixed by dim"),
    ("domain = 3\n" + INSIDE, "domain: found 3, expected a table"),
    ("[domain]\nlow = 1\nhigh = 2\n" + INSIDE, "inside[0]: found Ball(center=0.0, radius=1.0), expected a set that"),
    (INSIDE.replace("radius = 1", "radius = 0"), "inside[0].radius: found 0.0, expected a positive number"),
    (INSIDE.replace("ball", "disc"), "inside[0].set: found 'disc', expected one of ball, box"),
    (INSIDE.replace("radius", "raduis"), "inside[0].raduis: found an unknown key, expected one of set, center, radius"),
    (INSIDE + "weight = 1", "inside[0].weight: found an unknown key, expected one of set, center, radius"),
]


@pytest.mark.parametrize(("text", "message"), BAD_FILES)
def test_bad_files_are_refused_with_key_found_and_expected(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(ProblemError) as caught:
        load_problem(path)
    shown = str(caught.value)
    assert shown.isprintable()
    assert shown.startswith(f"{path}: ")
    assert message in shown


def test_unreadable_files_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    cases = {
        "none.toml": "found an unreadable file (No such file or directory), expected a problem file",
        "": "found an unreadable file (Is a directory), expected a problem file",
        "nul\0.toml": "found an unreadable file (embedded null byte), expected a problem file",
        "latin.toml": (
            "found a byte that is not UTF-8 at offset 8, expected a problem file: TOML text that describes laws, "
            "[[class0]] and [[class1]], or sets, [[inside]]"
        ),
    }
    for name, message in cases.items():
        with pytest.raises(ProblemError) as caught:
            load_problem(tmp_path / name)
        assert str(caught.value).endswith(f": {message}")
        assert str(caught.value).isprintable()
