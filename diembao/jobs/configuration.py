"""The configuration of a home folder: written, checked, and its list of sources edited."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from diembao.system.clock import now
from diembao.system.files import write_atomically
from pipeline.i18n.catalogs import mark, translate_comment
from pipeline.i18n.notices import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from config.alerts import Mail
    from config.faults.errors import Fault
    from config.schedule import Job
    from diembao.system.home import Home
    from pipeline.records import Source

#: Seconds to wait for another change of sources.toml.
_LOCK_WAIT = 10.0


def write_configuration(directory: Path) -> list[Path]:
    """Write the packaged configuration files that `directory` lacks; return them.

    Their comments are in the language of the context; all else is that of the package, byte for byte.
    """
    from config.comments import with_comments
    from config.load import FILES, packaged

    missing = [directory / name for name in FILES if not (directory / name).exists()]
    for path in missing:
        write_atomically(path, with_comments(packaged(path.name), translate_comment).encode())
    return missing


def database_address(home: Home) -> str:
    """Return the address of the database: $DIEMBAO_DATABASE, else settings.toml, else SQLite in the home folder.

    Raises ConfigError.
    """
    from config.settings import load_settings
    from diembao.system.secrets import secret

    address = secret("DIEMBAO_DATABASE") or load_settings(home.config).storage.database
    if not address:
        home.root.mkdir(parents=True, exist_ok=True)
    return address or f"sqlite:///{home.database}"


@dataclass(frozen=True, slots=True)
class ConfigurationCheck:
    """What `config check` has to say of a configuration folder."""

    faults: tuple[Fault, ...]
    #: what is allowed, and may not be meant
    doubts: tuple[Fault, ...] = ()


def check_configuration(
    home: Home, job_faults: Callable[[Sequence[Job]], Iterable[tuple[int, str]]]
) -> ConfigurationCheck:
    """Return every fault of every configuration file; the packaged ones stand in for missing ones but sources.toml.

    `job_faults` gives (number of the job, problem) of jobs whose commands there are not.
    """
    from config.faults.errors import ConfigError, Fault

    directory = home.config
    if not directory.is_dir():
        message = Message(mark("there is no configuration; run: diembao --home {home} init"), home=home.root)
        return ConfigurationCheck((Fault(str(directory), None, "", message),))
    faults = list(_file_faults(directory))
    for load in _loaders(job_faults):
        try:
            faults.extend(load(directory))
        except ConfigError as error:
            # Sources whose searches take their names from places.toml meet its faults too.
            faults.extend(fault for fault in error.faults if fault not in faults)
    return ConfigurationCheck(tuple(faults), () if faults else tuple(_doubts(directory)))


def _loaders(
    job_faults: Callable[[Sequence[Job]], Iterable[tuple[int, str]]],
) -> Iterator[Callable[[Path], Iterable[Fault]]]:
    """Yield functions of a folder that return faults or raise ConfigError."""
    from config.alerts import load_alerts
    from config.register.holidays import load_holidays
    from config.register.plan import load_plan
    from config.register.register import load_register
    from config.register.units import load_units
    from config.rulebook import load_rulebook
    from config.schedule import schedule_faults
    from config.settings import load_settings, missing_contact
    from config.sources import load_sources

    def faults_of(load: Callable[[Path], object]) -> Callable[[Path], Iterable[Fault]]:
        def call(directory: Path) -> Iterable[Fault]:
            load(directory)
            return ()

        return call

    yield lambda directory: missing_contact(directory, load_settings(directory))
    yield _translation_faults
    yield _collection_faults
    yield faults_of(load_sources)
    yield lambda directory: schedule_faults(directory, job_faults)
    yield faults_of(load_alerts)
    yield faults_of(load_rulebook)
    for load in (load_register, load_units, load_holidays, load_plan):
        yield faults_of(load)


def _collection_faults(directory: Path) -> Iterator[Fault]:
    """Raise ConfigError where the installation whose pages are used does not fit this one."""
    from diembao.jobs.collection.take_over import collecting_address
    from diembao.system.home import Home

    home = Home(directory.parent)
    collecting_address(home, database_address(home))
    yield from ()


def _translation_faults(directory: Path) -> Iterator[Fault]:
    """Yield a fault where the server that is to translate lies outside private networks, its name resolved."""
    from config.load import Faults, resolve
    from config.settings import load_settings
    from diembao.translation.engine import address_fault

    settings = load_settings(directory).translation
    if (fault := address_fault(settings)) is not None:
        faults = Faults(*resolve(directory, "settings.toml"))
        faults.add(("translation", "address"), fault)
        yield from faults.all


def _file_faults(directory: Path) -> Iterator[Fault]:
    """Yield faults for files that nothing reads, and for a list of sources that is not there."""
    import difflib

    from config.collection import collecting_config
    from config.faults.errors import Fault
    from config.load import FILES

    for path in sorted(directory.glob("*.toml")):
        if path.name not in FILES:
            near = difflib.get_close_matches(path.name, FILES, n=1)
            message = Message(mark("nothing reads a file of this name; there are {names}"), names=", ".join(FILES))
            if near:
                message = Message(mark("nothing reads a file of this name; is it meant to be {name}?"), name=near[0])
            yield Fault(str(path), None, "", message)
    sources = (collecting_config(directory) or directory) / "sources.toml"
    if not sources.exists():
        yield Fault(
            str(sources), None, "", Message(mark("is missing, and nothing is collected without it: diembao init"))
        )


def _doubts(directory: Path) -> Iterator[Fault]:
    """Yield what is allowed and may not be meant."""
    from config.alerts import load_alerts
    from config.faults.errors import Fault
    from config.load import FILES
    from config.register.holidays import holiday_doubts
    from config.register.topic_names import topic_doubts
    from config.rulebook import load_rulebook
    from config.settings import load_settings
    from diembao.encoding.engine_notes import encoder_notes
    from diembao.translation.engine import house_notes

    for name in FILES:
        if not (directory / name).exists():
            message = Message(mark("is missing; the one that came with the program is used"))
            yield Fault(str(directory / name), None, "", message)
    settings = load_settings(directory)
    for note in house_notes(settings.translation):
        yield Fault(str(directory / "settings.toml"), None, "translation.allow_public", note)
    for note in encoder_notes(settings.encoder):
        yield Fault(str(directory / "settings.toml"), None, "encoder.allow_public", note)
    mail, lists = load_alerts(directory).mail, settings.sending.list
    if (mail.to or lists) and (doubt := sender_doubt(mail)):
        yield Fault(str(directory / "alerts.toml"), None, "mail.sender", doubt)
    yield from topic_doubts(directory, {topic.id for topic in load_rulebook(directory).topics.topic})
    yield from holiday_doubts(directory, now().astimezone(ZoneInfo(settings.province.time_zone)).date())


def sender_doubt(mail: Mail) -> Message | None:
    """Return why mail from this sender may not arrive; None for no reason."""
    domain = mail.sender.rpartition("@")[2].lower()
    if "." in domain.strip(".") and not domain.endswith((".localdomain", ".local", ".invalid")):
        return None
    return Message(mark("{sender} is no address in the world outside; many mail servers refuse it"), sender=mail.sender)


def add_sources(home: Home, load: Callable[[], Sequence[Source]], sources: Sequence[Source]) -> Path:
    """Append sources to sources.toml of the home folder; return its path.

    `load` reads the file first: where it has faults already, its ConfigError leaves the file alone.
    """
    from config.source_editor import with_sources

    path = home.config / "sources.toml"
    with home.lock("source", wait=_LOCK_WAIT):
        load()
        write_atomically(path, with_sources(str(path), path.read_text("utf-8-sig"), sources).encode())
    return path
