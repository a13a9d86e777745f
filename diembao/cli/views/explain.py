"""The explanation of a text's tags → panels and tables on a terminal."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from diembao.cli.views.value_words import TopicNames, grade_words, language_words, tone_words, topic_words
from pipeline.explain import Explanation
from pipeline.i18n.catalogs import translate, translate_code
from pipeline.i18n.language import current_language
from pipeline.records import OBSTACLES, Reason
from pipeline.tagging.reason_text import relevance_reason_text

_MARKS = {"place": "bold black on yellow", "range": "dim strike", "term": "underline cyan"}


def explanation_panels(explanation: Explanation, topics: TopicNames) -> RenderableType:
    """Return the text with its evidence marked, and a table for every decision; `topics` gives names by id."""
    tags = explanation.tags
    reason = relevance_reason_text(tags.reason, current_language())
    tone = tone_words(tags.tone) + (f" ({', '.join(e.words for e in tags.tone_words)})" if tags.tone_words else "")
    verdict = (
        f"{_word('relevance')}: {grade_words(tags.relevance)} ({tags.relevance_score:.2f})   {_word('tone')}: {tone}   "
        f"{_word('language')}: {language_words(tags.language)}   {_word('rules')}: {tags.rules}\n"
        f"{reason[:1].upper()}{reason[1:]}"
    )
    parts: list[RenderableType] = [
        Panel(Group(_marked(explanation, "title"), Text(), _marked(explanation, "text"))),
        Panel(Text(verdict), title=_word("verdict"), title_align="left"),
    ]
    if explanation.read_as in OBSTACLES:
        reason = translate_code("reason", explanation.read_as)
        parts.append(Text(translate("May be no article: {reason}", reason=reason)))
    elif explanation.read_as is not Reason.OK:
        parts.append(Text(translate("Not read whole: {reason}", reason=translate_code("reason", explanation.read_as))))
    if explanation.mentions:
        parts.append(_places(explanation))
    if explanation.elsewhere:
        parts.append(Text(f"{_word('elsewhere')}: {', '.join(explanation.elsewhere)}"))
    if explanation.grade:
        table = Table(_word("feature"), _word("value"), _word("effect"), title=_word("grade"), title_justify="left")
        for feature, value, effect in explanation.grade:
            table.add_row(_feature(feature), f"{value:g}", f"{effect:+.2f}")
        parts.append(table)
    if explanation.topics:
        parts.append(_topics(explanation, topics))
    if sensitive := ", ".join(topic_words(topics, account.id) for account in explanation.topics if account.sensitive):
        parts.append(Text(translate("Marked as sensitive in topics.toml: {topics}", topics=sensitive)))
    if explanation.hits:
        table = Table(_word("name"), _word("where"), _word("kept"), title=_word("hits"), title_justify="left")
        for hit in explanation.hits:
            table.add_row(hit.words, translate_code("hit place", hit.where), "✓" if hit.kept else _word("no"))
        parts.append(table)
    return Group(*parts)


def _marked(explanation: Explanation, where: str) -> Text:
    text = Text(explanation.title if where == "title" else explanation.text, style="bold" if where == "title" else "")
    for account in explanation.topics:
        if account.verdict != "no":
            for hit in account.hits:
                if hit.where == where:
                    text.stylize(_MARKS["term"], hit.start, hit.end)
    for mention, role in explanation.mentions:
        if mention.where == where:
            text.stylize(_MARKS["range" if role == "range" else "place"], mention.start, mention.end)
    return text


def _places(explanation: Explanation) -> Table:
    table = Table(
        _word("name"), _word("where"), _word("tier"), _word("alone"), _word("role"),
        title=_word("places"), title_justify="left",
    )  # fmt: skip
    for mention, role in explanation.mentions:
        source = explanation.title if mention.where == "title" else explanation.text
        name = f"{source[mention.start : mention.end]} → {mention.place.name}"
        where = f"{translate_code('hit place', mention.where)} {mention.start}"
        tier = translate_code("place tier", mention.place.tier)
        table.add_row(name, where, tier, "✓" if mention.strong else "", translate_code("mention role", role))
    return table


def _topics(explanation: Explanation, topics: TopicNames) -> Table:
    table = Table(title=_word("topics"), title_justify="left")
    # The id is what `decide --topic` takes: it is folded, never cut.
    table.add_column(_word("topic"), overflow="fold")
    for code in ("chance", "said", "terms", "why"):
        table.add_column(_word(code))
    for account in explanation.topics:
        best = {hit.term: hit.weight for hit in account.hits}
        terms = ", ".join(f"{t} ({w:g})" for t, w in sorted(best.items(), key=lambda pair: -pair[1])[:8])
        parts = ", ".join(f"{_feature(feature)} {effect:+.1f}" for feature, _, effect in account.parts[:3])
        name = topic_words(topics, account.id)
        table.add_row(name, f"{account.chance:.2f}", _word(account.verdict), terms, parts)
    return table


def _feature(code: str) -> str:
    return translate_code("feature", code)


def _word(code: str) -> str:
    return translate_code("explanation", code)
