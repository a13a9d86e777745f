"""Events of the service → readable lines on a terminal, JSON lines in rotated files; all without secrets."""

import logging
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

import structlog

from diembao.system.clock import now
from diembao.system.secrets import hide_secrets

#: Bytes of one log file; number of older files kept beside it.
_BYTES, _OLD_FILES = 5 * 2**20, 5


class _SecretHidingFormatter(logging.Formatter):
    """A formatter that hides secrets in the final line, after tracebacks are formatted."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(self._inner.format(record))


def _add_time(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["at"] = now().isoformat(timespec="milliseconds")
    return event


def open_log(folder: Path, stream: TextIO | None = None, *, name: str = "serve.log") -> structlog.stdlib.BoundLogger:
    """Return the log of this process: on `stream` (default: standard error), and as JSON in `folder`/`name`.

    Without a name it is on `stream` alone.
    """
    stream = stream or sys.stderr
    terminal = stream is not None and stream.isatty()  # standard error is None in a process without a console
    # On a full disk logging must not raise, and nobody reads what it would print about itself.
    logging.raiseExceptions = False
    processors: list[structlog.typing.Processor] = [structlog.stdlib.add_log_level, _add_time]
    structlog.configure(
        processors=[*processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logger = logging.getLogger("diembao")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    close_log()
    stream_renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
    if terminal:
        stream_renderer = structlog.dev.ConsoleRenderer(timestamp_key="at")
    targets: list[tuple[logging.Handler, structlog.typing.Processor]] = [
        (logging.StreamHandler(stream), stream_renderer)
    ]
    file_renderer = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
    try:
        if name:
            folder.mkdir(parents=True, exist_ok=True)
            file = RotatingFileHandler(folder / name, maxBytes=_BYTES, backupCount=_OLD_FILES, encoding="utf-8")
            targets.append((file, file_renderer))
    except OSError as error:
        print(f"{folder}: no log is kept there: {error}", file=stream)
    for handler, renderer in targets:
        chain: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
        if renderer is not stream_renderer or not terminal:
            chain.append(structlog.processors.format_exc_info)
        handler.setFormatter(
            _SecretHidingFormatter(
                structlog.stdlib.ProcessorFormatter(processors=[*chain, renderer], foreign_pre_chain=processors)
            )
        )
        logger.addHandler(handler)
    log: structlog.stdlib.BoundLogger = structlog.get_logger("diembao")
    return log


def close_log() -> None:
    """Close the files of the log."""
    logger = logging.getLogger("diembao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        with suppress(OSError):  # closing flushes, which fails on a full disk
            handler.close()


class JobLog:
    """The output of one job, line by line, in `folder`/<name>.log; rotated, without secrets."""

    def __init__(self, folder: Path, name: str, keep: int = 12) -> None:
        self._last: list[str] = []
        self._keep = keep
        self._handler: RotatingFileHandler | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(
                folder / f"{name}.log", maxBytes=_BYTES, backupCount=_OLD_FILES, encoding="utf-8"
            )
        except OSError:
            pass  # the job runs without a log

    def write(self, line: str) -> None:
        """Write a line, secrets hidden."""
        line = hide_secrets(line)
        self._last = [*self._last, line[:500]][-self._keep :]
        if self._handler is not None:
            self._handler.emit(logging.LogRecord("job", logging.INFO, "", 0, line, (), None))

    def head(self, line: str) -> None:
        """Write a line that `last` leaves out."""
        last = self._last
        self.write(line)
        self._last = last

    @property
    def last(self) -> str:
        """The last lines, of at most 500 characters each."""
        return "\n".join(self._last)

    def close(self) -> None:
        if self._handler is not None:
            with suppress(OSError):
                self._handler.close()
