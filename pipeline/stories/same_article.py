"""Two texts of one outlet → whether they are one article: the same text at two addresses, or before and after an edit.

Stricter than pipeline.stories.similarity, which finds reprints and reports of one event: the next bulletin, price list
or follow-up in the same words is an article of its own. The order of the two does not matter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from pipeline.dates.days_in_text import days_in_text
from pipeline.records import Article
from pipeline.stories.term_weights import Hashes, hashes, join, title_words
from pipeline.text.normalize import normalise

#: Words in a row that make a verbatim run, as in fingerprints; and words of a text that count
_RUN, _WORDS = 4, 1200
#: Words below which an equal or nearly equal text may be a template's: the titles must be alike too
_SHORT = 40
# Share of the runs of the shorter text that the other repeats. An edit of a headline leaves the text nearly as it is; a
# follow-up repeats at most the background of the first report. With titles that share words less will do.
_VERBATIM, _VERBATIM_OF_TITLE = 0.75, 0.55
#: Words that two titles share, as a share of the shorter one, from which on they may be one headline edited
_TITLES = 0.4
#: Articles further apart in time are bulletins unless they repeat nearly all words and numbers
_APART = timedelta(hours=36)
_VERBATIM_APART, _NUMBERS_APART = 0.9, 0.8
# Numbers from which on a text is a price list or a bulletin if it shares less than that with the other.
_FEW, _OTHERS = 3, 0.5
#: Share of a feed's summary that the text of its page holds
_SUMMARY = 0.8
#: Words from which on a title names one article
_TITLE_WORDS = 4
# A page whose address moved is still the link's own article if it keeps this much of text or title; rewriting goes far.
_KEPT_TEXT, _KEPT_TITLE = 0.3, 0.5


@dataclass(frozen=True, slots=True)
class Words:
    """An article as it is compared: hashed words without case; arrays are not sorted."""

    title: Hashes
    text: Hashes
    runs: Hashes
    numbers: frozenset[str]
    #: days of the year that the title names
    title_days: frozenset[int]
    #: time of publication where it is exact to the minute, and where only the day is known
    moment: datetime | None
    published: datetime | None
    from_feed: bool


def words_of(article: Article) -> Words:
    """Return an article as it is compared."""
    text = title_words(article.text)[:_WORDS]
    hashed = hashes(text)
    is_dated = article.published is not None and article.published_from in ("page", "text", "feed")
    published = article.published if is_dated else None
    return Words(
        title=hashes(title_words(article.title)),
        text=hashed,
        runs=np.unique(join(hashed, _RUN)),
        numbers=frozenset(word for word in text if word.isdigit()),
        title_days=frozenset(days_in_text(normalise(article.title))),
        moment=published if article.published_precision == "time" else None,
        published=published,
        from_feed=article.text_from == "feed",
    )


def is_same_article(one: Words, other: Words) -> bool:
    """Whether two texts that one address or number was claimed for are one article; text and title decide."""
    titles = _overlap(one.title, other.title)
    is_one_title = len(one.title) >= _TITLE_WORDS and np.array_equal(one.title, other.title)
    if min(len(one.text), len(other.text)) == 0 or (one.from_feed and other.from_feed):
        return bool(len(one.title)) and np.array_equal(one.title, other.title)
    if one.from_feed or other.from_feed:
        summary, page = (one, other) if one.from_feed else (other, one)
        return is_one_title or (titles >= _TITLES and _share(summary.text, page.text) >= _SUMMARY)
    if np.array_equal(one.text, other.text):
        return len(one.text) >= _SHORT or titles >= _TITLES
    if is_one_title and one.moment is not None and one.moment == other.moment:
        return True  # a live report between two looks, or the second page of a long text
    if one.title_days and other.title_days and not one.title_days & other.title_days:
        return False
    have_numbers = min(len(one.numbers), len(other.numbers)) >= _FEW
    if have_numbers and one.moment != other.moment and _numbers(one, other) < _OTHERS:
        return False
    verbatim = _share_of_runs(one, other)
    if _is_apart(one, other):
        return verbatim >= _VERBATIM_APART and _numbers(one, other) >= _NUMBERS_APART
    if min(len(one.text), len(other.text)) < _SHORT and titles < _TITLES:
        return False
    return verbatim >= (_VERBATIM_OF_TITLE if titles >= _TITLES else _VERBATIM)


def is_continued(old: Words, new: Words) -> bool:
    """Whether the text of a link that now leads to another address is still the link's own article, edited."""
    if old.from_feed or is_same_article(old, new):
        return True
    return _share_of_runs(old, new) >= _KEPT_TEXT or _overlap(old.title, new.title) >= _KEPT_TITLE


def _is_apart(one: Words, other: Words) -> bool:
    return one.published is not None and other.published is not None and abs(one.published - other.published) > _APART


def _numbers(one: Words, other: Words) -> float:
    """Return the share of the numbers of the text with fewer that the other has too; 1 where it has none."""
    fewer = min(len(one.numbers), len(other.numbers))
    return len(one.numbers & other.numbers) / fewer if fewer else float(one.numbers == other.numbers)


def _share_of_runs(one: Words, other: Words) -> float:
    fewer = min(len(one.runs), len(other.runs))
    return len(np.intersect1d(one.runs, other.runs, assume_unique=True)) / fewer if fewer else 0.0


def _share(part: Hashes, whole: Hashes) -> float:
    return float(np.isin(part, whole).mean()) if len(part) else 0.0


def _overlap(one: Hashes, other: Hashes) -> float:
    """Return how many words of the shorter title the other has, as a share."""
    first, second = np.unique(one), np.unique(other)
    fewer = min(len(first), len(second))
    return len(np.intersect1d(first, second, assume_unique=True)) / fewer if fewer else 0.0
