"""An explanation → what a person reads of it on a terminal."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipeline.explain import Explanation
from pipeline.i18n.catalogs import translate
from pipeline.i18n.language import Language
from pipeline.records import HitPlace
from pipeline.tagging.reason_text import relevance_reason_text

_MARKS = {"place": "bold black on yellow", "range": "dim strike", "term": "underline cyan"}
_NAMES = {
    "vi": {
        "verdict": "Kết luận", "relevance": "liên quan", "tone": "sắc thái", "language": "ngôn ngữ",
        "rules": "bộ quy tắc",
        "places": "Địa danh", "name": "tên", "tier": "độ chắc", "role": "vai trò", "where": "ở", "alone": "tự đủ",
        "elsewhere": "Địa danh khác", "grade": "Chính hay nhắc đến", "feature": "đặc điểm", "value": "giá trị",
        "effect": "tác động", "topics": "Chủ đề", "topic": "chủ đề", "chance": "điểm", "said": "kết quả",
        "terms": "từ ngữ (trọng số)", "why": "nặng nhất", "assigned": "có", "near": "suýt", "no": "không",
        "hits": "Trong mã trang", "kept": "có trong bài đã đọc",
    },
    "en": {
        "verdict": "Verdict", "relevance": "relevance", "tone": "tone", "language": "language", "rules": "rules",
        "places": "Places", "name": "name", "tier": "tier", "role": "role", "where": "in", "alone": "counts alone",
        "elsewhere": "Other places", "grade": "Main or mention", "feature": "feature", "value": "value",
        "effect": "effect", "topics": "Topics", "topic": "topic", "chance": "score", "said": "result",
        "terms": "terms (weight)", "why": "heaviest", "assigned": "yes", "near": "near", "no": "no",
        "hits": "In the page's bytes", "kept": "in the text that was read",
    },
}  # fmt: skip
#: Where a name stands in a page, in Vietnamese; in English as records call it.
_WHERE: dict[HitPlace, str] = {
    "title": "tiêu đề", "lead": "sapo", "body": "thân bài", "caption": "chú thích ảnh", "json-ld": "JSON-LD",
    "data": "dữ liệu của kịch bản", "meta": "thẻ meta", "menu": "menu", "link": "liên kết", "feed": "nguồn cấp tin",
}  # fmt: skip


def explanation_panels(found: Explanation, *, english: bool) -> RenderableType:
    """Return the text with its evidence marked, and a table for every decision."""
    words = _NAMES["en" if english else "vi"]
    tags = found.tags
    reason = relevance_reason_text(tags.reason, "en" if english else "vi")
    tone = tags.tone + (f" ({', '.join(e.words for e in tags.tone_words)})" if tags.tone_words else "")
    verdict = (
        f"{words['relevance']}: {tags.relevance} ({tags.relevance_score:.2f})   {words['tone']}: {tone}   "
        f"{words['language']}: {tags.language}   {words['rules']}: {tags.rules}\n{reason[:1].upper()}{reason[1:]}"
    )
    parts: list[RenderableType] = [
        Panel(Group(_marked(found, "title"), Text(), _marked(found, "text"))),
        Panel(Text(verdict), title=words["verdict"], title_align="left"),
    ]
    if found.mentions:
        parts.append(_places(found, words))
    if found.elsewhere:
        parts.append(Text(f"{words['elsewhere']}: {', '.join(found.elsewhere)}"))
    if found.grade:
        table = Table(words["feature"], words["value"], words["effect"], title=words["grade"], title_justify="left")
        for feature, value, effect in found.grade:
            table.add_row(feature, f"{value:g}", f"{effect:+.2f}")
        parts.append(table)
    if found.topics:
        parts.append(_topics(found, words))
    if sensitive := ", ".join(account.id for account in found.topics if account.sensitive):
        language: Language = "en" if english else "vi"
        parts.append(
            Text(translate("Marked as sensitive in topics.toml: {topics}", language=language, topics=sensitive))
        )
    if found.hits:
        table = Table(words["name"], words["where"], words["kept"], title=words["hits"], title_justify="left")
        for hit in found.hits:
            table.add_row(hit.words, hit.where if english else _WHERE[hit.where], "✓" if hit.kept else words["no"])
        parts.append(table)
    return Group(*parts)


def _marked(found: Explanation, where: str) -> Text:
    text = Text(found.title if where == "title" else found.text, style="bold" if where == "title" else "")
    for account in found.topics:
        if account.verdict != "no":
            for hit in account.hits:
                if hit.where == where:
                    text.stylize(_MARKS["term"], hit.start, hit.end)
    for mention, role in found.mentions:
        if mention.where == where:
            text.stylize(_MARKS["range" if role == "range" else "place"], mention.start, mention.end)
    return text


def _places(found: Explanation, words: dict[str, str]) -> Table:
    table = Table(
        words["name"], words["where"], words["tier"], words["alone"], words["role"],
        title=words["places"], title_justify="left",
    )  # fmt: skip
    for mention, role in found.mentions:
        source = found.title if mention.where == "title" else found.text
        name = f"{source[mention.start : mention.end]} → {mention.place.name}"
        table.add_row(name, f"{mention.where} {mention.start}", mention.place.tier, "✓" if mention.strong else "", role)
    return table


def _topics(found: Explanation, words: dict[str, str]) -> Table:
    table = Table(
        words["topic"], words["chance"], words["said"], words["terms"], words["why"],
        title=words["topics"], title_justify="left",
    )  # fmt: skip
    for account in found.topics:
        best = {hit.term: hit.weight for hit in account.hits}
        terms = ", ".join(f"{t} ({w:g})" for t, w in sorted(best.items(), key=lambda pair: -pair[1])[:8])
        parts = ", ".join(f"{feature} {effect:+.1f}" for feature, _, effect in account.parts[:3])
        table.add_row(account.id, f"{account.chance:.2f}", words[account.verdict], terms, parts)
    return table
