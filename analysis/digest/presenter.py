"""Digest and labels → the texts that all its output formats share."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from analysis.anomalies.surges import surge_sentence
from analysis.digest import excerpt
from analysis.digest.beside import BesideList, lists_beside
from analysis.digest.data_line import data_line
from analysis.digest.editions import change_sentences, erratum_sentence
from analysis.digest.item_words import carriers_of_tone, negative_items, published_words, remark_words
from analysis.digest.model import Digest
from analysis.digest.translated import TranslationWords
from analysis.documents.labels import Labels
from analysis.stories.figure_words import grave_words, reach_words
from analysis.stories.grouping import Story
from analysis.stories.press_lines import event_lines, origin_line
from analysis.stories.ranking import AttentionItem, OutletRow, TopStory
from analysis.tables.links import article_link
from pipeline.records import Item, Reason, SourceDay
from pipeline.tagging.reason_text import relevance_reason_text

#: Shape beside the name of a tone, so that no tone rests on colour alone
TONE_SIGNS: Mapping[str, str] = {"positive": "▲", "neutral": "●", "negative": "▼", "unsure": "○"}
#: Outlets of a story that are named
_NAMED = 12


class DigestPresenter:
    """Texts and lists that the output formats need beyond the fields of the Digest and the labels."""

    def __init__(self, day: Digest, words: Labels, topics: Mapping[str, str], province: str = "") -> None:
        """`province` is the name of the watched province, which a line from data leaves out beside places in it."""
        self._day = day
        self._province = province
        self._words = words
        self._topics = topics
        self._events: dict[str, list[Story]] = {}
        for part in (day.foreign, day.undated, *(section.stories for section in day.sections)):
            for story in part:
                self._events.setdefault(story.lead.event or story.lead.story, []).append(story)
        parts = (day.foreign, day.undated, day.mentions, *(section.stories for section in day.sections))
        self.translated = TranslationWords(day.translations, words, self._data_line)
        self._reach = {item.source_id: item.reach for part in parts for story in part for item in story.items}

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._day.start.tzinfo)

    def published(self, item: Item) -> str:
        """Return the time of publication and its origin, e.g. '06:42 ngày 22/11/2026 (theo trang báo)'."""
        return published_words(item, self._words, self._day.start.tzinfo)

    def stamp(self, item: Item) -> str:
        """Return the time of publication for the HTML attribute `datetime`: a day if only the day is known."""
        at = self.local(item.article.published if item.article.published and item.is_dated else item.first_seen)
        day_only = item.is_dated and item.article.published_precision == "day"
        return at.date().isoformat() if day_only else at.isoformat()

    def hour(self, item: Item) -> str:
        """Return the time of day of a dated item, with its date if it is not the day of the digest; '' if undated."""
        article = item.article
        if article.published is None or not item.is_dated:
            return ""
        at = self.local(article.published)
        parts = [] if article.published_precision == "day" else [self._words.time(at)]
        if not parts or at.date() != self._day.day:
            parts.append(self._words.short_date(at))
        return " ".join(parts)

    def why(self, item: Item) -> str:
        """Return the reason of the item's relevance, in a sentence."""
        return excerpt.visible(relevance_reason_text(item.tags.reason, "en" if self._words.lang == "en" else "vi"))

    def beside(self) -> list[BesideList]:
        """Return the lists of items that stand beside the figures."""
        return list(lists_beside(self._day, self._words))

    def remarks(self, item: Item) -> list[str]:
        """Return remarks on how the item was obtained: late, of an archive, changed, taken down, read in part."""
        return remark_words(item, self._words, self._day.start.tzinfo, self._day.start)

    def origin(self, item: Item) -> list[str]:
        """Return the names of country and language but for Vietnam and Vietnamese, and that an archive had it first."""
        words, language = self._words, item.language
        country = [words.country(item.country)] if item.country != "VN" else []
        archive = [words.say("of_archive")] if item.provenance == "archive" else []
        return [*country, *([words.language(language)] if language not in ("", "vi") else []), *archive]

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
        """Return the number of undated items, in all sections."""
        return sum(not item.is_dated for item in self._all_items())

    def read_back(self) -> str:
        """Return how many items archives had first, in a sentence; '' where there are none."""
        n = sum(item.provenance == "archive" for item in self._all_items())
        return self._words.say("read_back_share", n=n) if n else ""

    def _all_items(self) -> Iterator[Item]:
        day = self._day
        parts = (day.foreign, day.undated, day.mentions, *(section.stories for section in day.sections))
        return (item for part in parts for story in part for item in story.items)

    def sources(self, state: str) -> list[SourceDay]:
        return [source for source in self._day.sources if source.state == state]

    def watched(self) -> list[SourceDay]:
        return [source for source in self._day.sources if source.flags]

    def flags(self, source: SourceDay) -> list[str]:
        """Return the flags of a source in words, with their figures."""
        return [
            self._words.of("flag", f.kind, found=f.found, low=f.low, high=f.high, examples=", ".join(f.examples))
            for f in source.flags
        ]

    def waiting(self) -> list[SourceDay]:
        """Return the sources of which some feeds are not asked for now."""
        return [source for source in self._day.sources if source.waits]

    def waits(self, source: SourceDay) -> list[str]:
        """Return which feeds of a source wait, for whom, and until when."""
        words, texts = self._words, []
        for wait in source.waits:
            values = {"n": wait.feeds, "host": wait.host, "reason": words.of("reason", wait.reason)}
            until = {} if wait.until is None else {"until": words.clock(self.local(wait.until))}
            texts.append(words.say("waits" if until else "waits_next", **values, **until))
        return texts

    def read(self) -> int:
        """Return the number of sources that were reached, whether or not they had anything new."""
        return sum(source.state in ("read", "unchanged", "empty") for source in self._day.sources)

    def troubles(self, source: SourceDay) -> list[str]:
        """Return the reasons why feeds or pages of a source were not read, the most frequent first."""
        words = self._words
        reasons = sorted(source.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        troubles = []
        for reason, n in reasons:
            if reason in (Reason.OK, Reason.NOT_MODIFIED) or n < 1:
                continue
            name = words.of("reason", reason)
            troubles.append(name if n == 1 else words.say("times", reason=name, n=n))
        if not troubles and (source.state == "failed" or source.feeds_failed or source.failed or source.unreadable):
            troubles.append(words.say("unknown_reason"))
        return troubles

    def anchor(self, story: Story) -> str:
        """Return the HTML id of a story."""
        return "t-" + re.sub(r"[^A-Za-z0-9]", "-", story.lead.story)

    def headline(self, item: Item) -> str:
        """Return the title of an item, translated where it can be, with its mark then."""
        return self.translated.headline(item)

    def _data_line(self, item: Item) -> str:
        stories = self._events.get(item.event or item.story, ())
        mates = [other for story in stories for other in story.items if other.key != item.key]
        return data_line(item, mates, self._words, self._topics, self._province)

    def why_top(self, top: TopStory) -> str:
        """Return a sentence that explains why a story is to be read first."""
        words, story = self._words, top.story
        parts = [words.say("top_chosen")] if top.chosen else []
        parts += [*grave_words(top.gravity, words), words.say("top_outlets", n=top.outlets)]
        parts += [", ".join(reach_words(top.items, top.languages, words))] if top.items > 1 else []
        if top.abroad:
            parts.append(words.say("top_abroad", countries=", ".join(map(words.country, top.abroad))))
        if story.origin:
            parts.append(words.say("top_origin", origin=excerpt.visible(story.origin)))
        if story.lead.tags.tone in ("positive", "negative"):
            parts.append(words.say("top_tone", tone=words.of("tone", story.lead.tags.tone).lower()))
        if top.same_event:
            parts.append(words.say("top_event", n=top.same_event))
        return words.say("top_why", parts="; ".join(parts))

    def seen(self, attention: AttentionItem) -> str:
        """Return the observations that make a story ask for attention, with their evidence."""
        words, reach = self._words, attention.reach
        parts = grave_words(attention.gravity, words)
        if attention.negative:
            n = len(attention.items)
            key = "attention_negative" if n > 1 else "attention_negative_one"
            lead, said = attention.story.lead, words.say(key, negative=attention.negative, n=n)
            negative = negative_items(attention, lead)
            if outlets := carriers_of_tone(negative, lead, words):
                said = words.say("negative_at", said=said, outlets=outlets)
            tone_words = [e.words for i in negative for e in i.tags.tone_words]
            examples = list(dict.fromkeys(excerpt.visible(text).lower() for text in tone_words))[:3]
            parts.append(said)
            if examples:
                parts[-1] = words.say(
                    "attention_words", said=parts[-1], words=", ".join(f"“{text}”" for text in examples)
                )
            elif any(item.tags.tone_by == "model" for item in negative):
                parts[-1] = words.say("attention_model", said=parts[-1])
        for topic in attention.signals:
            examples = list(dict.fromkeys(excerpt.visible(e.words).lower() for e in topic.evidence))[:3]
            name = self._topics.get(topic.id, topic.id)
            quoted = ", ".join(f"“{text}”" for text in examples)
            parts.append(words.say("attention_signal", topic=name, words=quoted) if examples else name)
        if reach.items > len(attention.story.items):
            spread = ", ".join(reach_words(reach.items, reach.languages, words))
            parts.append(words.say("event_reach", n=reach.outlets, reach=spread))
        return capitalise("; ".join(parts)) + "."

    def spread(self, story: Story) -> str:
        """Return the first outlet of a story and the list of its outlets, in sentences."""
        words, first = self._words, story.first
        names = list(dict.fromkeys(excerpt.visible(i.outlet) for i in story.items))
        listed = ", ".join(names[:_NAMED])
        if len(names) == 1 and first is not None:
            return words.say("attention_only", outlet=listed, when=self.hour(first))
        if len(names) > _NAMED:
            listed = words.say("attention_and", names=listed, n=len(names) - _NAMED)
        outlets = words.say("attention_who", n=len(names), names=listed)
        if first is None:
            return f"{words.say('attention_no_first')} {outlets}"
        return f"{words.say('attention_first', outlet=excerpt.visible(first.outlet), when=self.hour(first))} {outlets}"

    def credited(self, story: Story) -> str:
        """Return e.g. '1 tin TTXVN, 14 cơ quan báo chí đăng'; '' without a credited agency."""
        if not story.origin:
            return ""
        return self._words.say("credited", origin=excerpt.visible(story.origin), n=story.outlets)

    def kind(self, row: OutletRow) -> str:
        """Return the category of an outlet and its reach, where it is known, and its country if that is not Vietnam."""
        kind = self._words.of("category", row.category)
        if reach := self._reach.get(row.source_id):
            kind = f"{kind}, {self._words.of('reach', reach)}"
        return kind if row.country == "VN" else f"{kind} ({self._words.country(row.country)})"

    def same_event(self, story: Story) -> list[Story]:
        """Return the other stories of this digest about the same event: those in another language first."""
        others = [s for s in self._events.get(story.lead.event or story.lead.story, []) if s is not story]
        language = story.lead.language
        return sorted(others, key=lambda s: (s.lead.language == language, s.lead.language != "vi"))

    def carrier(self, story: Story) -> str:
        """Return who carries a story, with country and language of a foreign one: 'Tin Hanbit, Hàn Quốc, Tiếng Hàn'."""
        return ", ".join([excerpt.visible(story.lead.outlet), *self.origin(story.lead)])

    def foreign_note(self) -> str:
        """Return the line below the heading of the foreign press."""
        items = self.main_items()
        return " ".join([origin_line(items, self._words), *event_lines(items, self._words)])

    def main_items(self) -> list[Item]:
        """Return the articles of the stories about the province."""
        return [item for stories in self._events.values() for story in stories for item in story.items]

    def corrections(self) -> list[str]:
        """Return what it puts right, a sentence each: in the edition whose place it takes, then in earlier digests."""
        changes = self._day.office.changes
        edition = change_sentences(changes, self._words) if changes is not None else []
        return [*edition, *(erratum_sentence(erratum, self._words) for erratum in self._day.errata)]

    def unusual(self) -> list[str]:
        """Return the surges, a sentence each."""
        return [surge_sentence(signal, self._words.lang) for signal in self._day.unusual]

    def weekday(self) -> str:
        """Return the mean number of items of the same weekday; '' if none of these days was collected."""
        from babel.dates import format_date
        from babel.numbers import format_decimal

        day, words = self._day, self._words
        if not day.weekdays:
            return ""
        mean = format_decimal(sum(day.weekdays) / len(day.weekdays), "#,##0.#", locale=words.lang)
        name = format_date(day.day, "EEEE", locale=words.lang)
        name = name.capitalize() if words.lang == "vi" else name
        return words.say("weekday_mean", n=len(day.weekdays), weekday=name, mean=mean)


def link(item: Item) -> str | None:
    """Return the http(s) address of an item, percent-encoded; None without one that may be clicked."""
    return article_link(item.article)


def capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]
