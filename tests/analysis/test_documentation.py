"""The examples of the guide and of the docstrings do what they say."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import analysis

ROOT = Path(__file__).resolve().parents[2]
MODULES = [module.name for module in pkgutil.walk_packages(analysis.__path__, "analysis.")]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0


def test_the_examples_of_the_guide_are_true() -> None:
    found = doctest.testfile(str(ROOT / "docs" / "statistics.md"), module_relative=False)

    assert found.attempted > 10
    assert found.failed == 0


def test_every_public_name_is_exported_and_unknown_ones_are_not() -> None:
    for name in analysis.__all__:
        assert getattr(analysis, name).__module__.startswith("analysis.")
    with pytest.raises(AttributeError, match="no attribute 'anova'"):
        _ = analysis.anova


def test_every_file_that_the_guide_names_exists() -> None:
    text = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")

    named = {word.strip("`") for word in text.replace(",", " ").split() if word.strip("`|").endswith(".py")}
    assert named
    for name in named:
        assert list((ROOT / "tests").rglob(Path(name).name)), name
