"""Texts of a period and of a background → the words and phrases that mark the period.

A word is one of underthesea's segmentation ('điện gió', not 'điện' and 'gió'), counted once for each text. How much
more often it stands in the period than in the background is tested by the log-likelihood ratio (Dunning 1993, G²;
`scipy.stats.chi2_contingency` with lambda_="log-likelihood"), with p-values adjusted for the number of words looked at
(Benjamini and Hochberg 1995). Reprints count once, as one story: give one text for each.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

#: share of false ones among the words that are given
FALSE_DISCOVERIES = 0.01
#: texts of the period that must hold a word
LEAST_TEXTS = 3
#: characters of a text that are segmented: what it is about stands at its beginning
_CHARACTERS = 1_500
_WORD = re.compile(r"[^\W\d_][\w\-]*(?: [\w\-]+)*")
#: a single short syllable without its neighbours says little; abbreviations in capitals do
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Keyword:
    words: str
    #: texts of the period that hold it, and texts of the background
    texts: int
    background: int
    #: log-likelihood ratio: the higher, the more it marks the period
    g2: float
    #: chance of such a difference, adjusted for the number of words
    adjusted: float


def count_words(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """Return in how many texts each word or phrase stands, and how many texts there are. Texts are Vietnamese."""
    found: Counter[str] = Counter()
    n = 0
    for text in texts:
        found.update(set(_terms(text[:_CHARACTERS])))
        n += 1
    return found, n


def find_keywords(
    period: tuple[Counter[str], int], background: tuple[Counter[str], int], *, most: int = 20
) -> list[Keyword]:
    """Return what marks the period against the background (both of `counted`), the strongest first, at most `most`.

    A word that stands only as part of one phrase that is given too is left out.
    """
    from scipy.stats import chi2_contingency, false_discovery_control

    (here, texts), (there, others) = period, background
    judged: list[Keyword] = []
    for words, n in here.items():
        m = there[words]
        if n < LEAST_TEXTS or not others or n * others <= m * texts:
            continue
        table = [[n, texts - n], [m, others - m]]
        if n + m == texts + others:
            continue  # in every text: says nothing
        result: Any = chi2_contingency(table, correction=False, lambda_="log-likelihood")
        judged.append(Keyword(words, n, m, float(result.statistic), float(result.pvalue)))
    if not judged:
        return []
    adjusted = false_discovery_control([k.adjusted for k in judged], method="bh")
    found = [
        Keyword(k.words, k.texts, k.background, k.g2, float(q))
        for k, q in zip(judged, adjusted, strict=True)
        if q <= FALSE_DISCOVERIES
    ]
    found.sort(key=lambda k: (-k.g2, -len(k.words), k.words))
    return _without_parts(found)[:most]


def _without_parts(found: list[Keyword]) -> list[Keyword]:
    kept: list[Keyword] = []
    for one in found:
        phrases = (k for k in found if k is not one and f" {one.words.lower()} " in f" {k.words.lower()} ")
        if not any(k.texts >= 0.8 * one.texts for k in phrases):
            kept.append(one)
    return kept


def _terms(text: str) -> Iterator[str]:
    """Yield the words of a text that say something, and pairs of neighbours among them."""
    from underthesea import word_tokenize

    before = ""
    for word in word_tokenize(text):
        said = _said(word)
        if said:
            yield said
            if before and not (before.isupper() and said.isupper()):
                yield f"{before} {said}"
        before = said


def _said(word: str) -> str:
    """Return a word as it is counted: names keep their capitals; '' for what says nothing by itself."""
    if not _WORD.fullmatch(word) or word.lower() in _STOP:
        return ""
    if " " not in word and len(word) <= _SHORT and not word.isupper():
        return ""
    return word if any(part[:1].isupper() for part in word.split()[1:]) or word.isupper() else word.lower()


#: words of grammar and of news writing, which mark no subject
_STOP = frozenset(
    word
    for line in (
        "và|là|của|có|cho|được|trong|với|các|những|một|này|đó|khi|đã|sẽ|đang|không|cũng|như|từ|đến|tại|theo|trên|dưới",
        "vào|ra|về|bị|do|để|mà|thì|nên|nếu|nhưng|hay|hoặc|vì|bởi|bằng|qua|lại|còn|chỉ|rất|hơn|nhất|mỗi|mọi|nhiều|ít|cả",
        "sau|trước|giữa|ngoài|người|ông|bà|anh|chị|việc|năm|tháng|ngày|giờ|phút|tuần|quý|nói|đồng|ảnh|báo|tin|bài|nguồn",
        "hôm nay|hôm qua|vừa qua|hiện nay|thời gian|cho biết|cho hay|chia sẻ|khẳng định|nhấn mạnh|phát biểu|trả lời",
        "theo đó|bên cạnh|ngoài ra|đồng thời|trong đó|tuy nhiên|do đó|vì vậy|cùng với|thông qua|nhằm|góp phần|tiếp tục",
        "thực hiện|triển khai|tỷ đồng|triệu đồng|phóng viên|bài viết|video",
    )
    for word in line.split("|")
)
