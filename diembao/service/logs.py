"""Events of the service → lines a person reads on a terminal, JSON lines on a server; rotated, without secrets."""

import logging
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

import structlog

from diembao.system.clock import now
from diembao.system.secrets import hide_secrets

#: bytes of one file, and how many older ones are kept beside it
_BYTES, _KEPT = 5 * 2**20, 5


class _Hiding(logging.Formatter):
    """A formatter whose lines hold no secret and no line break: hidden last, after tracebacks are written out."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(self._inner.format(record))


def _time(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["at"] = now().isoformat(timespec="milliseconds")
    return event


def open_log(folder: Path, stream: TextIO | None = None) -> structlog.stdlib.BoundLogger:
    """Return the log of this process: on `stream` (default: standard error) and in serve.log of `folder`, as JSON."""
    stream = stream or sys.stderr
    terminal = stream is not None and stream.isatty()  # a process without a console has no standard error
    # A full disk must not end what is logged about it; nor is there anybody to tell.
    logging.raiseExceptions = False
    before: list[structlog.typing.Processor] = [structlog.stdlib.add_log_level, _time]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logger = logging.getLogger("diembao")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    close_log()
    shown: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
    if terminal:
        shown = structlog.dev.ConsoleRenderer(timestamp_key="at")
    targets: list[tuple[logging.Handler, structlog.typing.Processor]] = [(logging.StreamHandler(stream), shown)]
    kept = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(folder / "serve.log", maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
        targets.append((file, kept))
    except OSError as error:
        print(f"{folder}: no log is kept there: {error}", file=stream)
    for handler, renderer in targets:
        chain: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
        if renderer is not shown or not terminal:
            chain.append(structlog.processors.format_exc_info)
        handler.setFormatter(
            _Hiding(structlog.stdlib.ProcessorFormatter(processors=[*chain, renderer], foreign_pre_chain=before))
        )
        logger.addHandler(handler)
    log: structlog.stdlib.BoundLogger = structlog.get_logger("diembao")
    return log


def close_log() -> None:
    """Let go of the files of a log."""
    logger = logging.getLogger("diembao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        with suppress(OSError):  # what a full disk did not take is written once more
            handler.close()


class JobLog:
    """What one job prints, line by line, in <name>.log of a folder; rotated, without secrets."""

    def __init__(self, folder: Path, name: str, keep: int = 12) -> None:
        self._last: list[str] = []
        self._keep = keep
        self._handler: RotatingFileHandler | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(
                folder / f"{name}.log", maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8"
            )
        except OSError:
            pass  # a job is worth more than its log

    def write(self, line: str) -> None:
        line = hide_secrets(line)
        self._last = [*self._last, line[:500]][-self._keep :]
        if self._handler is not None:
            self._handler.emit(logging.LogRecord("job", logging.INFO, "", 0, line, (), None))

    def head(self, line: str) -> None:
        """Write a line that does not count among the last ones."""
        kept = self._last
        self.write(line)
        self._last = kept

    @property
    def last(self) -> str:
        """The last lines, of at most 500 characters each."""
        return "\n".join(self._last)

    def close(self) -> None:
        if self._handler is not None:
            with suppress(OSError):
                self._handler.close()
