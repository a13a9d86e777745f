"""A real mail server that sorts what it takes into digests and alerts."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class Mailbox:
    """A real mail server on 127.0.0.1 that can be down, or leave without an answer."""

    port: int
    #: texts of alerts
    alerts: list[str] = field(default_factory=list)
    #: Message-IDs of digests, one for each time that one was taken
    digests: list[str] = field(default_factory=list)
    #: letters that are taken without saying so
    mute: int = 0
    _server: Any = None

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        if (name := str(letter["Message-ID"])).startswith("<diembao-"):
            self.digests.append(name)
            if self.mute:
                self.mute -= 1
                server.transport.abort()
        else:
            self.alerts.append(letter.get_content())
        return "250 OK"

    def up(self) -> None:
        from aiosmtpd.controller import Controller

        if self._server is None:
            # A thread of its own may need long to start on a machine under load.
            self._server = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=60)
            self._server.start()

    def down(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None
