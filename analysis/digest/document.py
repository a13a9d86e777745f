"""Digest → PrintDocument."""

from collections.abc import Iterator, Mapping, Sequence

from analysis.digest import excerpt
from analysis.digest.beside import lists_beside
from analysis.digest.head_lines import HeadLines, reason_groups
from analysis.digest.model import Digest
from analysis.digest.office import OfficeWords
from analysis.digest.presenter import TONE_SIGNS, DigestPresenter, link
from analysis.documents.blocks import (
    Block,
    BulletList,
    Heading,
    Letterhead,
    Paragraph,
    Picture,
    PrintDocument,
    Run,
    Runs,
    Table,
)
from analysis.documents.labels import Labels, labels
from analysis.documents.oversized import without_oversized
from analysis.stories.grouping import Story
from pipeline.records import Item

#: Stories that ask for attention with their details; of the others an e-mail has room for the title only
_DETAILED = 20


def digest_document(
    day: Digest,
    lang: str = "vi",
    *,
    province: str,
    note: str = "",
    topic_labels: Mapping[str, str] | None = None,
    letterhead: Letterhead | None = None,
    number: int | None = None,
    pictures: Sequence[Picture] = (),
) -> PrintDocument:
    """Return the digest as a document. Parameters as in analysis.digest.html.render_html; `number` is in the register.

    `pictures` are put after the stories to read first and those that ask for attention.
    """
    words = labels(lang)
    topics = {"": words.say("other_topics"), **(topic_labels or {})}
    builder = _DigestBuilder(day, words, topics, province, pictures)
    period = words.say("period", start=words.clock(day.start), end=words.clock(day.end))
    head = letterhead or Letterhead()
    # In the administrative form the title carries the day, as the abstract of the document.
    dated = () if head.administrative else (words.long_date(day.day),)
    late = (words.say("made_late", due=words.clock(day.due), made=words.clock(day.made_at)),) if day.due else ()
    long = (*filter(None, [HeadLines(day, words).length()]), *OfficeWords(day, words).head())
    return PrintDocument(
        lang,
        f"{words.say('title')} {province}",
        words.say("abstract", province=province, day=words.short_date(day.day)),
        (*filter(None, (note,)), *dated, f"{period}, {words.say('zone', zone=words.zone(day.start))}", *long, *late),
        day.day,
        day.made_at,
        tuple(without_oversized(builder.blocks(), words)),
        head,
        number,
        annex=tuple(without_oversized(builder.annex(), words)),
    )


