"""Texts of a period and of a background → keywords: words and phrases typical of the period.

Words come from underthesea's segmentation ('điện gió', not 'điện' and 'gió') and count once in each text. The
log-likelihood ratio (Dunning 1993, G²; `scipy.stats.chi2_contingency` with lambda_="log-likelihood") tests whether a
word is more frequent in the period than in the background; p-values are adjusted for the number of words (Benjamini and
Hochberg 1995). Give one text for each story, so that reprints count once.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

#: Share of false keywords among those returned
FALSE_DISCOVERIES = 0.01
#: Fewest texts of the period with the word
LEAST_TEXTS = 3
#: Characters of a text that are segmented: its subject stands at its beginning
_CHARACTERS = 1_500
_WORD = re.compile(r"[^\W\d_][\w\-]*(?: [\w\-]+)*")
#: Letters of a single syllable that is too short to be a keyword, unless in capitals (abbreviations)
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Keyword:
    words: str
    #: numbers of texts with it, in the period and in the background
    texts: int
    background: int
    #: log-likelihood ratio: the higher, the more it marks the period
    g2: float
    #: chance of such a difference, adjusted for the number of words
    adjusted: float


def count_words(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """Return the number of texts with each word or phrase, and the number of texts. Texts are Vietnamese."""
    counts: Counter[str] = Counter()
    n = 0
    for text in texts:
        counts.update(set(_terms(text[:_CHARACTERS])))
        n += 1
    return counts, n


def find_keywords(
    period: tuple[Counter[str], int], background: tuple[Counter[str], int], *, most: int = 20
) -> list[Keyword]:
    """Return at most `most` keywords of the period, the strongest first; both counts come from count_words.

    A word that occurs only as part of a returned phrase is left out.
    """
    from scipy.stats import chi2_contingency, false_discovery_control

    (period_counts, texts), (background_counts, background_texts) = period, background
    candidates: list[Keyword] = []
    for words, n in period_counts.items():
        m = background_counts[words]
        if n < LEAST_TEXTS or not background_texts or n * background_texts <= m * texts:
            continue
        table = [[n, texts - n], [m, background_texts - m]]
        if n + m == texts + background_texts:
            continue  # in every text: no contrast
        result: Any = chi2_contingency(table, correction=False, lambda_="log-likelihood")
        candidates.append(Keyword(words, n, m, float(result.statistic), float(result.pvalue)))
    if not candidates:
        return []
    adjusted = false_discovery_control([k.adjusted for k in candidates], method="bh")
    keywords = [
        Keyword(k.words, k.texts, k.background, k.g2, float(q))
        for k, q in zip(candidates, adjusted, strict=True)
        if q <= FALSE_DISCOVERIES
    ]
    keywords.sort(key=lambda k: (-k.g2, -len(k.words), k.words))
    return _without_parts(keywords)[:most]


def _without_parts(keywords: list[Keyword]) -> list[Keyword]:
    whole: list[Keyword] = []
    for keyword in keywords:
        phrases = (k for k in keywords if k is not keyword and f" {keyword.words.lower()} " in f" {k.words.lower()} ")
        if not any(k.texts >= 0.8 * keyword.texts for k in phrases):
            whole.append(keyword)
    return whole


def _terms(text: str) -> Iterator[str]:
    """Yield the words of a text without stop words, and pairs of neighbours among them."""
    from underthesea import word_tokenize

    before = ""
    for word in word_tokenize(text):
        term = _normalise(word)
        if term:
            yield term
            if before and not (before.isupper() and term.isupper()):
                yield f"{before} {term}"
        before = term


def _normalise(word: str) -> str:
    """Return a word as it is counted: names keep their capitals; '' for stop words and short syllables."""
    if not _WORD.fullmatch(word) or word.lower() in _STOP:
        return ""
    if " " not in word and len(word) <= _SHORT and not word.isupper():
        return ""
    return word if any(part[:1].isupper() for part in word.split()[1:]) or word.isupper() else word.lower()


#: Stop words: words of grammar and of news writing
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
