"""Address → whether its server is in a private network, by its numbers or its name; nothing is resolved."""

import ipaddress
import socket
import unicodedata
from urllib.parse import urlsplit

#: IPv6 prefix for translated IPv4 addresses (RFC 6052): a gateway may route them into its own network.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: Services of clouds that hand out the keys of the machine that asks: EC2, Google, Azure, OpenStack (169.254.169.254,
#: fd00:ec2::254, fd20:ce::254), ECS (169.254.170.2), EKS (.23), Azure's wire server, Alibaba, Oracle.
_METADATA = frozenset(
    [
        *("169.254.169.254", "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200", "192.0.0.192"),
        *("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"),
    ]
)
#: Names under which the same services answer inside their networks.
_METADATA_NAMES = frozenset(
    [
        *("metadata", "metadata.google.internal", "metadata.goog", "metadata.azure.internal", "instance-data"),
        *("instance-data.ec2.internal", "metadata.tencentyun.com", "metadata.packet.net"),
    ]
)


def numeric_address(host: str) -> str | None:
    """Return the dotted or IPv6 form of a numeric host; None for a name.

    Decimal, octal and hexadecimal forms are numeric too. So are digits of other scripts and full-width ones, which
    become ASCII before the name is resolved.
    """
    host = _plain(host)
    try:
        return str(ipaddress.ip_address(host.strip("[]").split("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if host[:1].isdigit() else None
    except OSError:
        return None


def is_public(address: str) -> bool:
    """Return whether a numeric address is public; an IPv4 address within an IPv6 one is judged by itself."""
    ip = _innermost(address)
    return ip.is_global and not ip.is_multicast


def is_metadata_service(host: str) -> bool:
    """Return whether a host, numeric in any form or a name, is where a cloud hands out the keys of its machines."""
    if (address := numeric_address(host)) is not None:
        return str(_innermost(address)) in _METADATA
    return _plain(host) in _METADATA_NAMES


def is_local_name(host: str) -> bool:
    """Return whether a host is a name of this very machine (RFC 6761)."""
    host = _plain(host)
    return host == "localhost" or host.endswith((".localhost", "localhost.localdomain"))


def is_private_host(host: str) -> bool:
    """Return whether a host is a private or local address in any numeric form, this machine or a metadata service."""
    if is_local_name(host) or is_metadata_service(host):
        return True
    address = numeric_address(host)
    return address is not None and not is_public(address)


def server_of(url: str) -> str:
    """Return "host:port" of an address, equal for every written form of a numeric host. Raises ValueError."""
    parts = urlsplit(url)
    return f"{_host(parts.hostname or '')}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def server_of_pair(pair: str) -> str:
    """Return a setting "HOST:PORT" (or HOST alone, without a port then) in the form of `server_of`."""
    host, colon, port = pair.strip().rpartition(":")
    if not colon or not port.isdigit() or (":" in host and not host.startswith("[")):
        return _host(pair)
    return f"{_host(host)}:{port}"


def _host(host: str) -> str:
    return numeric_address(host) or _plain(host)


def _plain(host: str) -> str:
    return unicodedata.normalize("NFKC", host).replace("\u3002", ".").strip().rstrip(".").lower()


def _innermost(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that an IPv6 one carries (mapped, 6to4, Teredo, NAT64), else the address itself."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and (ip in _NAT64 or (int(ip) >> 32 == 0 and int(ip) > 0xFFFF)):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        return inner or ip
    return ip
