"""What the desk does in threads of its own, so that no page waits for it: letters, and the check of the audit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from diembao.jobs.office.letters import is_mail_set_up, send_letters
from diembao.system.clock import now
from pipeline.errors import DiembaoError
from storage.database import open_database

if TYPE_CHECKING:
    from config.alerts import Mail
    from config.register.book import RegisterBook
    from config.settings import Settings
    from pipeline.records.audit import AuditVerdict

#: Seconds that a stop waits for a letter that is on its way.
_GRACE = 10.0


class Postman:
    """Sends letters in a thread, soon after `call`; letters that cannot be sent wait for `diembao letters`."""

    def __init__(
        self,
        database: str,
        settings: Callable[[], Settings],
        mail: Callable[[], Mail],
        book: Callable[[], RegisterBook],
        tell: Callable[[str], None],
    ) -> None:
        self._database, self._settings, self._mail, self._book, self._tell = database, settings, mail, book, tell
        self._called, self._stopped = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def call(self) -> None:
        """Say that a letter may be waiting; costs nothing."""
        with self._lock:
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._run, name="letters", daemon=True)
                self._thread.start()
        self._called.set()

    def close(self) -> None:
        """Begin no further letter, and wait a while for the one on its way."""
        self._stopped.set()
        self._called.set()
        if self._thread is not None:
            self._thread.join(_GRACE)

    def _run(self) -> None:
        while True:
            self._called.wait()
            self._called.clear()
            if self._stopped.is_set():
                return
            try:
                self._post()
            except (DiembaoError, OSError) as error:
                self._tell(str(error))

    def _post(self) -> None:
        mail = self._mail()
        if not is_mail_set_up(mail):
            return
        with closing(open_database(self._database)) as storage:
            if storage.letters.counts().get("waiting"):
                result = send_letters(storage, self._settings(), mail, self._book)
                if result.problem:
                    self._tell(result.problem)


@dataclass(frozen=True, slots=True)
class AuditCheckState:
    """The last check of the audit's chain, and whether one is running."""

    is_running: bool = False
    began: datetime | None = None
    ended: datetime | None = None
    verdict: AuditVerdict | None = None
    #: triggers that should refuse changes and are not there
    missing: tuple[str, ...] = ()
    #: why the check could not be made; '': it could
    problem: str = ""


class AuditCheck:
    """Checks the audit in a thread, one check at a time, and keeps what the last one found."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._state = AuditCheckState()

    @property
    def state(self) -> AuditCheckState:
        with self._lock:
            return self._state

    def start(self, at: datetime) -> None:
        """Begin a check unless one is running; what the last one found stays until the new one has ended."""
        with self._lock:
            if self._state.is_running:
                return
            last = self._state
            self._state = AuditCheckState(True, at, last.ended, last.verdict, last.missing, last.problem)
        threading.Thread(target=self._run, args=(at,), name="audit", daemon=True).start()

    def _run(self, began: datetime) -> None:
        verdict: AuditVerdict | None = None
        missing: tuple[str, ...] = ()
        problem = ""
        try:
            with closing(open_database(self._database)) as storage:
                verdict, missing = storage.audit.verify(), tuple(storage.audit.missing_guards())
        except (DiembaoError, OSError) as error:
            problem = str(error)
        with self._lock:
            self._state = AuditCheckState(False, began, now(), verdict, missing, problem)
