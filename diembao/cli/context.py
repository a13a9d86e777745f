"""The context that every command gets: home folder, output options, and lazily loaded settings, rules and storage."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from diembao.system.home import Home
from pipeline.i18n.catalogs import translate
from pipeline.i18n.language import Language, current_language
from pipeline.i18n.notices import Message, NoticeKind

if TYPE_CHECKING:
    from config.settings import Settings
    from pipeline.records import Source
    from pipeline.records.audit import Actor
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database

#: Exit codes: done, done but something failed, wrong use or configuration, another run holds the lock.
DONE, FAILED, WRONG, LOCKED = 0, 1, 2, 3
#: Exit code of a job of the service whose digest waits for a person.
WAITS = 4
#: Exit code of a crash, or of a job of the service that an error of the disk or the database stopped.
CRASH = 70


@dataclass(frozen=True, slots=True)
class CliContext:
    home: Home
    #: Whether --lang was given.
    language_given: bool
    quiet: bool
    as_json: bool
    #: what was told while the command worked: kind and message of each notice
    notices: dict[NoticeKind, set[str]] = field(default_factory=dict)

    def show_notice(self, kind: NoticeKind, message: Message) -> None:
        """Print a notice to standard error, each once."""
        if message not in self.notices.setdefault(kind, set()):
            self.notices[kind].add(message)
            self.warn(message.translated())

    @property
    def lang(self) -> Language:
        """The language of the run."""
        return current_language()

    def document_language(self) -> str:
        """Return the language of digests and reports: that of --lang or $DIEMBAO_LANG, else that of settings.toml."""
        return self.lang if self.language_given or self.lang == "en" else self.settings().digest.language

    def actor(self) -> "Actor":
        """Return who runs the command, for the audit: the service, or the user of the machine."""
        from getpass import getuser

        from pipeline.records.audit import MACHINE, Actor

        if self.of_service:
            return MACHINE
        try:
            name = getuser()
        except (KeyError, OSError):  # a user without an entry among the machine's
            name = str(os.getuid())
        return Actor(None, name, "", "command")

    @property
    def of_service(self) -> bool:
        """Whether `diembao serve` runs the command."""
        return "DIEMBAO_JOB" in os.environ

    def zone(self) -> ZoneInfo:
        """Return the province's time zone."""
        return ZoneInfo(self.settings().province.time_zone)

    def settings(self) -> "Settings":
        from config.settings import load_settings

        return load_settings(self.home.config)

    def sources(self) -> "tuple[Source, ...]":
        """Read sources.toml of the home folder; without that file no packaged outlet may be crawled: UsageError."""
        from config.collection import collecting_config
        from config.sources import load_sources

        config = collecting_config(self.home.config) or self.home.config
        if config != self.home.config:
            from diembao.jobs.collection.take_over import collecting_address

            collecting_address(self.home, self.database())  # what does not fit is told first
        if not (config / "sources.toml").exists():
            raise click.UsageError(
                translate(
                    "There is no configuration in {folder}. Run: diembao --home {home} init",
                    folder=config,
                    home=config.parent,
                )
            )
        return load_sources(self.home.config)

    def rules(self) -> "Rulebook":
        from diembao.encoding.rules import load_rules

        config = self.home.config if self.home.config.exists() else None
        return load_rules(config, self.settings().encoder, self.home.root)

    def topic_names(self) -> dict[str, str]:
        """Return the names of the topics by id, in the language of the run."""
        is_english = self.lang == "en"
        return {t.id: t.label_en if is_english else t.label_vi for t in self.rules().topics.topic}

    def database(self) -> str:
        """Return the address of the database: $DIEMBAO_DATABASE, else settings.toml, else SQLite in the home folder."""
        from diembao.jobs.configuration import database_address

        return database_address(self.home)

    @contextmanager
    def storage(self) -> "Iterator[Database]":
        from storage.database import open_database

        storage = open_database(self.database())
        try:
            yield storage
        finally:
            storage.close()

    def refuse_elsewhere(self) -> None:
        """Raise UsageError where the pages and sources of this home are those of another installation."""
        if (collection := self.settings().collection).home:
            folder = shlex.quote(str(collection.folder(self.home.root)))
            raise click.UsageError(
                translate("Its sources are those of another installation: diembao --home {folder}", folder=folder)
            )

    @contextmanager
    def collecting(self) -> "Iterator[Database | None]":
        """Open the database of the installation that collects for this one; None where this one does itself."""
        if not self.settings().collection.home:
            yield None
            return
        from diembao.jobs.collection.take_over import open_collecting

        with open_collecting(self.home, self.database()) as storage:
            yield storage

    def print(self, text: str) -> None:
        """Print for a person; nothing under --quiet or --json."""
        if not (self.quiet or self.as_json):
            click.echo(text)

    def print_json(self, value: Any) -> None:
        """Print one JSON line."""
        click.echo(json.dumps(value, ensure_ascii=False, default=str))

    def warn(self, text: str) -> None:
        click.echo(text, err=True)

    @contextmanager
    def progress(self) -> "Iterator[Callable[[str, int, int], None]]":
        """Give a callback (stage, done, expected) that draws a bar where a terminal shows it."""
        if self.quiet or self.as_json or not sys.stderr.isatty():
            yield lambda _stage, _done, _expected: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        names = {"collect": translate("Collecting"), "process": translate("Reading and tagging")}
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            tasks: dict[str, Any] = {}

            def show(stage: str, done: int, expected: int) -> None:
                if stage not in tasks:
                    tasks[stage] = bar.add_task(names.get(stage, stage), total=expected)
                bar.update(tasks[stage], completed=done, total=expected)

            yield show


pass_context = click.make_pass_decorator(CliContext)
