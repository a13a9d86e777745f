"""Parsed page → how far it shows an article of its own, against words that sound like an obstacle."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pipeline.extraction.own_words import own_words, words_of

Headline = Literal["own", "mixed", "none"]

_BARS = re.compile(r"\s+[|–—·•»:-]\s+|\s*\|\s*")
# Words of its own that make a headline of a line that sounds like an obstacle; of another line one is enough.
_OF_NOTICE = 2
# Distinct words of its own, and their share of all words, from which a text is believed: least where the page is a
# dated
# article by its own account, most where nothing but headline and text speaks for it. Notices in eight languages have up
# to 4 words of their own (names of outlets, numbers of requests), briefs of 60 characters at least 5.
_DECLARED_AND_DATED = (5, 0.25)
_DECLARED_OR_DATED = (10, 0.3)
_TEXT_ALONE = (9, 0.4)
# Of a page that is kept and marked: what speaks for it besides is an account of its own and a headline.
_ACCOUNTED_FOR = (5, 0.12)

# Share of the words of the title in the feed that the page's headline has too: outlets edit one of the two.
_SAME_HEADLINE = 0.6


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an article on a page."""

    #: whether JSON-LD or metadata call the page an article
    declared: bool
    #: whether the page states the time of publication in its data or beside its headline
    dated: bool
    #: whether the feed announced an article of this headline; None where no feed named the page
    announced: bool | None
    #: 'own': about something; 'mixed': one of its pieces is a notice; 'none': a notice, the outlet's name, or missing
    headline: Headline
    #: distinct words of the text that are no stock words of notices
    own: int
    #: these words, repetitions counted, as a share of all words of the text, 0 to 1
    share: float

    def is_certain(self) -> bool:
        """Whether the page is a dated article by its own account, with a headline and a text of its own.

        The headline that a feed announced counts for either.
        """
        return self._is_accounted_for() and self._reaches(_DECLARED_AND_DATED)

    def is_plausible(self) -> bool:
        """Whether the page may be an article, although its own words sound like an obstacle."""
        if self.headline == "none" or self.announced is False:
            return False
        if self._is_accounted_for() and self._reaches(_ACCOUNTED_FOR):
            return True
        if self.declared or self.dated or self.announced:
            return self._reaches(_DECLARED_OR_DATED)
        return self.has_whole_text()

    def has_whole_text(self) -> bool:
        """Whether headline and text alone, without any data, are those of an article."""
        return self.headline == "own" and self._reaches(_TEXT_ALONE)

    def is_brief(self) -> bool:
        """Whether the page is a brief: by its date or the feed, a headline and a sentence; or by a longer sentence."""
        if not (self.dated or self.announced):
            return self.has_whole_text()
        return self.headline == "own" and self._reaches(_DECLARED_AND_DATED)

    def _is_accounted_for(self) -> bool:
        """Whether two of the page's accounts and its headline speak for an article."""
        return self.declared + self.dated + bool(self.announced) >= 2 and self.headline == "own"

    def _reaches(self, least: tuple[int, float]) -> bool:
        return self.own >= least[0] and self.share >= least[1]


def weigh_evidence(
    *, title: str, notices: Sequence[str], text: str, site: str, url: str, declared: bool, dated: bool, feed: str
) -> Evidence:
    """Return the evidence for an article at `url`.

    `title` is the one chosen for the article, `notices` are the headings of the page (h1 and title element) that sound
    like an obstacle, `site` is the name of the outlet, `feed` the title in the feed ('' if unknown).
    """
    names = frozenset(words_of(site)) | _words_of_host(url)
    own = own_words(text, names)
    total = len(words_of(text))
    return Evidence(
        declared=declared,
        dated=dated,
        announced=_share_of_words(feed, title) >= _SAME_HEADLINE if feed else None,
        headline=_grade_headline(title, notices, names),
        own=len(set(own)),
        share=len(own) / total if total else 0.0,
    )


def _grade_headline(title: str, notices: Sequence[str], names: frozenset[str]) -> Headline:
    least = _OF_NOTICE if title in notices else 1
    if len(own_words(title, names)) < least:
        return "none"
    # The title may be a template's, the same on every page: a heading that is a notice says what this page is.
    if title not in notices and any(not own_words(_first_piece(notice), names) for notice in notices):
        return "none"
    return "own" if len(own_words(_first_piece(title), names)) >= least else "mixed"


def _share_of_words(one: str, other: str) -> float:
    """Return the share of the words of `one` that `other` has too, 0 to 1."""
    words = words_of(one)
    others = frozenset(words_of(other))
    return sum(word in others for word in words) / len(words) if words else 0.0


def _first_piece(title: str) -> str:
    return next((piece for piece in _BARS.split(title) if piece), "")


def _words_of_host(url: str) -> frozenset[str]:
    """Return the labels of a host: outlets with the address as their headline."""
    return frozenset(words_of((urlsplit(url).hostname or "").replace(".", " ")))
