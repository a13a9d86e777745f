"""Addresses of servers as people write them into configuration files."""

import re

_HOST_AND_PORT = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^:\[\]\s/@]+):(\d{1,5})")
_LAST_PORT = 65_535


def is_host_and_port(address: str, *, lowest: int = 1) -> bool:
    """Whether an address is host:port (an IPv6 host in brackets), with a port from `lowest` on that exists."""
    match = _HOST_AND_PORT.fullmatch(address)
    return match is not None and lowest <= int(match[1]) <= _LAST_PORT
