"""Messages that can be shown in another language later, and notices shown to a person while a call still works."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, Literal

from pipeline.i18n.catalogs import translate

#: 'wait': a call waits for another program; 'damage': something stored is damaged; 'note': anything else.
NoticeKind = Literal["wait", "damage", "note"]

#: Seconds of waiting after which it is said.
WAIT_SAID_AFTER = 5.0

_LOG = logging.getLogger(__name__)


class Message(str):
    """An English message with its named fields filled in; `translated` gives it in the language of the context.

    The template must be an entry of the catalogues: write it as `mark("...")`.
    """

    __slots__ = ("_template", "_values")

    _template: str
    _values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> "Message":
        message = super().__new__(cls, template.format(**values) if values else template)
        message._template, message._values = template, values
        return message

    @property
    def template(self) -> str:
        """The entry of the catalogues."""
        return self._template

    @property
    def values(self) -> dict[str, object]:
        """The named fields."""
        return dict(self._values)

    def translated(self) -> str:
        """Return the message in the language of the context, messages among its fields too."""
        return translate(self._template, **{name: shown(value) for name, value in self._values.items()})


def shown(value: Any) -> Any:
    """Return a message in the language of the context; anything else unchanged."""
    return value.translated() if isinstance(value, Message) else value


Listener = Callable[[NoticeKind, Message], None]


def _log(_kind: NoticeKind, message: Message) -> None:
    _LOG.warning("%s", message)


_listener: Listener = _log


def set_listener(listener: Listener | None) -> None:
    """Let every notice of this process go to `listener`; None: to the log. It may be called from any thread."""
    global _listener
    _listener = listener or _log


def notify(kind: NoticeKind, message: Message) -> None:
    """Tell the listener."""
    _listener(kind, message)


@contextmanager
def say_wait(message: Message) -> Iterator[None]:
    """Tell the listener once if the block lasts longer than WAIT_SAID_AFTER seconds."""
    # The timer's thread has a context of its own; the language is that of the caller's.
    timer = threading.Timer(WAIT_SAID_AFTER, copy_context().run, (notify, "wait", message))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
