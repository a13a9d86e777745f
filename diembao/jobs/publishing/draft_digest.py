"""The digest of a day before it is rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from analysis.digest.model import Digest
from config.settings import Settings
from pipeline.records import Item
from pipeline.records.publications import PublishedItem

_BRIEF = "tom-tat-diem-bao-"


@dataclass(frozen=True, slots=True)
class DraftDigest:
    """The digest of a day before it is rendered: the model, its items, and the settings and labels of its forms."""

    day: Digest
    items: Sequence[Item]
    language: str
    settings: Settings
    topic_labels: Mapping[str, str]
    number: int | None = None
    #: items of earlier digests that this digest corrects
    corrected: Sequence[PublishedItem] = ()

    @property
    def province(self) -> str:
        return self.settings.province.name if self.language == "vi" else self.settings.province.name_en

    @property
    def note(self) -> str:
        return self.settings.province.note if self.language == "vi" else self.settings.province.note_en

    @property
    def name(self) -> str:
        """Name of the files, without suffix."""
        return f"diem-bao-{self.day.day}{self._mark}"

    @property
    def brief_name(self) -> str:
        """Name of the files of its brief, without suffix."""
        return f"{_BRIEF}{self.day.day}{self._mark}"

    @property
    def _mark(self) -> str:
        """What the names of the files say where nobody approved the digest: a table has no head to say it."""
        return "-chua-duyet" if self.day.office.unapproved else ""


def form_of(name: str) -> str:
    """Return the form that a file of a digest belongs to: 'brief', or that of its suffix."""
    return "brief" if name.startswith(_BRIEF) else PurePath(name).suffix.removeprefix(".")
