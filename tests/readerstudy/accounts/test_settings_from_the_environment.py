"""What differs between machines comes from the environment; a word that is not understood is refused, never guessed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from readerstudy import environment

UNDERSTOOD = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@pytest.mark.parametrize(("word", "meaning"), UNDERSTOOD.items())
def test_a_boolean_is_understood_in_any_case_and_with_blanks_around_it(
    monkeypatch: pytest.MonkeyPatch, word: str, meaning: bool
) -> None:
    for written in (word, word.upper(), f"  {word.title()} "):
        monkeypatch.setenv("SWITCH", written)
        assert environment.boolean("SWITCH", default=not meaning) is meaning


@pytest.mark.parametrize("default", [True, False])
def test_a_boolean_that_is_unset_or_blank_has_its_default(monkeypatch: pytest.MonkeyPatch, default: bool) -> None:
    monkeypatch.delenv("SWITCH", raising=False)
    assert environment.boolean("SWITCH", default=default) is default
    monkeypatch.setenv("SWITCH", " ")
    assert environment.boolean("SWITCH", default=default) is default


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1))
def test_any_other_word_for_a_boolean_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    if word.strip().lower() in UNDERSTOOD or not word.strip():
        return
    monkeypatch.setenv("SWITCH", word)
    with pytest.raises(ImproperlyConfigured, match=r"SWITCH=.* is not understood: use 1/0, true/false or yes/no"):
        environment.boolean("SWITCH", default=False)


def test_a_list_of_words_loses_blanks_and_empty_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTS", " a.example ,, b.example,")
    assert environment.words("HOSTS") == ["a.example", "b.example"]


@pytest.mark.parametrize("word", ["", "  ", "25", " 465 "])
def test_a_number_is_read_and_has_a_default(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("PORT", word)
    assert environment.whole_number("PORT", 587) == int(word.strip() or 587)


@pytest.mark.parametrize("word", ["0", "-1", "2.5", "many", "٣", "1e3"])
def test_what_is_no_number_above_zero_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("PORT", word)
    with pytest.raises(ImproperlyConfigured, match=r"PORT=.* is not understood: use a whole number above 0"):
        environment.whole_number("PORT", 587)


def test_a_secret_key_of_the_environment_is_taken_and_none_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_KEY", "from outside")
    assert environment.secret_key(tmp_path) == "from outside"
    assert list(tmp_path.iterdir()) == []


def test_a_secret_key_is_drawn_once_and_for_its_owner_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    mine, other = tmp_path / "mine", tmp_path / "other"
    for folder in (mine, other):
        folder.mkdir()
    key = environment.secret_key(mine)
    assert len(key) >= 50
    assert environment.secret_key(mine) == key
    assert environment.secret_key(other) != key
    (file,) = mine.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_secret_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with ThreadPoolExecutor(8) as pool:
        for attempt in range(20):
            folder = tmp_path / str(attempt)
            folder.mkdir()
            keys = set(pool.map(environment.secret_key, [folder] * 8))
            assert len(keys) == 1
            assert keys != {""}


ENGINE = "s.DATABASES['default']['ENGINE']"


def start(say: str = ENGINE, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start the application's settings in a process of their own, and let it say something of them."""
    command = [sys.executable, "-c", f"import readerstudy.settings as s; print({say})"]
    kept = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        command, env=kept | variables, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("url", ["mysql://root@localhost/readerstudy", "nosuch://localhost/readerstudy", "rubbish"])
def test_any_database_but_those_that_the_tests_run_on_is_refused(tmp_path: Path, url: str) -> None:
    run = start(DATA_DIR=str(tmp_path), DATABASE_URL=url)
    assert run.returncode == 1
    assert "DATABASE_URL must begin with sqlite:/// or postgres://" in run.stderr


def test_without_any_setting_the_database_is_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    run = start(DATA_DIR=str(tmp_path))
    assert run.stdout.strip() == "django.db.backends.sqlite3"


def test_a_misspelt_switch_stops_the_start_instead_of_meaning_no(tmp_path: Path) -> None:
    run = start(DATA_DIR=str(tmp_path), HTTPS="ture")
    assert run.returncode == 1
    assert "HTTPS='ture' is not understood" in run.stderr


MAIL = "s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_PORT, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL"


def test_without_a_mail_server_mails_are_written_into_the_data_folder(tmp_path: Path) -> None:
    run = start(f"{MAIL}, s.EMAIL_FILE_PATH", DATA_DIR=str(tmp_path))
    assert "filebased" in run.stdout
    assert str(tmp_path / "mail") in run.stdout


@pytest.mark.parametrize(
    ("security", "told"),
    [("starttls", "smtp 587 True False"), ("tls", "smtp 465 False True"), ("none", "smtp 25 False False")],
)
def test_a_mail_server_is_spoken_to_as_the_settings_say(tmp_path: Path, security: str, told: str) -> None:
    run = start(MAIL, DATA_DIR=str(tmp_path), EMAIL_HOST="mail.example.org", EMAIL_SECURITY=security)
    assert run.stdout.strip() == told


def test_a_port_of_ones_own_and_a_security_that_is_not_known(tmp_path: Path) -> None:
    run = start("s.EMAIL_PORT", DATA_DIR=str(tmp_path), EMAIL_HOST="mail", EMAIL_PORT="2525")
    assert run.stdout.strip() == "2525"
    assert "EMAIL_SECURITY='SSL3' is not understood" in start(DATA_DIR=str(tmp_path), EMAIL_SECURITY="ssl3").stderr
