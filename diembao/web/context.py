"""What every request of a desk shares: home folder, configuration, database, keys, log."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar
from zoneinfo import ZoneInfo

from config.alerts import load_alerts
from config.desk import DeskSettings
from config.opinion import EXAMPLES, OPINION
from config.register.book import FILES as REGISTER_FILES
from config.register.book import RegisterBook, load_register_book
from config.rulebook import MODELS
from config.settings import Settings, load_settings
from diembao.encoding.rules import load_rules
from diembao.jobs.office.background import AuditCheck, Postman
from diembao.system.home import Home
from diembao.web.live import LiveState
from diembao.web.security.limits import RateLimits
from diembao.web.storages import Storages
from pipeline.rules.rulebook import Rulebook
from storage.database import Database

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

T = TypeVar("T")
#: Requests that are worked on at once; others wait.
THREADS = 12


class _Loaded(Generic[T]):
    """What was read from configuration files, until one of them changes."""

    def __init__(self, load: Callable[[Path | None], T], folder: Path, names: tuple[str, ...]) -> None:
        self._load, self._folder, self._names = load, folder, names
        self._lock = threading.Lock()
        self._found: tuple[object, T] | None = None

    def get(self) -> T:
        stamp = tuple(self._stamp(self._folder / name) for name in self._names)
        with self._lock:
            if self._found is None or self._found[0] != stamp:
                self._found = stamp, self._load(self._folder if self._folder.exists() else None)
            return self._found[1]

    @staticmethod
    def _stamp(path: Path) -> tuple[int, int] | None:
        try:
            found = path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


@dataclass(frozen=True, slots=True)
class DeskContext:
    """One desk; made by `open_context`, closed by who made it."""

    home: Home
    #: SQLAlchemy address of the database
    database: str
    #: Key of the tokens that this desk signs.
    key: bytes
    #: [desk] as it was when the desk started: addresses and limits of sessions.
    desk: DeskSettings
    log: "BoundLogger"
    _storages: Storages
    _settings: _Loaded[Settings]
    _rules: _Loaded[Rulebook]
    _register: _Loaded[RegisterBook]
    #: Sends the letters of the desk; called after each form that was taken.
    postman: Postman
    audit_check: AuditCheck
    limits: RateLimits = field(default_factory=RateLimits)
    live: LiveState = field(default_factory=LiveState)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "desk"))

    def settings(self) -> Settings:
        """Return settings.toml as it is now. Raises ConfigError."""
        return self._settings.get()

    def rules(self) -> Rulebook:
        """Return the rules as they are now. Raises ConfigError."""
        return self._rules.get()

    def register(self) -> RegisterBook:
        """Return the register's rules, units and working days as they are now. Raises ConfigError."""
        return self._register.get()

    @property
    def zone(self) -> ZoneInfo:
        """The province's time zone."""
        return ZoneInfo(self.settings().province.time_zone)

    def open_storage(self) -> AbstractContextManager[Database]:
        """Give the database of the current thread, which is one of `threads`. Raises StorageError."""
        return self._storages.open()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do blocking work in one of the desk's threads, in the language of the caller."""
        copied = copy_context()
        return await asyncio.get_running_loop().run_in_executor(self.threads, lambda: copied.run(work))

    def close(self) -> None:
        self.threads.shutdown(wait=True, cancel_futures=True)
        self.postman.close()
        self._storages.close()


def open_context(home: Home, database: str, key: bytes, log: "BoundLogger") -> DeskContext:
    """Return the context of a desk. Raises ConfigError."""
    settings = _Loaded(load_settings, home.config, ("settings.toml",))
    register = _Loaded(load_register_book, home.config, REGISTER_FILES)
    files = ("places.toml", "topics.toml", "settings.toml", MODELS, OPINION, EXAMPLES)
    rules = _Loaded(lambda folder: load_rules(folder, settings.get().encoder, home.root), home.config, files)
    mail = _Loaded(lambda folder: load_alerts(folder).mail, home.config, ("alerts.toml",))
    postman = Postman(database, settings.get, mail.get, register.get, lambda text: log.warning("letters", problem=text))
    desk = settings.get().desk
    storages, check = Storages(database), AuditCheck(database)
    return DeskContext(home, database, key, desk, log, storages, settings, rules, register, postman, check)
