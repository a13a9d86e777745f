"""Names of secrets → their values, from the environment, files or systemd credentials; and texts without them."""

import json
import os
import re
from pathlib import Path
from urllib.parse import quote

from pipeline.errors import DiembaoError

#: Environment variables of such names hold secrets, whoever reads them.
_SECRET_NAME = re.compile(r"(PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|CREDENTIAL)S?$", re.IGNORECASE)
#: What is hidden wherever it stands, known or not: logins in addresses, and what follows such words.
_SHAPES = (
    (re.compile(r"(?<=://)([^/\s:@'\"]*):([^/\s@'\"]+)(?=@)"), r"\1:***"),
    (re.compile(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9+/=._~-]{8,}"), r"\1 ***"),
    (
        re.compile(r"(?i)\b(password|passwd|pwd|token|secret|api_?key)(\\?[\"']?\s*[=:]\s*\\?[\"']?)([^\s\"'&,;\\]+)"),
        r"\1\2***",
    ),
)
#: Shorter values would take half of every text with them.
_SHORTEST = 4

_read: set[str] = set()


class SecretError(DiembaoError, OSError):
    """A secret cannot be read; the message names the file and the way out."""


def secret(name: str) -> str | None:
    """Return the secret of that name, or None where nobody gave one.

    Looked for in $NAME, the file named by $NAME_FILE, and the file NAME, name or diembao_name in
    $CREDENTIALS_DIRECTORY (systemd's LoadCredential=), in this order; an empty one is none. Raises SecretError.
    """
    found = os.environ.get(name) or _from_file(name)
    if found:
        _read.add(_hidden_part(found))
    return found or None


def _hidden_part(value: str) -> str:
    """Return what of a secret must not be seen: of the address of a database its password only."""
    if not value.startswith(("sqlite", "postgres")):
        return value
    login = re.search(r"://[^/\s:@]*:([^/\s@]+)@", value)
    return login[1] if login else ""


def _from_file(name: str) -> str | None:
    if named := os.environ.get(f"{name}_FILE"):
        return _content(Path(named), f"${name}_FILE")
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        # systemd puts the ID of LoadCredential=diembao:FOLDER before the name of each file of the folder.
        for file in (name, name.lower(), f"diembao_{name.lower()}"):
            if (path := Path(folder) / file).exists():
                return _content(path, "$CREDENTIALS_DIRECTORY")
    return None


def _content(path: Path, why: str) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"{path} (named by {why}) cannot be read: {error}") from error


def known_secrets() -> set[str]:
    """Return every secret that this process was given or has read."""
    found = set(_read) | {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    found.add(_hidden_part(os.environ.get("DIEMBAO_DATABASE", "sqlite")))
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        for path in Path(folder).glob("*"):
            try:
                found.add(_hidden_part(path.read_text("utf-8").strip()))
            except (OSError, UnicodeDecodeError):
                continue  # nobody can print what nobody can read
    return {value for value in found if len(value) >= _SHORTEST}


def hide_secrets(text: str) -> str:
    """Return a text with every known secret, as it is or as addresses and JSON write it, replaced by ***."""
    # The longest first: one may be part of another.
    for value in sorted(known_secrets(), key=len, reverse=True):
        in_json = (json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
        for written in {value, quote(value, safe=""), *in_json}:
            text = text.replace(written, "***")
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text
