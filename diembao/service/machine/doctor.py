"""This machine → a finding for each thing that diembao needs, with what to do where it is missing."""

import locale
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.alerts import Alerting
from config.settings import Settings
from diembao.service.machine.engines import encoder_finding, translation_finding
from diembao.service.machine.finding import Finding, Verdict
from diembao.system.secrets import hide_secrets
from pipeline.i18n.catalogs import translate, translate_code
from pipeline.records import Source

#: Bytes of free disk: below the first the verdict is bad, below the second a warning.
_BAD_FREE, _LOW_FREE = 500 * 2**20, 5 * 2**30
#: Seconds by which the clock may be wrong: times of publication are compared with it.
_CLOCK_OFF = 120
#: Letters that a font needs for Vietnamese.
_LETTERS = "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ"


def examine_machine(
    home: Path,
    settings: Settings,
    sources: Sequence[Source],
    alerting: Alerting,
    address: str,
    *,
    ask_clock: bool,
    ask_names: bool,
) -> Iterator[Finding]:
    """Yield the findings, in the order in which they are best mended.

    With `ask_clock` the clock is compared with the Date header of one source, with `ask_names` three host names are
    resolved. Else only the database and the mail server are contacted.
    """
    zone = settings.province.time_zone
    yield _python()
    yield _sqlite()
    yield _disk(home)
    yield _writable(home)
    yield _zone(zone)
    yield _locale()
    yield _fonts()
    yield _database(address)
    yield _mail(alerting, settings)
    renders = any(source.render for source in sources if source.enabled)
    yield _browser(renders, draws=settings.images.keep != "none")
    yield translation_finding(settings)
    yield encoder_finding(settings, home)
    enabled = [source for source in sources if source.enabled]
    if ask_names:
        yield _names(urlsplit(source.home).hostname or "" for source in enabled[:3])
    if ask_clock and enabled:
        yield _clock(enabled[0].home)


def _python() -> Finding:
    """Check that every required package is installed; an older Python cannot start at all."""
    import re
    from importlib.metadata import PackageNotFoundError, distribution, requires

    missing = []
    for line in requires("diembao") or []:
        if "extra ==" in line:
            continue
        name = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        try:
            distribution(name)
        except PackageNotFoundError:
            missing.append(name)
    here = f"{'.'.join(map(str, sys.version_info[:3]))} ({sys.executable})"
    if missing:
        do = translate("install again: pip install diembao")
        return Finding("Python", "bad", translate("packages missing: {packages}", packages=", ".join(missing)), do)
    return Finding("Python", "ok", here)


def _sqlite() -> Finding:
    from storage.engine.probe import MINIMUM_SQLITE, sqlite_library

    library = sqlite_library()
    state = f"{library.version}, FTS5 {'✓' if library.has_fts5 else '✗'}"
    if not library.usable:
        minimum = ".".join(map(str, MINIMUM_SQLITE))
        return Finding(
            "SQLite",
            "bad",
            state,
            translate(
                "SQLite {wanted} with FTS5 is needed: take the Python of a newer system, or PostgreSQL", wanted=minimum
            ),
        )
    return Finding("SQLite", "ok", state)


def _disk(home: Path) -> Finding:
    folder = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    state = translate("{gigabytes:.1f} GB free for {home}", gigabytes=free / 2**30, home=home)
    verdict: Verdict = "bad" if free < _BAD_FREE else "warning" if free < _LOW_FREE else "ok"
    do = "" if verdict == "ok" else translate("free some, or enlarge the disk")
    return Finding(translate("Disk"), verdict, state, do)


def _writable(home: Path) -> Finding:
    what = translate("Home folder")
    probe = home / f".doctor-{os.getpid()}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        return Finding(what, "bad", str(error), translate("let this user write to {home}", home=home))
    return Finding(what, "ok", str(home))


def _zone(name: str) -> Finding:
    what = translate("Time zone")
    try:
        local = datetime.now(ZoneInfo(name))
    except (ZoneInfoNotFoundError, OSError):
        return Finding(what, "bad", name, translate("pip install tzdata"))
    return Finding(what, "ok", f"{name}, {local:%H:%M %d/%m/%Y}")


def _locale() -> Finding:
    what = translate("Encoding")
    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") == "utf8":
        return Finding(what, "ok", encoding)
    return Finding(
        what,
        "warning",
        encoding,
        translate("set LANG=C.UTF-8 (or PYTHONUTF8=1)"),
    )


