"""[document] and [sending] of settings.toml → the form of documents, and to whom they go."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

_FORBID = {"extra": "forbid"}
Attachment = Literal["pdf", "docx", "html", "md", "csv"]


@dataclass(frozen=True, slots=True)
class DocumentSettings:
    """What stands in the head and at the end of a document; see analysis.documents.blocks.Letterhead."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    form: Literal["bulletin", "administrative"] = "bulletin"
    parent_agency: str = ""
    agency: str = ""
    symbol: str = ""
    place: str = ""
    authority: str = ""
    signer_title: str = ""
    signer: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailingList:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendingSettings:
    """Where a published digest goes; the mail server is that of alerts.toml."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    attach: tuple[Attachment, ...] = ("pdf",)
    #: names of secrets that hold addresses for apprise
    hooks: tuple[str, ...] = ()
    list: tuple[MailingList, ...] = ()


def faults_in(document: DocumentSettings, sending: SendingSettings) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield where something makes no sense, and what."""
    if document.form == "administrative":
        for key in ("agency", "symbol", "place"):
            if not getattr(document, key).strip():
                yield ("document", key), "is empty: a document of form 'administrative' needs it"
    names: set[str] = set()
    for n, one in enumerate(sending.list):
        at = ("sending", "list", n)
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", one.name):
            yield (*at, "name"), f"small letters, digits, '_' and '-' only, found {one.name!r}"
        if one.name in names:
            yield (*at, "name"), f"{one.name!r} is used twice"
        names.add(one.name)
        if not one.to:
            yield (*at, "to"), "is empty: name at least one address"
        for address in one.to:
            if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address):
                yield (*at, "to"), f"no e-mail address: {address!r}"
    for secret in sending.hooks:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", secret):
            yield ("sending", "hooks"), "the name of a secret, e.g. DIEMBAO_DIGEST_URL, not the address itself"
