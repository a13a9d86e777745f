"""settings.toml → Settings, checked for sense as well as form."""

import re
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from config.collection import CollectionSettings, check_collection
from config.desk import DeskSettings, check_desk
from config.engines.encoder import EncoderSettings, check_encoder_settings
from config.engines.translation import TranslationSettings, check_translation_settings
from config.faults.errors import Fault
from config.load import Faults, read_toml, resolve
from pipeline.i18n.catalogs import mark
from pipeline.records import CrawlSettings

_FORBID = {"extra": "forbid"}
#: Fewest days to keep: a source's usual yield is taken from the last 28 days (analysis.anomalies.source_flags).
_MIN_DAYS = 29
#: Least values of [images].
_IMAGES_LEAST = {"within_hours": 1, "per_run": 1, "seconds_per_page": 5, "max_bytes": 100_000, "max_total_megabytes": 1}
#: File formats of a digest that can be attached to an e-mail.
Attachment = Literal["pdf", "docx", "html", "md", "csv"]


@dataclass(frozen=True, slots=True)
class Province:
    """The province that the press review is about, as named in the head of a digest."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    name_en: str
    #: Line below the name, e.g. the province it has belonged to since a reform; may be empty.
    note: str = ""
    note_en: str = ""
    #: IANA name of the time zone in which a day begins and ends.
    time_zone: str = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Peer:
    """Another province, whose headlines are counted for the share of voice in a periodic report."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    #: Other spellings of the name in headlines.
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """[digest]: the period and language of a digest."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Local time, HH:MM, at which the 24 hours of a digest end.
    cutoff: str = "06:00"
    #: Hours before the period within which an item that was found late still counts as news.
    late_hours: int = 48
    #: Language of the digest, 'vi' or 'en'.
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class ProcessSettings:
    """[process]: how documents are examined."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Processes that examine documents at once; 0: one for each processor.
    workers: int = 0
    #: Results stored in one transaction at most.
    batch: int = 64
    #: Whether to extract pages in which the gate (pipeline.prefilter.gate) finds no name of the province. If not, only
    #: their title and day are kept, which is all that share of voice needs, at a small part of the cost.
    read_all: bool = True
    #: Seconds that one document may take. One that takes more than three is put off until all others are done.
    seconds_per_document: float = 30.0
    #: Days for which what was read of each page is kept for other provinces; 0: none.
    share_days: int = 0


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """[storage]: the database."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: SQLAlchemy address without a password, e.g. postgresql://diembao@db.example/diembao; '': SQLite in the home.
    database: str = ""


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """[retention]: days after which `diembao retention --apply` deletes rows; 0: never."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: Days to keep stored pages that are not about the province, or cannot be read.
    irrelevant_pages_days: int = 30
    #: Days to keep stored pages about the province; their texts stay.
    coverage_pages_days: int = 730
    #: Days to keep single polls and fetches; their sums by source and day stay.
    attempts_days: int = 365
    #: Days to keep articles that are not about the province; title, date, outlet, language and address stay.
    irrelevant_texts_days: int = 30
    #: Days to keep images of pages; those of articles that turn out not to be about the province go as their pages do.
    images_days: int = 730


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """[images]: pictures of articles' pages, for one's own files (diembao.jobs.collection.page_images)."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    keep: Literal["none", "pdf", "png"] = "none"
    relevance: tuple[Literal["main", "mention"], ...] = ("main",)
    #: Hours after a text was read within which its page is visited.
    within_hours: int = 72
    #: Pages that one run visits.
    per_run: int = 20
    #: Seconds for loading and drawing one page.
    seconds_per_page: float = 90.0
    #: Limit of one image, in bytes.
    max_bytes: int = 15 * 2**20
    #: Limit of all images together, in MB of 2**20 bytes.
    max_total_megabytes: int = 20_000


@dataclass(frozen=True, slots=True)
class DocumentSettings:
    """[document]: the head and the end of a document; see analysis.documents.blocks.Letterhead."""

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
    """[[sending.list]]: e-mail addresses that get a digest together."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    name: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendingSettings:
    """[sending]: recipients of a published digest; the mail server is that of alerts.toml."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    attach: tuple[Attachment, ...] = ("pdf",)
    #: Names of secrets that hold addresses for the apprise library.
    hooks: tuple[str, ...] = ()
    list: tuple[MailingList, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """All of settings.toml."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    province: Province
    crawl: CrawlSettings = field(default_factory=CrawlSettings)
    collection: CollectionSettings = field(default_factory=CollectionSettings)
    process: ProcessSettings = field(default_factory=ProcessSettings)
    digest: DigestSettings = field(default_factory=DigestSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    document: DocumentSettings = field(default_factory=DocumentSettings)
    sending: SendingSettings = field(default_factory=SendingSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    images: ImageSettings = field(default_factory=ImageSettings)
    desk: DeskSettings = field(default_factory=DeskSettings)
    translation: TranslationSettings = field(default_factory=TranslationSettings)
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    peer: tuple[Peer, ...] = ()


def load_settings(directory: Path | None) -> Settings:
    """Read settings.toml of `directory`, or the packaged one. Raises ConfigError."""
    return _settings_of(*resolve(directory, "settings.toml"))


@lru_cache(maxsize=2)
def _settings_of(name: str, text: str) -> Settings:
    """Return the settings of a file's text, which a command asks for several times."""
    settings, faults = read_toml(text, Settings, name=name)
    _check_basics(settings, faults)
    _check_limits(settings, faults)
    _check_peers(settings, faults)
    _check_document(settings.document, faults)
    _check_sending(settings.sending, faults)
    check_collection(settings.collection, settings.process.share_days, faults)
    check_desk(settings.desk, faults)
    check_translation_settings(settings.translation, faults)
    check_encoder_settings(settings.encoder, faults)
    faults.raise_any()
    return settings


def missing_contact(directory: Path | None, settings: Settings) -> list[Fault]:
    """Return a fault where nobody could be written to who minds the requests of this installation."""
    if settings.crawl.contact.strip() or settings.collection.home:
        return []
    faults = Faults(*resolve(directory, "settings.toml"))
    faults.add(("crawl", "contact"), mark("is empty: an e-mail address or a page, so that webmasters can write to you"))
    return list(faults.all)


def _check_basics(settings: Settings, faults: Faults) -> None:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", settings.digest.cutoff):
        faults.add(("digest", "cutoff"), mark("not a time of day as HH:MM: {found!r}"), found=settings.digest.cutoff)
    if settings.digest.language not in ("vi", "en"):
        words, found = mark("one of {expected} is needed, found {found}"), repr(settings.digest.language)
        faults.add(("digest", "language"), words, expected="'vi', 'en'", found=found)
    try:
        ZoneInfo(settings.province.time_zone)
    except (KeyError, ValueError, OSError):
        faults.add(("province", "time_zone"), mark("no such time zone: {found!r}"), found=settings.province.time_zone)
    if re.search(r"://[^/@]*:[^/@]+@", settings.storage.database):
        faults.add(
            ("storage", "database"),
            mark(
                "holds a password: leave it out and give it in $PGPASSWORD or ~/.pgpass, or the whole address in "
                "$DIEMBAO_DATABASE"
            ),
        )
    elif settings.storage.database and not re.match(r"(postgresql|sqlite)(\+\w+)?://", settings.storage.database):
        words = mark("no address of a PostgreSQL or SQLite database, such as postgresql://diembao@db.example/diembao")
        faults.add(("storage", "database"), words)


def _check_limits(settings: Settings, faults: Faults) -> None:
    for key in ("delay_seconds", "timeout_seconds", "concurrent_requests", "max_page_bytes", "max_feed_bytes"):
        if (value := getattr(settings.crawl, key)) < (0 if key == "delay_seconds" else 1):
            faults.add(("crawl", key), mark("too small: {found}"), found=value)
    for key, least in _IMAGES_LEAST.items():
        if (value := getattr(settings.images, key)) < least:
            faults.add(("images", key), mark("too small: {found}"), found=value)
    if not settings.images.relevance:
        faults.add(("images", "relevance"), mark("is empty: name at least one"))
    for key in (f.name for f in fields(RetentionSettings)):
        if 0 < (days := getattr(settings.retention, key)) < _MIN_DAYS or days < 0:
            faults.add(
                ("retention", key),
                mark("at least {least} days are needed, or 0 for ever, found {found}"),
                least=_MIN_DAYS,
                found=days,
            )


def _check_peers(settings: Settings, faults: Faults) -> None:
    names = {settings.province.name}
    for n, peer in enumerate(settings.peer):
        key = ("peer", n, "name")
        for name in (peer.name, *peer.also):
            if not any(c.isalnum() for c in name) or '"' in name:
                faults.add(key, mark("no name that a headline could hold: {found!r}"), found=name)
        if peer.name in names:
            faults.add(key, mark("stands here twice, or is the province itself: {found!r}"), found=peer.name)
        names.add(peer.name)


def _check_document(document: DocumentSettings, faults: Faults) -> None:
    if document.form == "administrative":
        for key in ("agency", "symbol", "place"):
            if not getattr(document, key).strip():
                faults.add(("document", key), mark("is empty: a document of form 'administrative' needs it"))


def _check_sending(sending: SendingSettings, faults: Faults) -> None:
    names: set[str] = set()
    for n, mailing_list in enumerate(sending.list):
        at = ("sending", "list", n)
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", mailing_list.name):
            faults.add(
                (*at, "name"), mark("small letters, digits, '_' and '-' only, found {found!r}"), found=mailing_list.name
            )
        if mailing_list.name in names:
            faults.add((*at, "name"), mark("{name!r} is used twice"), name=mailing_list.name)
        names.add(mailing_list.name)
        if not mailing_list.to:
            faults.add((*at, "to"), mark("is empty: name at least one address"))
        for address in mailing_list.to:
            if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address):
                faults.add((*at, "to"), mark("no e-mail address: {found!r}"), found=address)
    for secret in sending.hooks:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", secret):
            faults.add(
                ("sending", "hooks"),
                mark("the name of a secret, e.g. {example}, not the address itself"),
                example="DIEMBAO_DIGEST_URL",
            )