def _fonts() -> Finding:
    what = translate("Fonts")
    tool = shutil.which("fc-list")
    do = translate("apt install fonts-dejavu-core (for PDF only)")
    if tool is None:
        return Finding(what, "warning", translate("no fontconfig"), do)
    charset = " ".join(f"{ord(letter):x}" for letter in _LETTERS)
    listing = subprocess.run([tool, f":charset={charset}", "family"], capture_output=True, text=True, check=False)
    families = sorted({line.split(",")[0].strip() for line in listing.stdout.splitlines() if line.strip()})
    if not families:
        return Finding(what, "warning", translate("no font has every Vietnamese letter"), do)
    return Finding(what, "ok", translate("{count} fonts with Vietnamese", count=len(families)))


def _database(address: str) -> Finding:
    from storage.engine.connection import connect
    from storage.engine.errors import StorageError
    from storage.engine.migrate import head
    from storage.engine.probe import answering_version
    from storage.engine.sqlite_connections import sqlite_file

    what = translate("Database")
    if (file := sqlite_file(address)) is not None and not file.exists():
        return Finding(what, "ok", translate("{file} (not there yet, will be made)", file=file))
    try:
        engine = connect(address)
    except StorageError as error:
        return Finding(what, "bad", hide_secrets(error.explanation()), translate("mend [storage]"))
    try:
        version = answering_version(engine)
    except StorageError as error:
        do = translate("see whether its server runs, and address and password ($DIEMBAO_DATABASE, $PGPASSWORD)")
        return Finding(what, "bad", hide_secrets(error.explanation()), do)
    finally:
        engine.dispose()
    shown = engine.url.render_as_string()
    if version is not None and version != head():
        return Finding(what, "warning", f"{shown}: {version}", "diembao db upgrade")
    return Finding(what, "ok", shown)


def _mail(alerting: Alerting, settings: Settings) -> Finding:
    from diembao.notify.smtp import DeliveryFailed, smtp_connection

    what = translate("Mail server")
    if not alerting.mail.to and not settings.sending.list:
        return Finding(
            what,
            "warning",
            translate("nobody gets alerts or digests"),
            translate("fill in [mail] to in alerts.toml"),
        )
    try:
        with smtp_connection(alerting.mail):
            return Finding(what, "ok", alerting.mail.server)
    except DeliveryFailed as error:
        return Finding(
            what,
            "bad",
            str(error),
            translate("mend [mail], then: diembao alerts --test"),
        )


def _browser(renders: bool, *, draws: bool) -> Finding:
    from crawlers.downloader.browser import missing_browser

    what = translate("Browser")
    missing = missing_browser()
    if not missing:
        return Finding(what, "ok", translate("there"))
    if not (renders or draws):
        return Finding(what, "ok", translate("no source needs one"))
    way_out = translate_code("missing browser" if renders else "images without browser", missing)
    return Finding(what, "warning", translate("missing"), way_out)


def _names(hosts: Iterable[str]) -> Finding:
    failed = []
    for host in hosts:
        try:
            socket.getaddrinfo(host, 443)
        except OSError as error:
            failed.append(f"{host}: {error}")
    if failed:
        do = translate("see /etc/resolv.conf and the machine's network")
        return Finding("DNS", "bad", "; ".join(failed), do)
    return Finding("DNS", "ok", translate("names of sources are found"))


def _clock(url: str) -> Finding:
    what = translate("Clock")
    try:
        date = _date_of(url)
        offset = (datetime.now(UTC) - parsedate_to_datetime(date or "")).total_seconds()
    except (OSError, ValueError, TypeError) as error:
        return Finding(what, "warning", f"{url}: {error}", translate("try again later"))
    if abs(offset) > _CLOCK_OFF:
        do = "timedatectl set-ntp true"
        return Finding(what, "bad", translate("{seconds:.0f} s off from {url}", seconds=offset, url=url), do)
    return Finding(what, "ok", translate("{seconds:.0f} s off from {url}", seconds=offset, url=url))


def _date_of(url: str) -> str | None:
    """Return the Date header of an answer, whatever its status."""
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    request = Request(url, method="HEAD", headers={"User-Agent": "diembao/0.1"})
    try:
        with urlopen(request, timeout=15) as answer:
            date: str | None = answer.headers["Date"]
            return date
    except HTTPError as error:
        return str(error.headers["Date"])
