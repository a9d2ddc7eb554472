"""The rooms keep to their walls."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("readerstudy", "analysis", "fixtures")
DRAWERS = {"utils", "util", "common", "core", "helpers", "misc", "signals"}


def modules(*packages: str) -> list[Path]:
    """Give every module of our own, migrations apart."""
    found = [path for package in packages or PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold() -> None:
    linted = lint_imports(ROOT)
    assert linted.returncode == 0, linted.stdout
    assert "0 broken" in linted.stdout


@pytest.mark.parametrize("secret", ["readerstudy.truth.models", "readerstudy.detectors.models"])
@pytest.mark.parametrize("room", ["reading", "studies", "cohorts"])
def test_a_room_that_talks_to_readers_cannot_name_a_secret_without_being_caught(
    tmp_path: Path, room: str, secret: str
) -> None:
    """The contract must be able to fail: with one import planted, it does."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "readerstudy" / room / "planted.py").write_text(f"import {secret}\n")
    linted = lint_imports(tmp_path)
    assert linted.returncode == 1
    assert "What talks to a reader cannot name the truth or a detector BROKEN" in linted.stdout


def test_nothing_is_a_drawer_for_everything() -> None:
    assert [named(path) for path in modules() if DRAWERS & {path.stem, *path.relative_to(ROOT).parts}] == []


def _overridden_saves(tree: ast.Module) -> Iterator[str]:
    for one in ast.walk(tree):
        if isinstance(one, ast.ClassDef) and any("Model" in ast.unparse(base) for base in one.bases):
            yield from (part.name for part in one.body if isinstance(part, ast.FunctionDef))


def test_no_model_overrides_how_it_is_saved_or_deleted() -> None:
    acts = {"save", "delete", "save_base", "asave", "adelete"}
    assert [named(path) for path in modules("readerstudy") if acts & set(_overridden_saves(tree_of(path)))] == []


def test_nothing_happens_by_signal() -> None:
    listening = [
        path
        for path in modules("readerstudy")
        if "django.dispatch" in path.read_text() or ".signals" in path.read_text()
    ]
    assert [named(path) for path in listening] == []


@pytest.mark.parametrize("room", ["reading", "studies", "cohorts"])
def test_no_way_round_the_contract_by_name(room: str) -> None:
    """An app looked up by a string would escape the import contract.

    The process that decodes imports what its caller hands it; it has no settings, so that no model can load there.
    """
    for path in modules(f"readerstudy/{room}"):
        if path.name == "decoder_process.py":
            continue
        text = path.read_text(encoding="utf-8")
        for way in ("get_model(", "import_module(", "__import__(", "import_string(", "ContentType", ".raw(", "cursor("):
            assert way not in text, f"{named(path)} uses {way}"


def test_no_migration_of_a_reading_room_reaches_a_secret_table() -> None:
    for room in ("reading", "studies", "cohorts"):
        for path in (ROOT / "readerstudy" / room / "migrations").glob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert '"truth"' not in text
            assert '"detectors"' not in text
            assert "truth." not in text


def test_no_page_takes_a_study_but_out_of_those_that_one_may_open() -> None:
    """`studies.scope` gives the study of a page; past it a coordinator would see what is another's."""
    pages = [path for path in modules("readerstudy") if path.stem.endswith(("views", "pages", "api"))]
    assert len(pages) > 15
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for way in ("get_object_or_404(Study,", "Study.objects.get", "Study.objects.filter", "Study.objects.all"):
            assert way not in text, f"{named(path)} uses {way}"
