"""alerts.toml → whom to tell of what."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from config.load import ConfigError, Fault, line_of, parse_toml, resolve

RuleKind = Literal["job", "no_digest", "source_silent", "disk", "backup", "spike", "search"]
#: keys that a kind of rule goes by, besides `kind`
_KEYS: dict[str, frozenset[str]] = {
    "job": frozenset({"times"}),
    "no_digest": frozenset({"by"}),
    "source_silent": frozenset({"hours"}),
    "disk": frozenset({"percent", "megabytes"}),
    "backup": frozenset({"hours"}),
    "spike": frozenset(),
    "search": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Mail:
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    to: tuple[str, ...] = ()
    sender: str = "diembao@localhost"
    #: host:port
    server: str = "127.0.0.1:25"
    security: Literal["starttls", "tls", "none"] = "none"
    user: str = ""


@dataclass(frozen=True, slots=True)
class Hooks:
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    #: names of secrets that hold addresses for the apprise library
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    kind: RuleKind
    #: turns of a job that failed in a row
    times: int | None = None
    #: HH:MM in the province's zone
    by: str | None = None
    hours: float | None = None
    #: of free space on the disk
    percent: float | None = None
    megabytes: int | None = None


@dataclass(frozen=True, slots=True)
class Alerting:
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    mail: Mail = field(default_factory=Mail)
    hooks: Hooks = field(default_factory=Hooks)
    rule: tuple[Rule, ...] = ()


def load_alerts(directory: Path | None) -> Alerting:
    """Read alerts.toml of `directory`, or the packaged one. Raises ConfigError."""
    name, text = resolve(directory, "alerts.toml")
    read = parse_toml(text, Alerting, name=name)
    faults: list[Fault] = []

    def add(message: str, *loc: str | int) -> None:
        key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
        faults.append(Fault(name, line_of(text, loc), key, message))

    if not re.fullmatch(r"[^:\s]+:\d{1,5}", read.mail.server):
        add(f"host:port, found {read.mail.server!r}", "mail", "server")
    for address in (*read.mail.to, read.mail.sender):
        if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address):
            add(f"no e-mail address: {address!r}", "mail", "sender" if address == read.mail.sender else "to")
    for secret in read.hooks.secrets:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", secret):
            add("the name of a secret, e.g. DIEMBAO_ALERT_URL, not the address itself", "hooks", "secrets")
    for n, rule in enumerate(read.rule):
        given = {key for key in ("times", "by", "hours", "percent", "megabytes") if getattr(rule, key) is not None}
        if wrong := given ^ _KEYS[rule.kind]:
            told = ", ".join(sorted(wrong))
            add(f"{rule.kind!r} {'has no' if wrong & given else 'needs'} {told}", "rule", n)
        if rule.by is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", rule.by):
            add(f"not a time of day as HH:MM: {rule.by!r}", "rule", n, "by")
        for key in ("times", "hours", "percent", "megabytes"):
            if (value := getattr(rule, key)) is not None and value <= 0:
                add(f"more than 0, found {value}", "rule", n, key)
    if faults:
        raise ConfigError(faults)
    return read
