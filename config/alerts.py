"""alerts.toml → the rules for alerts, and the people and channels that get them."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from config.addresses import is_host_and_port
from config.load import read_toml, resolve
from pipeline.i18n.catalogs import mark

RuleKind = Literal[
    "job", "no_digest", "source_silent", "disk", "backup", "spike", "search", "grave", "desk", "translation"
]
#: Keys that each kind of rule needs, besides `kind`.
_KEYS_BY_KIND: dict[str, frozenset[str]] = {
    "job": frozenset({"times"}),
    "no_digest": frozenset({"by"}),
    "source_silent": frozenset({"hours"}),
    "disk": frozenset({"percent", "megabytes"}),
    "backup": frozenset({"hours"}),
    "spike": frozenset(),
    "search": frozenset(),
    "grave": frozenset({"dead", "injured"}),
    "desk": frozenset(),
    "translation": frozenset({"hours"}),
}
#: Keys of rules that hold a number, which is more than 0.
_NUMBERS = ("times", "hours", "percent", "megabytes", "dead", "injured")


@dataclass(frozen=True, slots=True)
class Mail:
    """[mail]: the mail server, and the recipients of alerts."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    to: tuple[str, ...] = ()
    sender: str = "diembao@localhost"
    #: Mail server as host:port.
    server: str = "127.0.0.1:25"
    security: Literal["starttls", "tls", "none"] = "none"
    #: File (PEM) with the certificate of the authority that signed the server's; '': those that the system trusts.
    ca_file: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Hooks:
    """[hooks]: other channels for alerts."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    #: Names of secrets that hold addresses for the apprise library.
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """[[rule]]: a condition that raises an alert."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    kind: RuleKind
    #: Failed runs of a job in a row.
    times: int | None = None
    #: Local time, HH:MM, by which a digest must be there.
    by: str | None = None
    #: Hours of silence of a source, since the last backup, or in which the engine of translation does not work.
    hours: float | None = None
    #: Free space on the disk, in percent and in megabytes.
    percent: float | None = None
    megabytes: int | None = None
    #: People dead or missing, and people injured or ill, from which number on a happening is told of at once.
    dead: int | None = None
    injured: int | None = None


@dataclass(frozen=True, slots=True)
class Alerting:
    """All of alerts.toml."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    mail: Mail = field(default_factory=Mail)
    hooks: Hooks = field(default_factory=Hooks)
    rule: tuple[Rule, ...] = ()


def load_alerts(directory: Path | None) -> Alerting:
    """Read alerts.toml of `directory`, or the packaged one. Raises ConfigError."""
    name, text = resolve(directory, "alerts.toml")
    alerting, faults = read_toml(text, Alerting, name=name)
    if not is_host_and_port(alerting.mail.server):
        faults.add(("mail", "server"), mark("host:port is needed, found {found!r}"), found=alerting.mail.server)
    if alerting.mail.ca_file and not Path(alerting.mail.ca_file).is_absolute():
        faults.add(
            ("mail", "ca_file"), mark("an absolute path is needed, found {found!r}"), found=alerting.mail.ca_file
        )
    for address in (*alerting.mail.to, alerting.mail.sender):
        if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address):
            key = "sender" if address == alerting.mail.sender else "to"
            faults.add(("mail", key), mark("no e-mail address: {found!r}"), found=address)
    for secret in alerting.hooks.secrets:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", secret):
            faults.add(
                ("hooks", "secrets"),
                mark("the name of a secret, e.g. {example}, not the address itself"),
                example="DIEMBAO_ALERT_URL",
            )
    for n, rule in enumerate(alerting.rule):
        keys = {
            key
            for key in ("times", "by", "hours", "percent", "megabytes", "dead", "injured")
            if getattr(rule, key) is not None
        }
        if wrong := keys ^ _KEYS_BY_KIND[rule.kind]:
            problem = mark("{kind!r} has no {keys}") if wrong & keys else mark("{kind!r} needs {keys}")
            faults.add(("rule", n), problem, kind=rule.kind, keys=", ".join(sorted(wrong)))
        if rule.by is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", rule.by):
            faults.add(("rule", n, "by"), mark("not a time of day as HH:MM: {found!r}"), found=rule.by)
        for key in _NUMBERS:
            if (value := getattr(rule, key)) is not None and value <= 0:
                faults.add(("rule", n, key), mark("more than 0 is needed, found {found}"), found=value)
    faults.raise_any()
    return alerting
