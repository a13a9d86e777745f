"""Digest → its brief, as a PrintDocument of one page, of two at most."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from analysis.brief.matters import TOLD, Matter, attention_matters, day_matters, foreign_topics
from analysis.brief.sizes import SIZES, BriefSize
from analysis.digest import excerpt
from analysis.digest.head_lines import HeadLines
from analysis.digest.item_words import carriers_of_tone, negative_items
from analysis.digest.model import Digest
from analysis.digest.office import OfficeWords
from analysis.digest.presenter import TONE_SIGNS, DigestPresenter, capitalise, link
from analysis.digest.translated import FirstLine
from analysis.documents.blocks import Block, BulletList, Heading, Letterhead, Paragraph, PrintDocument, Run, Runs
from analysis.documents.labels import Labels, labels
from analysis.stories.figure_words import grave_words
from analysis.stories.press_lines import event_lines
from analysis.stories.ranking import AttentionItem
from pipeline.records import Item
from pipeline.text.line_length import cut_line

#: Sentences of each matter that is told
_SENTENCES = 2
#: Letters of the name of an outlet, source or country, and of what is unusual
_NAME, _UNUSUAL = 40, 260
#: Words of evidence quoted of a matter that asks for attention
_QUOTED = 2


def brief_document(
    day: Digest,
    lang: str = "vi",
    *,
    province: str,
    note: str = "",
    topic_labels: Mapping[str, str] | None = None,
    letterhead: Letterhead | None = None,
    number: int | None = None,
    size: BriefSize = SIZES[0],
) -> PrintDocument:
    """Return the brief of a digest. Parameters as in analysis.digest.document.digest_document."""
    words = labels(lang)
    topics = {"": words.say("other_topics"), **(topic_labels or {})}
    builder = _BriefBuilder(day, words, topics, province, size)
    head = letterhead or Letterhead()
    period = words.say("period", start=words.clock(day.start), end=words.clock(day.end))
    if not head.administrative:
        period = f"{words.long_date(day.day)} ({period[:1].lower()}{period[1:]})"
    late = (words.say("made_late", due=words.clock(day.due), made=words.clock(day.made_at)),) if day.due else ()
    return PrintDocument(
        lang,
        f"{words.say('brief_title')} {province}",
        words.say("brief_abstract", province=province, day=words.short_date(day.day)),
        (*filter(None, (note,)), period, *filter(None, (builder.head.length(),)), *builder.office.head(), *late),
        day.day,
        day.made_at,
        tuple(builder.blocks()),
        head,
        number,
        compact=True,
    )


class _BriefBuilder:
    def __init__(self, day: Digest, words: Labels, topics: Mapping[str, str], province: str, size: BriefSize) -> None:
        self._day, self._words, self._topics, self._province, self._size = day, words, topics, province, size
        self._view, self.head = DigestPresenter(day, words, topics, province), HeadLines(day, words)
        self.office = OfficeWords(day, words)
        self._matters = day_matters(day)
        self._told = self._matters[:TOLD]

    def blocks(self) -> Iterator[Block]:
        yield from self.office.lead_blocks(heading=False)
        yield self._title("numbers")
        yield BulletList(tuple(self._numbers()))
        if not self._day.counts.items:
            yield self._title("empty_title")
            text = self._words.say("empty" if self._view.read() else "empty_blind", name=self._province)
            yield Paragraph(_runs(text))
        else:
            yield from self._main()
            yield from self._attention()
            yield from self._foreign()
            yield from self._new()
        if line := self.office.edition_line():
            yield Paragraph(_runs(line), "meta")
        if n := len(self._day.errata):
            yield Paragraph(_runs(self._words.say("brief_errata", n=n)), "meta")
        if line := self.office.brief_line():
            yield Paragraph(_runs(line), "meta")
        yield Paragraph((Run(f"{self._words.say('brief_annex')} ", bold=True), Run(self._annex_line())), "meta")

    def _title(self, key: str) -> Heading:
        return Heading(1, _runs(self._words.say(key)))

    def _numbers(self) -> Iterator[Runs]:
        day, words, view = self._day, self._words, self._view
        changed = view.change(day.counts.items, day.previous.items if day.previous else None)
        figures = words.say("brief_items", n=day.counts.items, outlets=day.counts.outlets, change=changed)
        if day.counts.items:
            figures += words.say("brief_where", domestic=day.domestic, abroad=day.foreign_items)
            tones = ", ".join(f"{words.of('tone', tone).lower()} {n}" for tone, n in day.tones.items() if n)
            figures += f". {words.say('tones')}: {tones}"
        read_back = view.read_back()
        yield (Run(f"{figures}. {read_back}" if read_back else f"{figures}."),)
        asked = Run(f"{words.say('sources_short')}: {self.head.sources()}")
        if failed := view.sources("failed"):
            names = self._some([cut_line(excerpt.visible(s.name), _NAME) for s in failed], self._size.names + 2)
            # With a third of the sources missing the figures above say little.
            much = 3 * len(failed) >= len(day.sources)
            yield asked, Run(" "), Run(words.say("brief_failed", names=names), bold=much)
        else:
            yield (asked,)

    def _main(self) -> Iterator[Block]:
        if self._told:
            yield self._title("brief_matters")
            yield BulletList(tuple(self._matter(matter) for matter in self._told), numbered=True)

    def _matter(self, matter: Matter) -> Runs:
        item = matter.spoken(self._words.lang)
        text = self._told_of(item)
        return (
            *self._headline(matter, item),
            Run(f". {text} " if text else ". "),
            Run(f"({self._carriers(matter)})", italic=True),
        )

    def _told_of(self, item: Item) -> str:
        """Return the first sentences of an article: translated, where it is in a language its readers may not read."""
        translated = self._view.translated
        if translated.is_foreign(item):
            return translated.lead(item, self._size.told)
        return excerpt.opening(item, _SENTENCES, self._size.told)

    def _headline(self, matter: Matter, item: Item) -> Runs:
        marks = {self.head.mark(story) for story in matter.stories}
        new = self._words.say("new")
        mark = f" [{new}]" if marks == {new} else ""
        return *self._first_line(item, bold=True), Run(mark)

    def _first_line(self, item: Item, *, bold: bool) -> Runs:
        """Return the first line of an article, short: translated title and mark, or line from data and title."""
        line = self._view.translated.first_line(item)
        title = self._title_run(item, bold=bold)
        if line.data:
            return Run(self._known(line), bold=bold), title
        return (title, Run(f" ({line.mark})", italic=True)) if line.mark else (title,)

    def _known(self, line: FirstLine) -> str:
        return f"{cut_line(line.known, 2 * self._size.headline)}{line.waiting}: "

    def _title_run(self, item: Item, *, bold: bool = False) -> Run:
        line = self._view.translated.first_line(item)
        title = cut_line(line.title, self._size.headline).rstrip(" .")
        return Run(title, bold=bold, link=link(item), language=line.language)

    def _carriers(self, matter: Matter) -> str:
        """Return who carries a matter: 'Báo A, Báo B và 3 cơ quan khác; báo nước ngoài: Báo C (Pháp)'."""
        outlets = matter.outlets
        home = [self._outlet(item) for item in outlets if item.country == "VN"]
        abroad = [self._outlet(item) for item in outlets if item.country != "VN"]
        parts = [self._some(home, self._size.names)] if home else []
        if abroad:
            listed = self._some(abroad, self._size.names)
            parts.append(self._words.say("brief_abroad", names=listed) if home else listed)
        return "; ".join(parts)

    def _some(self, names: Sequence[str], most: int) -> str:
        if len(names) <= most + 1:
            return ", ".join(names)
        return ", ".join(names[:most]) + self._words.say("and_others", n=len(names) - most)

    def _outlet(self, item: Item) -> str:
        name = cut_line(excerpt.visible(item.outlet), _NAME)
        return name if item.country == "VN" else f"{name} ({self._words.country(item.country)})"

    def _attention(self) -> Iterator[Block]:
        words, matters = self._words, list(attention_matters(self._day))
        yield self._title("attention")
        if not matters:
            yield Paragraph(_runs(words.say("attention_none")))
            yield from self._unusual()
            return
        rows: list[Runs] = []
        for one, matter in matters[: self._size.attention]:
            item = matter.spoken(words.lang)
            # Only where the story itself is told above: an event may hold others, too.
            places = (n for n, told in enumerate(self._told, 1) if one.story in told.stories)
            place = next(places, 0)
            where = words.say("brief_above", n=place) if place else self._carriers(matter)
            rows.append(
                (*self._headline(matter, item), Run(f". {self._seen(one, item)} "), Run(f"({where})", italic=True))
            )
        yield BulletList(tuple(rows))
        if (rest := len(matters) - self._size.attention) > 0:
            yield Paragraph(_runs(words.say("brief_more", n=rest)), "meta")
        yield from self._unusual()

    def _unusual(self) -> Iterator[Block]:
        if sentences := self._view.unusual():
            told = cut_line(excerpt.visible(" ".join(sentences)), _UNUSUAL)
            yield Paragraph((Run(f"{self._words.say('unusual')}: ", bold=True), Run(told)), "meta")

    def _seen(self, one: AttentionItem, named: Item) -> str:
        """Return why a matter asks for attention, in a few words: its topics of that kind and words of its tone.

        `named` is the article that the line is named by; where others are negative and it is not, they are named, too.
        """
        words = grave_words(one.gravity, self._words)
        words += [self._topics.get(topic.id, topic.id) for topic in one.signals]
        if negative := negative_items(one, named):
            tone, outlets = self._words.of("tone", "negative").lower(), carriers_of_tone(negative, named, self._words)
            if all(item.tags.tone_by == "model" for item in negative):
                tone = self._words.say("attention_model", said=tone)
            words.append(self._words.say("negative_at", said=tone, outlets=outlets) if outlets else tone)
        evidence = [e.words for topic in one.signals for e in topic.evidence]
        evidence += [e.words for i in negative for e in i.tags.tone_words]
        quoted = list(dict.fromkeys(cut_line(excerpt.visible(text).lower(), _NAME) for text in evidence))[:_QUOTED]
        listed = ", ".join(f"“{text}”" for text in quoted)
        return capitalise("; ".join(words)) + (f": {listed}." if listed else ".")

    def _foreign(self) -> Iterator[Block]:
        words, topics = self._words, foreign_topics(self._day)
        if not topics:
            return
        items = [item for topic in topics for item in topic.items]
        yield self._title("brief_foreign")
        countries = Counter(item.country for item in items)
        listed = [f"{words.country(code)} {n}" for code, n in sorted(countries.items(), key=lambda c: (-c[1], c[0]))]
        outlets = len({item.source_id for item in items})
        tones = Counter[str](item.tags.tone for item in items)
        told = ", ".join(f"{words.of('tone', t).lower()} {tones[t]}" for t in TONE_SIGNS if tones[t])
        spread = words.say("brief_spread", n=len(items), outlets=outlets, list=self._some(listed, 7), tones=told)
        # The overview counts these too.
        if mentions := self._day.foreign_items - len(items):
            spread += words.say("brief_mentions", n=mentions)
        yield Paragraph(_runs(spread))
        yield Paragraph(_runs(" ".join(event_lines(self._view.main_items(), words))), "meta")
        rows: list[Runs] = []
        for topic in topics[: self._size.foreign]:
            # An article whose matter a reader of this language knows from above says least that is new.
            shown = self._quoted(topic.items)
            name = self._topics.get(topic.topic, topic.topic)
            places = list(dict.fromkeys(p.name for i in topic.items for p in i.tags.places if p.unit))[:3]
            named = words.say("brief_places", names=", ".join(places)) if places else ""
            first = Run(words.say("brief_topic", topic=name, n=len(topic.items), names=named), bold=True)
            rows.append((first, *self._quotation(shown), Run(f" ({words.of('tone', shown.tags.tone).lower()}).")))
        yield BulletList(tuple(rows))
        if rest := sum(len(topic.items) for topic in topics[self._size.foreign :]):
            yield Paragraph(_runs(words.say("brief_more_items", n=rest)), "meta")

    def _quotation(self, item: Item) -> Runs:
        """Return the outlet of an article and its title; before one that is not translated, what is known of it."""
        line = self._view.translated.first_line(item)
        # The line from data names the country.
        known = f"{cut_line(excerpt.visible(item.outlet), _NAME)}. {self._known(line)}" if line.data else ""
        mark = (Run(f" ({line.mark})", italic=True),) if line.mark else ()
        return Run(f" {known or f'{self._outlet(item)}: '}“"), self._title_run(item), Run("”"), *mark

    def _quoted(self, items: Sequence[Item]) -> Item:
        """Return the article of a topic to quote: negative before others, then one that readers can read."""

        def order(item: Item) -> tuple[bool, bool, bool]:
            unread = bool(self._view.translated.first_line(item).data)
            return item.tags.tone != "negative", unread, not item.article.title[:1].isascii()

        return min(items, key=order)

    def _new(self) -> Iterator[Block]:
        words, edition = self._words, self._day.edition
        if edition is None:
            yield Paragraph((Run(f"{words.say('brief_new')}: ", bold=True), Run(words.say("brief_no_edition"))), "meta")
            return
        yield self._title("brief_new")
        new = [m for m in self._matters if not any(edition.holds(story) for story in m.stories)]
        old = [m for m in self._matters if m not in new]
        date = words.short_date(edition.day)
        rows = [_runs(words.say("brief_counts", date=date, new=len(new), old=len(old)))]
        for key, matters in (("brief_also_new", [m for m in new if m not in self._told]), ("brief_goes_on", old)):
            if matters:
                titles = "; ".join(self._short(matter) for matter in matters[: self._size.listed])
                rows.append((Run(f"{words.say(key)} "), Run(f"{titles}.")))
        yield BulletList(tuple(rows))

    def _short(self, matter: Matter) -> str:
        line = self._view.translated.first_line(matter.spoken(self._words.lang))
        title = cut_line(line.title, self._size.headline).rstrip(" .")
        return f"{title} ({line.mark})" if line.mark else title

    def _annex_line(self) -> str:
        day, words = self._day, self._words
        return words.say("brief_whole", n=day.counts.items, day=words.short_date(day.day), id=day.id)


def _runs(text: str) -> Runs:
    return (Run(text),)
