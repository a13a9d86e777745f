"""Foreign articles in a database, and translations of their texts."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pipeline.records import Article, Item, Tags, VerdictReason
from pipeline.records.translations import Engine, TextPart, Translation
from tests.support.desk import MORNING, written

ENGINE = Engine("openai", "gemma", "1")
OTHER = Engine("libretranslate", "argos", "1.6")


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def foreign(
    name: str,
    *,
    title: str = "",
    text: str = "",
    lead: str = "",
    hours: float = 3.0,
    language: str = "ko",
    **tags: object,
) -> tuple[Article, Tags]:
    """Return an article of a foreign outlet, published so many hours before MORNING, with tags."""
    article, plain = written(name, source="c", hours=hours, text=text, title=title, language=language, **tags)
    return replace(article, language=language, lead=lead), plain


def parts_of(item: Item) -> dict[TextPart, str]:
    """Return the hashes of the title, the lead and the whole text of an article."""
    article = item.article
    texts: Mapping[TextPart, str] = {"title": article.title, "lead": article.lead, "text": article.text}
    return {part: digest_of(text) for part, text in texts.items() if text}


def translation(
    sha256: str,
    text: str,
    *,
    engine: Engine = ENGINE,
    refusal: VerdictReason | None = None,
    source: str = "ko",
    at: datetime = MORNING,
) -> Translation:
    return Translation(sha256, source, "vi", engine, text, refusal, at)


#: Sentences of foreign articles about the province, and what they are in Vietnamese.
SENTENCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "ko": (
        ("닌투언 태양광 발전소 {n}곳 출력 제한", "{n} nhà máy điện mặt trời ở Ninh Thuận bị hạn chế công suất"),
        (
            "닌투언성의 태양광 발전소 {n}곳이 출력을 14% 줄였다고 전력 당국이 밝혔다.",
            "Cơ quan điện lực cho biết {n} nhà máy điện mặt trời ở Ninh Thuận đã giảm 14% công suất.",
        ),
    ),
    "ja": (
        ("ニントゥアン省で風力発電所{n}基が稼働", "{n} nhà máy điện gió ở tỉnh Ninh Thuận đi vào hoạt động"),
        (
            "ニントゥアン省で{n}メガワットの風力発電所が稼働を始めた。",
            "Nhà máy điện gió {n} MW ở tỉnh Ninh Thuận đã bắt đầu vận hành.",
        ),
    ),
    "zh": (
        ("宁顺省盐业增产{n}%", "Ngành muối tỉnh Ninh Thuận tăng sản lượng {n}%"),
        (
            "宁顺省今年盐产量达到{n}万吨，农民收入没有下降。",
            "Sản lượng muối của tỉnh Ninh Thuận năm nay đạt {n}0.000 tấn, thu nhập của nông dân không giảm.",
        ),
    ),
}
#: What engines of whatever kind know: original → translation.
KNOWN: Mapping[str, str] = {
    original.format(n=n): translated.format(n=n)
    for pairs in SENTENCES.values()
    for original, translated in pairs
    for n in range(21, 90)
}


def press(count: int = 3, *, first: int = 21, hours: float = 3.0) -> list[tuple[Article, Tags]]:
    """Return so many foreign articles, of the three languages in turn, named p21, p22, …; the first is the newest."""
    made = []
    for n in range(first, first + count):
        language = list(SENTENCES)[n % 3]
        title, text = (original.format(n=n) for original, _ in SENTENCES[language])
        made.append(
            foreign(f"p{n}", title=title, text=text, lead=text, hours=hours + (n - first) / 60, language=language)
        )
    return made
