"""A mail server on loopback that keeps what it is given, and can be told how to answer."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Post:
    """What arrived, as (recipients, letter); `answers` are said to the first letters: 'kill' waits for `go_on`."""

    port: int
    letters: list[tuple[list[str], bytes]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "kill":
            self.asked.set()
            await asyncio.to_thread(self.go_on.wait, 60)
            return "451 gone"
        if not answer.startswith("250"):
            return answer
        self.letters.append((list(envelope.rcpt_tos), envelope.content))
        return answer


@contextmanager
def post_office() -> Iterator[Post]:
    """Run a mail server on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = Post(int(probe.getsockname()[1]))
    server = Controller(found, hostname="127.0.0.1", port=found.port)
    server.start()
    try:
        yield found
    finally:
        found.go_on.set()
        server.stop()
