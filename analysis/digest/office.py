"""What people of the office made of a digest: its lead, what they left out and why; and the words that say so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.digest import excerpt
from analysis.digest.editions import EditionChanges
from analysis.digest.translated import translation_mark
from analysis.documents.blocks import Block, BulletList, Heading, Paragraph, Run
from analysis.documents.labels import Labels
from pipeline.text.line_length import cut_line

if TYPE_CHECKING:
    from analysis.digest.model import Digest

#: Articles left out that are named; their number is given of all
SHOWN = 30
#: Letters of what was wrong in the edition before, in the brief
_NOTE = 260


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An article that a person kept out of a digest."""

    key: str
    title: str
    outlet: str
    #: in the words of the person
    reason: str = ""
    #: code of the reason of a rejection in the review; '': it has none
    code: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """The part of people in a digest; each field stands apart from what the machine found."""

    #: sentences in the office's own words; '': none
    lead: str = ""
    #: articles left out by the editor
    left_out: tuple[LeftOut, ...] = ()
    #: articles rejected in the review
    rejected: tuple[LeftOut, ...] = ()
    #: SHA-256 (hex) of the last entry of the audit on the day; '': there is none
    audit: str = ""
    #: whether it goes out although nobody approved it in time
    unapproved: bool = False
    #: number of the digest of the same day in whose place it is published; 0: it is the first
    replaces: int = 0
    #: what was wrong in the last edition of the day, in the office's words; '': nobody said
    erratum: str = ""
    #: what it puts right in the edition whose place it takes; None: there is none
    changes: EditionChanges | None = None
    #: numbers of its articles and of those among them that a person reviewed; None: it is not known
    reviewed: tuple[int, int] | None = None


#: The part of people in a digest of which there is none.
NOBODY = Office()


class OfficeWords:
    """The sentences about the part of people, in one language."""

    def __init__(self, day: "Digest", words: Labels) -> None:
        self._day, self._words = day, words

    def head(self) -> list[str]:
        """Return the lines for the head of the document: that nobody approved it; most often none."""
        return [self._words.say("unapproved")] if self._day.office.unapproved else []

    def lead(self) -> str:
        """Return the lead in the office's words; '' without one."""
        return excerpt.visible(self._day.office.lead)

    def left_out(self) -> Iterator[tuple[str, list[str]]]:
        """Yield (sentence with their number, a line for each) of what was left out and of what was rejected."""
        for key, listed in (
            ("articles_left_out", self._day.office.left_out),
            ("articles_rejected", self._day.office.rejected),
        ):
            if listed:
                lines = [self._line(one) for one in listed[:SHOWN]]
                if more := len(listed) - SHOWN:
                    lines += [self._words.say("left_out_more", n=more)] if more > 0 else []
                yield self._words.say(key, n=len(listed)), lines

    def _line(self, one: LeftOut) -> str:
        reasons = [self._words.of("reject-reason", one.code)] if one.code else []
        reasons += [excerpt.visible(one.reason)] if one.reason else []
        title = excerpt.visible(one.title) or self._words.say("untitled")
        if (translated := self._day.translations.title(one.key)) is not None:
            title = f"{excerpt.visible(translated.text)} [{translation_mark(translated, self._words)}; {title}]"
        return f"{title} ({excerpt.visible(one.outlet)})" + (f": {'; '.join(reasons)}" if reasons else "")

    def top(self) -> str:
        """Return the sentence on how the stories to read first were found; '' where there are none."""
        if not self._day.top:
            return ""
        top = self._day.top
        if any(one.chosen for one in top):
            return self._words.say("method_top_chosen")
        return self._words.say("method_top_placed" if any(one.placed for one in top) else "method_top")

    def notes(self) -> list[str]:
        """Return further sentences for the notes: what it replaces, who wrote the lead, where the audit stands."""
        office = self._day.office
        notes = [self._words.say("method_replaces", number=office.replaces)] if office.replaces else []
        notes += [self._words.say("method_lead")] if office.lead else []
        notes += [sentence] if (sentence := self.reviewed()) else []
        return [*notes, self._words.say("method_audit", hash=office.audit)] if office.audit else notes

    def reviewed(self) -> str:
        """Return how many of its articles a person reviewed, in a sentence; '' where it is not known or it has none."""
        articles, reviewed = self._day.office.reviewed or (0, 0)
        if not articles:
            return ""
        key = "method_reviewed_all" if reviewed == articles else "method_reviewed" if reviewed else "method_unreviewed"
        return self._words.say(key, n=reviewed, all=articles)

    def brief_line(self) -> str:
        """Return how many articles were left out, in a sentence; '' for none."""
        n = len(self._day.office.left_out) + len(self._day.office.rejected)
        return self._words.say("brief_left_out", n=n) if n else ""

    def edition_line(self) -> str:
        """Return which edition of the day it takes the place of and what was wrong there, short; '' for a first one."""
        if (changes := self._day.office.changes) is None:
            return ""
        said = self._words.say("method_replaces", number=changes.publication)
        note = cut_line(excerpt.visible(changes.note), _NOTE)
        return f"{said} {note}" if note else said

    def lead_blocks(self, *, heading: bool) -> Iterator[Block]:
        """Yield the lead, marked as the office's, under a heading or behind it on one line; nothing without one."""
        if not (lead := self.lead()):
            return
        title = self._words.say("office_lead")
        if heading:
            yield Heading(1, (Run(title),))
            yield Paragraph((Run(lead),))
        else:
            yield Paragraph((Run(f"{title}: ", bold=True), Run(lead)))

    def left_out_blocks(self) -> Iterator[Block]:
        """Yield what was left out, for the notes."""
        for sentence, lines in self.left_out():
            yield Paragraph((Run(sentence),), "small")
            yield BulletList(tuple((Run(line),) for line in lines))
