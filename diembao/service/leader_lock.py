"""One server on each home folder and database; signals that stop it; messages to systemd."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from diembao.system.home import Home, HomeInUse
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.service.leader_lock import LeaderLock


def process_id() -> str:
    """Return host:pid of this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


@contextmanager
def hold_leader_lock(home: Home, address: str) -> Iterator[LeaderLock]:
    """Hold the locks on the home folder and the database for this server; give the lock on the database.

    Raises HomeInUse, or storage.engine.errors.LockedElsewhere; the message names the holder.
    """
    info_file = home.root / "serve.json"
    with ExitStack() as stack:
        try:
            stack.enter_context(home.lock("serve"))
        except HomeInUse as error:
            with suppress(OSError, ValueError, KeyError):
                holder = json.loads(info_file.read_text("utf-8"))
                message = mark("{error}: {who}, since {since}")
                raise HomeInUse(
                    Message(message, error=error.message, who=holder["who"], since=holder["since"])
                ) from error
            raise
        info_file.unlink(missing_ok=True)  # the file of a killed server would name that server
        lock = LeaderLock(address, process_id())
        stack.callback(lock.release)
        stack.callback(info_file.unlink, missing_ok=True)
        yield lock


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGINT and SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop())


def notify_systemd(message: str) -> None:
    """Send a state such as READY=1 to systemd (sd_notify(3)); nothing if systemd did not start this process."""
    if not (address := os.environ.get("NOTIFY_SOCKET")):
        return
    if address.startswith("@"):
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(message.encode(), address)
