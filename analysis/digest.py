"""Day → the digest as one HTML file or as Markdown."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from analysis import excerpt
from analysis.day import Day, Story, is_dated, language_of
from analysis.labels import Labels, labels
from pipeline.records import Article, Item, Reason, SourceDay
from pipeline.urls import is_fetchable

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

#: shape beside the word, so that tone never rests on colour; none of them judges
TONE_SIGNS: Mapping[str, str] = {"positive": "▲", "neutral": "●", "negative": "▼", "unsure": "○"}
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MARKDOWN = re.compile(r"([\\`*_\[\]~|])")
_MARKDOWN_AT_START = re.compile(r"(?=[#+\-=>])|(?<=\d)(?=[.)](?:\s|$))")


def render_html(
    day: Day, lang: str = "vi", *, province: str, note: str = "", topic_labels: Mapping[str, str] | None = None
) -> str:
    """Return one self-contained page: no script, nothing loaded from anywhere.

    `note` is the line below the province's name; `topic_labels` gives the name of each topic in `lang` (its id is
    shown where there is none). Raises ValueError for a `lang` without labels.
    """
    return _render("digest.html", day, lang, province, note, topic_labels or {})


def render_markdown(
    day: Day, lang: str = "vi", *, province: str, note: str = "", topic_labels: Mapping[str, str] | None = None
) -> str:
    """Like `render_html`, as CommonMark."""
    return _render("digest.md", day, lang, province, note, topic_labels or {})


def link(item: Item) -> str | None:
    """Return the address a reader may follow, percent-encoded; None where the item has no http(s) address."""
    for url in (item.article.canonical, item.article.url):
        if is_fetchable(url.strip()):
            return quote(url.strip(), safe="%/:?#[]@!$&'()*+,;=-._~")
    return None


def _render(template: str, day: Day, lang: str, province: str, note: str, topic_labels: Mapping[str, str]) -> str:
    words = labels(lang)
    # What a topic is called belongs to the rules, what a story without one is called to the digest.
    topics = {"": words.say("other_topics"), **topic_labels}
    return (
        _environment()
        .get_template(template)
        .render(
            day=day,
            province=province,
            note=note,
            l=words,
            topic=lambda id: topics.get(id, id),
            view=_View(day, words),
            limit=excerpt.LIMIT,
        )
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("analysis"),
        # Markdown too: it may hold HTML, and what is shown comes from other people's pages.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": _markdown, "visible": excerpt.visible, "capitalize_first": _capitalised}
    environment.globals |= {
        "link": link,
        "title": excerpt.title,
        "excerpt": excerpt.excerpt,
        "is_dated": is_dated,
        "language_of": language_of,
        "tone_signs": TONE_SIGNS,
    }
    return environment


def _markdown(text: str, at_start: bool = False) -> "Markup":
    """Escape `text` so that Markdown shows it to the letter; `at_start`: it begins a line."""
    from markupsafe import Markup

    text = _MARKDOWN.sub(r"\\\1", re.sub(r"\s+", " ", text))
    if at_start:
        text = _MARKDOWN_AT_START.sub(r"\\", text.lstrip(), count=1) if _starts_block(text.lstrip()) else text
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _starts_block(text: str) -> bool:
    return re.match(r"[#+\-=>]|\d{1,9}[.)](\s|$)", text) is not None


class _View:
    """What the templates ask that is neither in the Day nor a mere label."""

    def __init__(self, day: Day, words: Labels) -> None:
        self._day = day
        self._words = words

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._day.start.tzinfo)

    def published(self, item: Item) -> str:
        """Return when it was published and who says so, e.g. '06:42 ngày 22/11/2026 (theo trang báo)'."""
        words, at = self._words, item.article.published
        if at is None or not is_dated(item):
            seen = self.local(item.first_seen)
            origin = item.article.published_from if item.article.published_from == "first_seen" else "none"
            return words.of("published", origin, time=words.time(seen), date=words.short_date(seen))
        day_only = item.article.published_precision == "day"
        stated = words.short_date(self.local(at)) if day_only else words.clock(self.local(at))
        return f"{stated} ({words.of('published', item.article.published_from)})"

    def stamp(self, item: Item) -> str:
        """Return the time of publication as HTML's `datetime` has it: a day where only that is stated."""
        at = self.local(item.article.published if item.article.published and is_dated(item) else item.first_seen)
        day_only = is_dated(item) and item.article.published_precision == "day"
        return at.date().isoformat() if day_only else at.isoformat()

    def hour(self, item: Item) -> str:
        """Return the time of day of a dated item, with its date where that is not the digest's; '' if undated."""
        article = item.article
        if article.published is None or not is_dated(item):
            return ""
        at = self.local(article.published)
        parts = [] if article.published_precision == "day" else [self._words.time(at)]
        if not parts or at.date() != self._day.day:
            parts.append(self._words.short_date(at))
        return " ".join(parts)

    def remarks(self, item: Item) -> list[str]:
        """Return what a reader must know of how the item was come by."""
        words, article = self._words, item.article
        remarks = []
        if article.published is not None and is_dated(item) and self._is_before(article):
            remarks.append(words.say("late"))
        if item.changed:
            remarks.append(words.say("changed", n=item.version))
        if item.taken_down is not None:
            remarks.append(words.say("taken_down", clock=words.clock(self.local(item.taken_down))))
        if article.text_from == "feed":
            remarks.append(words.say("from_feed"))
        elif article.reason is not Reason.OK:
            remarks.append(words.say("partial", reason=words.of("reason", article.reason)))
        return remarks

    def _is_before(self, article: Article) -> bool:
        """Whether it was published before the period; of a day without a time, whether that day ended before it."""
        assert article.published is not None
        if article.published_precision == "day":
            return self.local(article.published).date() < self._day.start.date()
        return article.published < self._day.start

    def origin(self, item: Item) -> list[str]:
        """Return the country and the language, each only where it is not the usual one."""
        words, language = self._words, language_of(item)
        country = [words.country(item.country)] if item.country != "VN" else []
        return [*country, words.language(language)] if language not in ("", "vi") else country

    def tag(self, language: str) -> str:
        """Return `language` if it can stand in an HTML attribute as a language tag, else ''."""
        return language if _LANGUAGE_TAG.fullmatch(language) else ""

    def change(self, now: int, before: int | None) -> str:
        words = self._words
        if before is None:
            return words.say("no_previous")
        if now == before:
            return words.say("same")
        return words.say("more" if now > before else "fewer", n=abs(now - before))

    def items(self, stories: Sequence[Story]) -> int:
        return sum(len(story.items) for story in stories)

    def undated(self) -> int:
        """Return the number of items whose time of publication is not known, wherever they stand."""
        day = self._day
        parts = (day.foreign, day.undated, day.mentions, *(section.stories for section in day.sections))
        return sum(not is_dated(i) for part in parts for s in part for i in s.items)

    def sources(self, state: str) -> list[SourceDay]:
        return [source for source in self._day.sources if source.state == state]

    def watched(self) -> list[SourceDay]:
        return [source for source in self._day.sources if source.flags]

    def flags(self, source: SourceDay) -> list[str]:
        """Return what is unusual about `source`, in words with the figures behind them."""
        return [
            self._words.of("flag", f.kind, found=f.found, low=f.low, high=f.high, examples=", ".join(f.examples))
            for f in source.flags
        ]

    def read(self) -> int:
        """Return the number of sources that were reached, whether or not they had anything new."""
        return sum(source.state in ("read", "unchanged", "empty") for source in self._day.sources)

    def troubles(self, source: SourceDay) -> list[str]:
        """Return why something of `source` could not be read, the most frequent reason first."""
        words = self._words
        found = sorted(source.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        said = []
        for reason, n in found:
            if reason in (Reason.OK, Reason.NOT_MODIFIED) or n < 1:
                continue
            name = words.of("reason", reason)
            said.append(name if n == 1 else words.say("times", reason=name, n=n))
        if not said and (source.state == "failed" or source.feeds_failed or source.failed or source.unreadable):
            said.append(words.say("unknown_reason"))
        return said
