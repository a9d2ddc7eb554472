"""The report on paper: Debian's Chromium, or a relative of it, prints the page of the report into a PDF."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 180
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The page forbids scripts and loads nothing; a browser that tried all the same would find neither a name nor a way out.
# (Scripts cannot be switched off: with them off, headless Chromium prints nothing.)
_SWITCHES = (
    "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--no-first-run",
    "--no-default-browser-check", "--no-pings", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9", "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)  # fmt: skip
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "FONTCONFIG_PATH", "FONTCONFIG_FILE")


class NotPrintedError(Exception):
    """No PDF came of it; the message says why and what to do."""


def browser() -> str | None:
    """Give the path of the browser that prints: the one of the settings, or one that is installed; None without."""
    if settings.CHROMIUM:
        return shutil.which(settings.CHROMIUM)
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def printed(html: str) -> bytes:
    """Print a page that loads nothing into a PDF.

    Raises
    ------
    NotPrintedError
        There is no browser, or it failed.
    """
    program = browser()
    if program is None:
        raise NotPrintedError(_("There is no Chromium on this server: print the report from your own browser."))
    with tempfile.TemporaryDirectory(prefix="printing-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "report.html").write_text(html, encoding="utf-8")
        said = _run(_command(program, folder), folder)
        try:
            content = (folder / "report.pdf").read_bytes()
        except FileNotFoundError:
            content = b""
    if not content.startswith(b"%PDF-"):
        raise NotPrintedError(_("Chromium made no PDF of the report. It said: %(words)s") % {"words": said[-500:]})
    return content


def _command(program: str, folder: Path) -> list[str]:
    # Chromium has no sandbox for root, and does not start; everybody else gets one.
    unsafe = ["--no-sandbox"] if os.geteuid() == 0 else []
    profile, target = f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={folder / 'report.pdf'}"
    return [program, *_SWITCHES, *unsafe, profile, target, (folder / "report.html").as_uri()]


def _run(command: list[str], folder: Path) -> str:
    """Run the browser in a home of its own, without the server's secrets, and give what it said."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    words = folder / "said.txt"
    with words.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=folder, env=kept | {"HOME": str(folder)}, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            start_new_session=True,
        )  # fmt: skip
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        late = _("Chromium took longer than %(seconds)s seconds over the report: try again when the server is idle.")
        raise NotPrintedError(late % {"seconds": SECONDS}) from None
    finally:
        _end(process)
    return words.read_text(encoding="utf-8", errors="replace").strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the browser with all its children, whatever became of the first of them."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
