"""The address of a server of the office to which texts are sent, checked without resolving its name."""

from urllib.parse import urlsplit

from config.load import Faults
from pipeline.i18n.catalogs import mark
from pipeline.text.private_hosts import is_local_name, is_metadata_service, is_public, numeric_address

#: Fault of a server outside private networks.
PUBLIC_ADDRESS = mark(
    "{host} is outside private networks: the texts would leave the house. Whoever wants that writes "
    "allow_public = true beside it"
)


def check_server_address(table: str, address: str, faults: Faults, *, allow_public: bool) -> None:
    """Add why an address in a table of settings.toml cannot be meant."""
    at = (table, "address")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        faults.add(at, mark("an address that begins with http:// or https:// is needed"))
    elif parts.username is not None or parts.password is not None:
        faults.add(at, mark("holds a login: the key is a secret, named by `secret`"))
    elif is_metadata_service(host):
        faults.add(at, mark("is where a cloud hands out the keys of its machines"))
    elif not allow_public and _is_known_public(host):
        faults.add(at, PUBLIC_ADDRESS, host=host)


def _is_known_public(host: str) -> bool:
    number = numeric_address(host)
    return number is not None and is_public(number) and not is_local_name(host)
