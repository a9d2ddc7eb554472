"""Settings from the environment, with helpers that refuse words they do not know."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def boolean(name: str, *, default: bool) -> bool:
    """Read a yes-or-no setting.

    Raises
    ------
    ImproperlyConfigured
        The value is none of 1/0, true/false, yes/no: a typing error must not silently mean "no".
    """
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if value.lower() not in _BOOLEANS:
        raise ImproperlyConfigured(f"{name}={value!r} is not understood: use 1/0, true/false or yes/no.")
    return _BOOLEANS[value.lower()]


def text(name: str, default: str = "") -> str:
    """Read a setting as it stands, without surrounding blanks."""
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    """Read a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    """Read a word out of a few, whatever its case.

    Raises
    ------
    ImproperlyConfigured
        The value is none of them.
    """
    value = text(name, default).upper()
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} is not understood: use one of {', '.join(allowed)}.")
    return value


def whole_number(name: str, default: int) -> int:
    """Read a number.

    Raises
    ------
    ImproperlyConfigured
        The value is no whole number above 0.
    """
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise ImproperlyConfigured(f"{name}={value!r} is not understood: use a whole number above 0.")
    return int(value)


def secret_key(data_dir: Path) -> str:
    """The signing key: `SECRET_KEY`, or one that was drawn once and is kept with the data."""
    key = text("SECRET_KEY")
    if key:
        return key
    path = data_dir / "secret-key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def writable_folder(name: str, default: Path) -> Path:
    """Read the name of a folder that the application writes to; it is made if it is not there.

    Raises
    ------
    ImproperlyConfigured
        It cannot be made or written to.
    """
    folder = Path(text(name, str(default))).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name}={folder} cannot be made: {error.strerror}.") from None
    if not os.access(folder, os.W_OK):
        raise ImproperlyConfigured(f"{name}={folder} cannot be written to.")
    return folder


def _write_once(path: Path, value: str) -> None:
    """Create the file for its owner alone, never half-written; of processes that start together one wins."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(value)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
