"""What a person is told when a file cannot be read or written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import RatingsError


@contextmanager
def opened(path: Path) -> Iterator[None]:
    """Say in words why a file cannot be opened.

    Raises
    ------
    RatingsError
        Instead of the operating system's error, or of one of UTF-8.
    """
    try:
        yield
    except FileNotFoundError:
        raise RatingsError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise RatingsError(f"{path}: is a folder; give the file itself") from None
    except OSError as error:
        raise RatingsError(f"{path}: cannot be opened ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise RatingsError(f"{path}: is not UTF-8 text; save the table as CSV in UTF-8") from None
