"""What an engine gave → whether it is a Vietnamese text of its own, about as long as its original."""

import re
from collections.abc import Iterator

from pipeline.text import scripts
from pipeline.text.language import detect_language
from pipeline.text.normalize import lacks_diacritics

#: Characters of Vietnamese for one of the language, as measured on pairs of reports in both; others are taken for 1.1
_LENGTHS = {"zh": 3.3, "ja": 2.1, "ko": 2.1, "th": 1.1, "lo": 1.1, "km": 1.0, "ru": 1.0, "de": 0.95, "fr": 0.95,
            "es": 0.95, "en": 1.05}  # fmt: skip
#: Characters that a text may be longer or shorter than expected whatever its length: titles are free
_SLACK = 30
_LONGEST, _SHORTEST = 1.9, 0.5
_FOREIGN = re.compile(
    f"[{scripts.WITHOUT_BOUNDARIES}{scripts.CYRILLIC}{scripts.ARABIC}{scripts.HANGUL_JAMO}{scripts.MYANMAR}]"
    "(?:[^()\\n]*"
    f"[{scripts.WITHOUT_BOUNDARIES}{scripts.CYRILLIC}{scripts.ARABIC}{scripts.HANGUL_JAMO}{scripts.MYANMAR}])?"
)
_BRACKETED = re.compile(r"[（(][^()（）]{1,30}[)）]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
#: Words of the original that stand one after another in the result, at least so many small ones among them
_COPIED, _COPIED_SMALL = 4, 2
_TALK = re.compile(
    r"^\W*(?:(?:dưới đây|sau đây|đây) là (?:bản|phần|nội dung) dịch|bản dịch(?: tiếng việt)?\s*:|dịch(?: sang "
    r"tiếng việt)?\s*:|"
    r"tiếng việt\s*:|tạm dịch\s*:|nội dung dịch|chắc chắn rồi|tất nhiên rồi|được rồi,|vâng,? (?:dưới|sau|đây|tôi)|"
    r"(?:rất )?xin lỗi,?(?: nhưng)? (?:tôi|mình|em) (?:không|chưa)|tôi (?:không thể|xin lỗi)|là (?:một )?(?:mô "
    r"hình ngôn ngữ|trợ lý)|"
    r"here(?:'s| is) the|sure[,!:]|certainly[,!:]|translation\s*:|vietnamese\s*:|translated text)"
    r"|<\|?/?(?:think|im_start|im_end|assistant|user|s|system|eos)\|?>|\[/?INST\]|```|^\s*[{\[]\s*\"\w+\"\s*:"
    r"|(?:mô hình ngôn ngữ lớn|với tư cách là (?:một )?(?:ai|trợ lý)|as an ai )"
    r"|(?:hy vọng|mong) (?:rằng )?bản dịch|bạn (?:có )?(?:cần|muốn) (?:tôi )?(?:dịch|giúp|hỗ trợ) (?:thêm|gì)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:^|[\n(\[]|[.!?…]\s)\s*(?:lưu ý|ghi chú|chú thích|chú ý|nd|người dịch|lời người dịch|giải thích)(?: của người "
    r"dịch)?\s*:",
    re.I,
)
#: Notes that an original has of its own
_ANY_NOTE = re.compile(
    r"note|hinweis|anmerkung|remarque|nota|примечани|внимани|注|備考|备注|참고|주의|หมายเหตุ|ໝາຍເຫດ|attention|"
    r"achtung|atención|editor",
    re.I,
)
_LONGEST_LOOP = 20


def is_not_vietnamese(translated: str) -> bool:
    """Whether a text is in another language, or in Vietnamese without diacritics."""
    letters = _WORD.findall(translated)
    if not letters:
        return False
    if detect_language("", translated) not in ("vi", "und"):
        return True
    return len(letters) > 3 and lacks_diacritics(translated) and not re.search(r"[àáâãèéêìíòóôõùúý]", translated, re.I)


def untranslated_rest(original: str, translated: str) -> str:
    """Return words that the engine left in another language; '' for none. An original beside its name may stand in
    brackets: 'Ninh Thuận (宁顺)'."""
    rest = _BRACKETED.sub(lambda m: " " if m[0][1:-1].strip() in original else m[0], translated)
    foreign = _FOREIGN.search(rest)
    if foreign and foreign[0] not in ("・", "·", "ー"):
        return foreign[0][:40]
    if _FOREIGN.search(original):
        return ""
    return next(_copied(_WORD.findall(original), _WORD.findall(rest)), "")


def _copied(original: list[str], translated: list[str]) -> Iterator[str]:
    """Yield the runs of words that stand in both texts; names have capitals and may stay."""
    runs = {tuple(original[n : n + _COPIED]) for n in range(len(original) - _COPIED + 1)}
    for n in range(len(translated) - _COPIED + 1):
        run = tuple(translated[n : n + _COPIED])
        if run in runs and sum(word == word.lower() for word in run) >= _COPIED_SMALL:
            yield " ".join(run)


def talk_in(original: str, translated: str) -> str:
    """Return words by which an engine speaks of its work instead of doing it; '' for none."""
    if found := _TALK.search(translated):
        return found[0].strip()[:40]
    if (found := _NOTE.search(translated)) and not _ANY_NOTE.search(original):
        return found[0].strip("\n([ ")[:40]
    lines = [line for line in translated.splitlines() if line.strip()]
    if "\n" not in original.strip() and len(lines) > 1:
        return lines[1].strip()[:40]
    return ""


def repeated_words(original: str, translated: str) -> str:
    """Return words that a result says again and again, or a sentence that it says twice; '' for none."""
    loop = _loop(re.findall(r"\w+", translated.lower()))
    if loop and not _loop(re.findall(r"\w+", original.lower())) and not _loop(re.findall(r"\w", original.lower())):
        return " ".join(loop)[:60]
    seen: set[str] = set()
    for sentence in re.split(r"(?<=[.!?…])\s+|\n", translated):
        key = " ".join(re.findall(r"\w+", sentence.lower()))
        if len(key.split()) >= 5 and key in seen and not _repeats_sentence(original):
            return sentence.strip()[:60]
        seen.add(key)
    return ""


def _loop(words: list[str]) -> list[str]:
    """Return the words that follow one another at least three times, a single one four times; [] for none.

    Words repeat with a period where a stretch of the text equals the text that many words earlier.
    """
    for size in range(1, _LONGEST_LOOP + 1):
        equal, least = 0, size * (3 if size == 1 else 2)
        for n in range(size, len(words)):
            equal = equal + 1 if words[n] == words[n - size] else 0
            if equal >= least:
                return words[n - size + 1 : n + 1]
    return []


def _repeats_sentence(original: str) -> bool:
    sentences = [part.strip().lower() for part in re.split(r"[.!?。！？\n]+", original) if len(part.strip()) > 6]
    return len(set(sentences)) < len(sentences)


def length_fault(original: str, translated: str, language: str) -> str:
    """Return 'short', 'long' or '': whether a result is far from the length that translations have."""
    size = len("".join(original.split()))
    spaced = 1 if language.split("-")[0] in ("zh", "ja", "th", "lo", "km") else len(original) / max(size, 1)
    expected = size * spaced * _LENGTHS.get(language.split("-")[0], 1.1)
    length = len(translated.strip())
    if length > expected * _LONGEST + _SLACK:
        return "long"
    return "short" if length < expected * _SHORTEST - _SLACK / 4 else ""
