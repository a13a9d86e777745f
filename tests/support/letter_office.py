"""A desk that sends letters to a real mail server, which can refuse, or hold them without an answer."""

import asyncio
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from config.alerts import load_alerts
from config.register.book import load_register_book
from config.settings import load_settings
from diembao.jobs.office.letters import LettersResult, send_letters
from diembao.system.home import Home
from storage.database import Database


@dataclass
class Post:
    """A mail server that can refuse, or hold a letter without an answer, at a word of the conversation."""

    port: int = 0
    refuse: Mapping[str, str] = field(default_factory=dict)
    holds_at: str = ""
    holding: threading.Event = field(default_factory=threading.Event)
    #: envelopes' recipients with the letters, in the order in which they were taken
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        await self._hold("RCPT")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        (to,) = envelope.rcpt_tos
        self.taken.append((to.partition("@")[0], letter))
        await self._hold("DATA")
        return "250 OK"

    async def _hold(self, word: str) -> None:
        if self.holds_at == word:
            self.holding.set()
            await asyncio.sleep(3600)


@dataclass
class Office:
    storage: Database
    address: str
    keys: Mapping[str, str]
    home: Home
    post: Post

    def at(self, at: datetime) -> None:
        (self.home.root / "clock").write_text(json.dumps({"now": at.isoformat(), "steady": 0}), "utf-8")

    def send(self, storage: Database | None = None) -> LettersResult:
        mail = load_alerts(self.home.config).mail
        folder = self.home.config
        return send_letters(storage or self.storage, load_settings(folder), mail, lambda: load_register_book(folder))

    def told(self) -> list[str]:
        return sorted(name for name, _ in self.post.taken)


def set_up_mail(home: Home, port: int) -> None:
    file = home.config / "alerts.toml"
    text = file.read_text("utf-8").replace("diembao@localhost", "diembao@ninhthuan.example.vn")
    file.write_text(text.replace('server = "127.0.0.1:25"', f'server = "127.0.0.1:{port}"'), "utf-8")
