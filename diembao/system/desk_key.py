"""The key of the desk: a file of the home folder from which keys for tokens and for stored secrets are derived.

It is no part of the database or its backups: a copy of the database alone reveals no second factor.
"""

import base64
import binascii
import os
import re
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from diembao.system.home import Home
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, shown

_FILE = "desk.key"
#: 32 bytes as hexadecimal digits, which a person can copy.
_FORM = re.compile(r"[0-9a-f]{64}\n?")
_NONCE = 12


class DeskKeyError(DiembaoError):
    """desk.key cannot be read, or is not the one by which something was encrypted; the message names the way out."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def explanation(self) -> str:
        """Return the message in the language of the context."""
        return str(shown(self.message))


def desk_key(home: Home) -> bytes:
    """Return the 32 bytes of desk.key in the home folder, which is made (0600) where it is missing.

    Processes that make it at the same moment all return the key that is there in the end. Raises DeskKeyError for a
    file that holds no key.
    """
    file = home.root / _FILE
    if not file.exists():
        _create(file)
    text = file.read_text("ascii", "replace")
    if not _FORM.fullmatch(text):
        raise DeskKeyError(
            Message(
                mark(
                    "{file}: holds no key; bring it back from your copy of the home folder, or delete it: then "
                    "everybody sets up the second factor anew"
                ),
                file=file,
            )
        )
    return bytes.fromhex(text.strip())


def _create(file: Path) -> None:
    """Write a key to a draft, whole and on the disk, and link it to its name: a name that is taken is left alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            file.hardlink_to(draft)
        except FileExistsError:
            return
        except OSError:  # a file system without links: the first to come is not told from the second
            if not file.exists():
                draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def derived_key(key: bytes, purpose: str) -> bytes:
    """Return 32 bytes for one purpose: keys of different purposes tell nothing of each other (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, None, f"diembao {purpose}".encode()).derive(key)


def encrypt(key: bytes, text: str, about: str) -> str:
    """Return a text encrypted by AES-256-GCM, in base64. `about` names what it belongs to, and is checked with it."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(derived_key(key, "secrets")).encrypt(nonce, text.encode(), about.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def decrypt(key: bytes, sealed: str, about: str) -> str:
    """Return what `encrypt` encrypted. Raises DeskKeyError for another key, another `about`, or a changed text."""
    try:
        data = base64.urlsafe_b64decode(sealed)
        return AESGCM(derived_key(key, "secrets")).decrypt(data[:_NONCE], data[_NONCE:], about.encode()).decode()
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise DeskKeyError(
            Message(
                mark(
                    "desk.key is not the one with which the second factor was stored: bring it back, or let an "
                    "administrator take the second factor off"
                )
            )
        ) from error
