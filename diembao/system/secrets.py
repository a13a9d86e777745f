"""Names of secrets → values from the environment, files or systemd credentials; texts → texts without secrets."""

import json
import os
import re
from pathlib import Path
from urllib.parse import quote

from pipeline.errors import DiembaoError

#: Names of environment variables whose values are hidden, also if no part of diembao reads them.
_SECRET_NAME = re.compile(r"(PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|CREDENTIAL)S?$", re.IGNORECASE)
#: Patterns of unknown secrets → replacement: logins in addresses, tokens of HTTP headers, values of such keys.
_PATTERNS = (
    (re.compile(r"(?<=://)([^/\s:@'\"]*):([^/\s@'\"]+)(?=@)"), r"\1:***"),
    (re.compile(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9+/=._~-]{8,}"), r"\1 ***"),
    (
        re.compile(r"(?i)\b(password|passwd|pwd|token|secret|api_?key)(\\?[\"']?\s*[=:]\s*\\?[\"']?)([^\s\"'&,;\\]+)"),
        r"\1\2***",
    ),
)
#: Characters of the shortest value that is hidden: shorter ones occur all over a text.
_MIN_LENGTH = 4

#: Values that this process has read.
_values_read: set[str] = set()


class SecretError(DiembaoError, OSError):
    """A secret cannot be read; the message names the file and the variable that led to it."""


def secret(name: str) -> str | None:
    """Return the secret of that name; None where it is missing or empty.

    Places in order: $NAME, the file named by $NAME_FILE, the file NAME, name or diembao_name in
    $CREDENTIALS_DIRECTORY (systemd's LoadCredential=). Raises SecretError.
    """
    value = os.environ.get(name) or _from_file(name)
    if value:
        _values_read.add(_hidden_part(value))
    return value or None


def _hidden_part(value: str) -> str:
    """Return the part of a secret to hide: the password of a database address, else all of it."""
    if not value.startswith(("sqlite", "postgres")):
        return value
    login = re.search(r"://[^/\s:@]*:([^/\s@]+)@", value)
    return login[1] if login else ""


def _from_file(name: str) -> str | None:
    if path_name := os.environ.get(f"{name}_FILE"):
        return _read_file(Path(path_name), f"${name}_FILE")
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        # systemd puts the ID of LoadCredential=diembao:FOLDER before the name of each file of the folder.
        for file in (name, name.lower(), f"diembao_{name.lower()}"):
            if (path := Path(folder) / file).exists():
                return _read_file(path, "$CREDENTIALS_DIRECTORY")
    return None


def _read_file(path: Path, why: str) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"{path} (named by {why}) cannot be read: {error}") from error


def known_secrets() -> set[str]:
    """Return every secret in the environment and the credentials, and those this process has read."""
    values = set(_values_read) | {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    values.add(_hidden_part(os.environ.get("DIEMBAO_DATABASE", "sqlite")))
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        for path in Path(folder).glob("*"):
            try:
                values.add(_hidden_part(path.read_text("utf-8").strip()))
            except (OSError, UnicodeDecodeError):
                continue  # an unreadable secret cannot be printed either
    return {value for value in values if len(value) >= _MIN_LENGTH}


def hide_secrets(text: str) -> str:
    """Return a text with every secret replaced by ***, also where it is percent-encoded or escaped for JSON."""
    # The longest first, because one secret may be part of another.
    for value in sorted(known_secrets(), key=len, reverse=True):
        in_json = (json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
        for form in {value, quote(value, safe=""), *in_json}:
            text = text.replace(form, "***")
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
