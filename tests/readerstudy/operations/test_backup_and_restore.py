"""The drill: a study in the middle of its reading, backed up, restored elsewhere, and found the same."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.audit.models import Event
from readerstudy.cohorts import frames, masters
from readerstudy.cohorts.models import Image
from readerstudy.operations import rows
from readerstudy.reading.models import Judgement
from tests.readerstudy.makers import a_study, enrol, read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> None:
    """A study that two readers are in the middle of."""
    running = a_study("s", cases=6)
    for number in (1, 2):
        user = create_user(username=f"reader-{number}", password="a word for tests", role=Role.READER)
        read(enrol(running, user, consent=True), at_most=3 * number)
    shutil.copyfile(frames.path_of(Image.objects.first()), frames.folder() / "of-no-row.raw")  # type: ignore[arg-type]
    os.link(frames.path_of(Image.objects.last()), frames.folder() / "the-same.raw")  # type: ignore[arg-type]


@pytest.fixture
def backup(study: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, dict[str, Any]]:
    """A backup of it, and what the command said."""
    file = tmp_path / "backup.zip"
    call_command("backup", str(file), json=True)
    return file, json.loads(capsys.readouterr().out.splitlines()[-1])


def elsewhere(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a management command on another machine: a SQLite database and a folder of its own."""
    own = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "SECRET_KEY")}
    own |= {"DATA_DIR": str(folder), "LOG_LEVEL": "CRITICAL"}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR, env=own, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a machine on which nothing but `migrate` has run."""
    folder = tmp_path_factory.mktemp("fresh")
    assert elsewhere(folder, "migrate", "--verbosity", "0").returncode == 0
    return folder


@pytest.fixture
def machine(fresh: Path, tmp_path: Path) -> Path:
    """A machine to restore on."""
    return Path(shutil.copytree(fresh, tmp_path / "machine"))


def restored(folder: Path, file: Path) -> dict[str, Any]:
    done = elsewhere(folder, "restore", str(file), "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def manifest_of(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as backup:
        found: dict[str, Any] = json.loads(backup.read("manifest.json"))
    return found


def test_what_is_restored_elsewhere_is_the_same_to_the_last_row_and_file(
    backup: tuple[Path, dict[str, Any]], machine: Path, tmp_path: Path
) -> None:
    file, said = backup
    assert said["rows"] > 100
    assert Judgement.objects.count() == 9
    assert restored(machine, file)["head"] == said["head"] == Event.objects.latest("pk").digest

    again = tmp_path / "again.zip"
    assert elsewhere(machine, "backup", str(again)).returncode == 0
    before, after = manifest_of(file), manifest_of(again)
    changed = {name for name in before["tables"] if before["tables"][name] != after["tables"][name]}
    assert changed == {"audit_event"}  # the restoring itself
    assert [entry for entry in after["files"] if entry["path"] != "secret-key"] == before["files"]
    checked = elsewhere(machine, "verify_audit", "--head", said["head"], "--json")
    assert json.loads(checked.stdout) == {
        "events": said["events"] + 1, "head": after["head"], "broken": None, "noted_head_found": True,
    }  # fmt: skip


def test_the_same_file_under_two_names_is_stored_once_and_linked_again(
    backup: tuple[Path, dict[str, Any]], machine: Path
) -> None:
    file, _ = backup
    [link] = [entry for entry in manifest_of(file)["files"] if entry["same_as"]]
    with zipfile.ZipFile(file) as found:
        assert f"files/{link['path']}" not in found.namelist()
    restored(machine, file)
    one, other = (machine / link[name] for name in ("path", "same_as"))
    assert one.samefile(other)


def test_what_is_written_after_a_restore_goes_on_from_there(backup: tuple[Path, dict[str, Any]], machine: Path) -> None:
    restored(machine, backup[0])
    done = elsewhere(machine, "create_coordinator", "somebody-new", "--json")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_a_backup_is_for_its_owner_alone(backup: tuple[Path, dict[str, Any]]) -> None:
    assert stat.S_IMODE(backup[0].stat().st_mode) == 0o600


def test_a_signing_key_that_lies_with_the_data_goes_along(study: None, machine: Path, tmp_path: Path) -> None:
    (Path(settings.DATA_DIR) / "secret-key").write_text("a key of this server")
    file = tmp_path / "with-key.zip"
    call_command("backup", str(file))
    restored(machine, file)
    assert (machine / "secret-key").read_text() == "a key of this server"


def test_readers_go_on_while_a_backup_is_made_and_it_holds_one_moment(study: None) -> None:
    with rows.one_moment():
        before = rows.digest_of(Judgement)
        elsewhere_written = Judgement.objects.count()
        assert rows.digest_of(Judgement) == before
    assert before[0] == elsewhere_written == 9


def test_an_existing_file_is_never_written_over(backup: tuple[Path, dict[str, Any]]) -> None:
    content = backup[0].read_bytes()
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(backup[0]))
    assert backup[0].read_bytes() == content


def test_where_a_backup_cannot_be_written_nothing_is_left(study: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", str(tmp_path / "nowhere" / "b.zip"))
    masters.folder().mkdir(parents=True, exist_ok=True)
    (masters.folder() / "unreadable").symlink_to(masters.folder() / "unreadable")
    call_command("backup", str(tmp_path / "b.zip"))
    assert [path.name for path in tmp_path.glob("*b.zip*")] == ["b.zip"]


def test_a_broken_audit_log_is_not_backed_up_in_silence(study: None, tmp_path: Path) -> None:
    from readerstudy.audit import append_only

    with connection.schema_editor() as editor:
        append_only.remove(editor, "audit_event")
    Event.objects.filter(pk=Event.objects.earliest("pk").pk).update(verb="another.verb")
    with connection.schema_editor() as editor:
        append_only.install(editor, "audit_event")
    with pytest.raises(CommandError, match="audit log is broken"):
        call_command("backup", str(tmp_path / "b.zip"))
    assert not list(tmp_path.glob("*b.zip*"))


def damaged(file: Path, member: str, change: Any) -> Path:
    """The same backup with one member changed, or left out."""
    target = file.with_name("damaged.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(old.read(name)) if name == member else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return target


JUDGEMENTS = "tables/reading_judgement.jsonl"


@pytest.mark.parametrize(
    ("member", "change"),
    [
        (JUDGEMENTS, lambda content: content.replace(b"synthetic", b"authentic", 1)),
        (JUDGEMENTS, lambda content: content.rsplit(b"\n", 2)[0] + b"\n"),
        (JUDGEMENTS, lambda _: None),
        ("manifest.json", lambda _: None),
        ("manifest.json", lambda content: content[:-20]),
    ],
    ids=["one word", "one row", "no table", "no manifest", "half a manifest"],
)
def test_a_damaged_backup_is_refused_and_nothing_is_written(
    backup: tuple[Path, dict[str, Any]], machine: Path, member: str, change: Any
) -> None:
    done = elsewhere(machine, "restore", str(damaged(backup[0], member, change)))
    assert done.returncode == 1
    assert "Take another" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (machine / "frames").exists()
    assert restored(machine, backup[0])["events"] == backup[1]["events"]  # and the whole one goes in afterwards


def test_a_file_cut_off_is_refused(backup: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(backup[0].read_bytes()[:-100])
    with pytest.raises(CommandError, match="no whole backup"):
        call_command("restore", str(cut))
    with pytest.raises(CommandError, match="no file"):
        call_command("restore", str(tmp_path / "nothing.zip"))


def test_nothing_is_restored_over_what_is_there(backup: tuple[Path, dict[str, Any]]) -> None:
    users = User.objects.count()
    with pytest.raises(CommandError, match="The database is not empty"):
        call_command("restore", str(backup[0]))
    assert User.objects.count() == users


def test_a_backup_of_another_version_is_refused_with_the_way_to_go(
    backup: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    def older(content: bytes) -> bytes:
        found = json.loads(content)
        found["migrations"].remove("reading.0001_initial")
        return json.dumps(found | {"version": "0.1.0"}).encode()

    with pytest.raises(CommandError, match=r"Restore it with version 0\.1\.0"):
        call_command("restore", str(damaged(backup[0], "manifest.json", older)))


def test_a_backup_that_names_a_file_outside_is_refused(
    backup: tuple[Path, dict[str, Any]], machine: Path, tmp_path: Path
) -> None:
    def outside(content: bytes) -> bytes:
        found = json.loads(content)
        found["files"][0]["path"] = "../outside"
        return json.dumps(found).encode()

    done = elsewhere(machine, "restore", str(damaged(backup[0], "manifest.json", outside)))
    assert done.returncode == 1
    assert not (tmp_path / "outside").exists()
