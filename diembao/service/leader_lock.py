"""A service among others → alone on its home folder and database, stopped by signals, heard by systemd."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from diembao.system.home import Home, HomeInUse
from storage.service.leader_lock import LeaderLock


def process_id() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@contextmanager
def hold_leader_lock(home: Home, address: str) -> Iterator[LeaderLock]:
    """Hold the home folder and the database for this server; give the right to it.

    Raises HomeInUse, or storage.service.leader_lock.LockedElsewhere, that say who holds it.
    """
    told = home.root / "serve.json"
    with ExitStack() as stack:
        try:
            stack.enter_context(home.lock("serve"))
        except HomeInUse as error:
            with suppress(OSError, ValueError, KeyError):
                holder = json.loads(told.read_text("utf-8"))
                raise HomeInUse(f"{error}: {holder['who']}, since {holder['since']}") from error
            raise
        told.unlink(missing_ok=True)  # of one that was killed: it would be named in place of this one
        hold = LeaderLock(address, process_id())
        stack.callback(hold.release)
        stack.callback(told.unlink, missing_ok=True)
        yield hold


def stop_on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop())


def notify_systemd(message: str) -> None:
    """Tell systemd, where it started this process, how it is (sd_notify(3))."""
    if not (address := os.environ.get("NOTIFY_SOCKET")):
        return
    if address.startswith("@"):
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(message.encode(), address)