class _DigestBuilder:
    def __init__(
        self, day: Digest, words: Labels, topics: Mapping[str, str], province: str, pictures: Sequence[Picture]
    ) -> None:
        self._day, self._words, self._topics, self._province = day, words, topics, province
        self._pictures = pictures
        self._view, self._head = DigestPresenter(day, words, topics, province), HeadLines(day, words)
        self._office = OfficeWords(day, words)

    def blocks(self) -> Iterator[Block]:
        day, words = self._day, self._words
        yield from self._office.lead_blocks(heading=True)
        yield from self._numbers()
        if not day.counts.items:
            yield Heading(1, _runs(words.say("empty_title")))
            text = words.say("empty" if self._view.read() else "empty_blind", name=self._province)
            yield Paragraph(_runs(text))
        else:
            yield from self._first()
        yield from self._pictures
        if day.foreign:
            yield from self._section(words.say("foreign"), day.foreign, "-", self._view.foreign_note())
        for section in day.sections:
            name = self._topics.get(section.topic, section.topic)
            yield from self._section(name, section.stories, section.topic)
        if day.undated:
            yield from self._section(words.say("undated"), day.undated, "-", words.say("undated_note"))
        if day.mentions:
            yield self._title(words.say("mentions"), day.mentions)
            yield BulletList(tuple(self._brief(item) for story in day.mentions for item in story.items))
        for beside in lists_beside(day, words):
            yield Heading(1, _runs(f"{beside.title} ({words.say('numbers_of', n=beside.number)})"))
            yield Paragraph(_runs(beside.note), "small")
            whys = (Run(f" · {self._view.why(item)}") for item in beside.items)
            yield BulletList(tuple((*self._brief(i), why) for i, why in zip(beside.items, whys, strict=True)))
        yield from self._errata()

    def annex(self) -> Iterator[Block]:
        yield from self._outlets()
        yield from self._sources()
        yield from self._reasons()
        yield from self._method()

    def _numbers(self) -> Iterator[Block]:
        day, words, view = self._day, self._words, self._view
        yield Heading(1, _runs(words.say("numbers")))
        counts: list[Runs] = []
        for key in ("items", "stories", "outlets"):
            now = getattr(day.counts, key)
            before = getattr(day.previous, key) if day.previous else None
            counts.append((Run(f"{now} ", bold=True), Run(f"{words.say(key, n=now)} ({view.change(now, before)})")))
        if day.counts.items:
            tones = ", ".join(
                f"{TONE_SIGNS[tone]} {words.of('tone', tone).lower()} {n}" for tone, n in day.tones.items()
            )
            counts.append(_runs(f"{words.say('tones')}: {tones}"))
            counts.append(
                _runs(f"{words.say('domestic')}: {day.domestic}; {words.say('abroad').lower()}: {day.foreign_items}")
            )
            languages = ", ".join(f"{words.language(tag or 'und')} {n}" for tag, n in day.languages.items())
            counts.append(_runs(f"{words.say('by_language')}: {languages}"))
        counts.append(_runs(f"{words.say('sources_short')}: {self._head.sources()}"))
        counts += [_runs(line) for line in (view.weekday(), view.read_back()) if line]
        if n := view.undated():
            counts.append(_runs(words.say("undated_share", n=n)))
        yield BulletList(tuple(counts))

    def _first(self) -> Iterator[Block]:
        day, words, view = self._day, self._words, self._view
        if day.top:
            yield Heading(1, _runs(words.say("top")))
            yield BulletList(
                tuple(
                    (
                        *view.translated.runs(top.story.lead, bold=True, link=link(top.story.lead)),
                        Run(f" ({excerpt.visible(top.story.lead.outlet)}). {view.why_top(top)}"),
                    )
                    for top in day.top
                ),
                numbered=True,
            )
        yield Heading(1, _runs(words.say("attention")))
        yield Paragraph(_runs(words.say("attention_note" if day.attention else "attention_none")), "small")
        if day.attention:
            yield BulletList(
                tuple(
                    (
                        *view.translated.runs(one.story.lead, bold=True, link=link(one.story.lead)),
                        Run(f". {view.seen(one)} {view.spread(one.story)}"),
                    )
                    for one in day.attention[:_DETAILED]
                ),
                numbered=True,
            )
        if others := day.attention[_DETAILED:]:
            runs = [Run(words.say("attention_more", n=len(others)), bold=True)]
            for n, attention in enumerate(others):
                lead = attention.story.lead
                runs.append(Run("; " if n else " "))
                runs.append(Run(f"{view.headline(lead)} ({excerpt.visible(lead.outlet)})", link=link(lead)))
            yield Paragraph((*runs, Run(".")), "small")

        if surges := view.unusual():
            yield Heading(1, _runs(words.say("unusual")))
            yield Paragraph(_runs(words.say("unusual_note")), "small")
            yield BulletList(tuple(_runs(excerpt.visible(text)) for text in surges))

    def _title(self, name: str, stories: Sequence[Story]) -> Heading:
        return Heading(1, _runs(f"{name} ({self._words.say('numbers_of', n=self._view.items(stories))})"))

    def _section(self, name: str, stories: Sequence[Story], here: str, note: str = "") -> Iterator[Block]:
        yield self._title(name, stories)
        if note:
            yield Paragraph(_runs(note), "small")
        for story in stories:
            yield from self._clipping(story, here)

    def _clipping(self, story: Story, here: str) -> Iterator[Block]:
        words, view, item = self._words, self._view, story.lead
        yield from view.translated.heading_blocks(item, link(item))
        tone = f"{TONE_SIGNS[item.tags.tone]} {words.of('tone', item.tags.tone)}"
        parts = [*view.origin(item), view.published(item), tone, *filter(None, [self._head.mark(story)])]
        yield Paragraph((Run(excerpt.visible(item.outlet), bold=True), Run(f" · {' · '.join(parts)}")), "meta")
        yield from view.translated.excerpt_blocks(item)
        if others := [self._topics.get(t.id, t.id) for t in item.tags.topics if t.id != here]:
            yield Paragraph(_runs(f"{words.say('more_topics')} {'; '.join(others)}"), "small")
        if story.reprints:
            credited = f"{view.credited(story)}. " if view.credited(story) else ""
            runs: list[Run] = [Run(credited, bold=True), Run(f"{words.say('reprints', n=len(story.reprints))} ")]
            for n, other in enumerate(story.reprints):
                where = ", ".join([excerpt.visible(other.outlet), *view.origin(other)])
                hour = f" ({view.hour(other)})" if view.hour(other) else ""
                runs += [Run("; " if n else ""), Run(where, link=link(other)), Run(hour)]
            yield Paragraph(tuple(runs), "small")
        if same := view.same_event(story):
            titles = "; ".join(f"{view.headline(other.lead)} ({view.carrier(other)})" for other in same[:3])
            yield Paragraph(_runs(f"{words.say('same_event')} {titles}."), "small")
        for remark in view.remarks(item):
            yield Paragraph((Run(f"{remark[:1].upper()}{remark[1:]}.", italic=True),), "small")

    def _brief(self, item: Item) -> Runs:
        parts = [excerpt.visible(item.outlet), *self._view.origin(item), self._view.published(item)]
        return *self._view.translated.runs(item, link=link(item), original=True), Run(f" · {' · '.join(parts)}")

    def _outlets(self) -> Iterator[Block]:
        day, words = self._day, self._words
        if not day.outlets:
            return
        yield Heading(1, _runs(f"{words.say('outlet_table')} ({len(day.outlets)})"))
        names = ("outlet_table", "outlet_category", "outlet_items", "outlet_stories", "outlet_first", "outlet_negative")
        rows = (
            (excerpt.visible(r.name), self._view.kind(r), *map(str, (r.items, r.stories, r.first, r.negative)))
            for r in day.outlets
        )
        yield Table(tuple(map(words.say, names)), tuple(rows), (30, 28, 10, 12, 10, 10), frozenset(range(2, 6)))
        yield Paragraph(_runs(words.say("outlet_note")), "small")

    def _sources(self) -> Iterator[Block]:
        words, view = self._words, self._view
        yield Heading(1, _runs(words.say("sources")))
        yield Paragraph(_runs(self._head.sources() if self._day.sources else words.say("no_sources")))
        entries: list[Runs] = []
        for source in view.watched():
            text = f"{excerpt.visible(source.name)} ({'; '.join(view.flags(source))})"
            entries.append((Run(f"{words.say('watch')}: ", bold=True), Run(text)))
        for source in view.sources("failed"):
            text = f"{excerpt.visible(source.name)} ({'; '.join(view.troubles(source))})"
            entries.append((Run(f"{words.of('state', 'failed')}: ", bold=True), Run(text)))
        for source in view.waiting():
            text = f"{excerpt.visible(source.name)} ({'; '.join(view.waits(source))})"
            entries.append((Run(f"{words.of('state', 'waiting')}: ", bold=True), Run(text)))
        if entries:
            yield BulletList(tuple(entries))
        if read := view.sources("read"):
            head = tuple(map(words.say, ("source", "links", "read_pages", "about", "troubles")))
            rows = tuple(
                (
                    excerpt.visible(s.name),
                    *map(str, (s.candidates, s.documents, s.coverage)),
                    "; ".join(view.troubles(s)),
                )
                for s in read
            )
            yield Table(head, rows, (30, 12, 12, 10, 36), frozenset((1, 2, 3)))
        for state in ("unchanged", "empty", "paused", "not_due"):
            if sources := view.sources(state):
                names = ", ".join(excerpt.visible(source.name) for source in sources)
                yield Paragraph(
                    (Run(f"{words.of('state', state)} ({len(sources)}): ", bold=True), Run(f"{names}.")), "small"
                )

    def _reasons(self) -> Iterator[Block]:
        groups = list(reason_groups(self._day, self._words, self._province))
        if groups:
            yield Heading(1, _runs(self._words.say("reasons")))
        for text, rows in groups:
            if text:
                yield Paragraph(_runs(text), "small")
            for item, reason in rows:
                told = f"{self._view.headline(item)} ({excerpt.visible(item.outlet)}): {reason}"
                yield Paragraph(_runs(f"– {told}"), "small")

    def _errata(self) -> Iterator[Block]:
        if corrections := self._view.corrections():
            yield Heading(1, _runs(self._words.say("errata")))
            yield BulletList(tuple(map(_runs, corrections)))

    def _method(self) -> Iterator[Block]:
        day, words = self._day, self._words
        yield Heading(1, _runs(words.say("method")))
        zone = words.say("zone", zone=words.zone(day.start))
        start, end, made = words.clock(day.start), words.clock(day.end), words.clock(day.made_at)
        texts = [
            words.say("method_period", start=start, end=end, zone=zone, made=made),
            words.say("method_tags", rules=day.rules_version, limit=excerpt.LIMIT),
            words.say("method_tone"),
            *([words.say("method_missing")] if self._view.sources("failed") else []),
            *filter(None, [self._office.top()]),
            words.say("method_press"),
            *self._view.translated.notes(),
            *self._office.notes(),
        ]
        yield from (Paragraph(_runs(text), "small") for text in texts)
        yield from self._office.left_out_blocks()
        # Style 'meta' is not justified: this line is mostly one long word.
        yield Paragraph(_runs(words.say("method_id", id=day.id, sha256=day.sha256)), "meta")


def _runs(text: str) -> Runs:
    return (Run(text),)
