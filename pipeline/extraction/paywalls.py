"""Words of a page → its paywall's own sentences: 'Subscribe to continue reading'."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from pipeline.extraction.own_words import own_words, words_of
from pipeline.text import scripts

_READ = r"(?:continue|read|keep reading|unlock|access|see the (?:rest|full)|finish)"
_ARTICLE = r"(?:article|content|story|report|page)"
_PAYWALL = re.compile(
    rf"(?:subscribe|register|sign ?(?:in|up)|log ?in|become a (?:member|subscriber)|create an? (?:free )?account"
    rf"|start your (?:free )?trial)\b[^.!?]{{0,40}}\bto {_READ}"
    rf"|(?:this|the) {_ARTICLE} is (?:(?:only )?for|reserved for|exclusive to|available (?:only )?(?:to|for)) (?:our )?"
    r"(?:paying )?(?:subscribers|members)|(?:subscribers?|members?)[- ]only"
    r"|to (?:continue|keep) reading[^.!?]{0,30}(?:subscribe|register|sign|log)"
    r"|already a (?:subscriber|member)\b"
    r"|you(?:'ve| have) (?:reached|used|read) [\w\s']{0,40}free (?:articles|stories)"
    rf"|(?:subscribe|subscription) [\w\s]{{0,20}}to (?:unlock|read) (?:this|the) {_ARTICLE}"
    # French
    r"|réservée?s? (?:à nos|aux) abonnés|il vous reste [\d.,]+ ?% de (?:cet article|l'article)"
    r"|(?:abonnez|connectez|inscrivez)-vous pour (?:lire|continuer|accéder)"
    # German
    r"|(?:nur|exklusiv) für (?:unsere )?abonnent(?:en|innen)"
    r"|mit (?:einem |dem |unserem )?abo (?:jetzt )?(?:weiter)?lesen"
    r"|(?:weiter)?lesen mit (?:einem |dem |unserem )?(?:probe)?abo"
    r"|jetzt weiterlesen|(?:um|zum) weiter(?:zu)?lesen[\w\s,]{0,30}(?:anmelden|registrieren|abonnieren|abo)"
    r"|melden sie sich an,? um (?:den|diesen) artikel"
    # Vietnamese
    r"|(?:đăng nhập|đăng ký|mua gói|trả phí|nâng cấp|đăng kí)[\w\s,]{0,40}(?:để )?(?:đọc|xem) (?:tiếp|toàn bộ|trọn"
    r"|đầy đủ|phần còn lại)|(?:bài viết|nội dung|bài báo)? ?(?:chỉ )?dành (?:riêng )?cho (?:thuê bao|hội viên"
    r"|thành viên|người dùng|độc giả|bạn đọc) ?(?:trả phí|đăng ký|vip|premium|đã đăng nhập)"
    r"|dành (?:riêng )?cho (?:thuê bao|hội viên|độc giả trả phí)"
    r"|(?:để )?(?:đọc|xem) (?:tiếp|toàn bộ|trọn|đầy đủ)[\w\s,]{0,30}(?:vui lòng|hãy|mời|cần|xin) (?:bạn |quý khách )?"
    r"(?:đăng nhập|đăng ký|mua|nâng cấp|trả phí)"
    r"|bạn (?:còn|đã) [\w\s]{0,20}(?:bài|lượt) (?:viết |đọc |xem )?miễn phí"
    # other languages of the watched press
    r"|s?olo para suscriptores|suscríb[ea]te para (?:seguir|continuar) leyendo"
    r"|(?:contenuto|articolo) riservato agli abbonati|abbonati per (?:continuare|leggere)"
    r"|有料会員|会員限定|続きを読むには|只限订阅|订阅后(?:可)?(?:继续)?阅读|登[录錄]后(?:可)?(?:继续)?阅读(?:全文)?|付费阅读"
    r"|доступ(?:но|ен|на|ны) (?:только )?(?:для подписчиков|подписчикам|по подписке)"
    r"|только для подписчиков|чтобы (?:читать|продолжить)[^.!?]{0,30}(?:подпис|войдите)"
    r"|(?:구독|로그인)(?:하고|하시면|하면)? ?(?:후 )?(?:계속|전문|기사)|유료 ?(?:회원|구독자) ?전용"
    r"|(?:회원|구독자)(?:만|에게만) [^.]{0,20}(?:볼 수|읽을 수|이용|제공|공개)"
    r"|(?:berlangganan|masuk|daftar) untuk (?:lanjut )?(?:membaca|melanjutkan)",
    re.IGNORECASE,
)
#: Of these each occurrence of _PAYWALL has one, in small letters; the order is that of its alternatives
PAYWALL_WORDS = (
    *("subscri", "register", "sign in", "signin", "sign up", "signup", "log in", "login", "become a member"),
    *(
        "create a",
        "start your",
        "already a",
        "members",
        "member only",
        "member-only",
        "continue reading",
        "keep reading",
    ),
    *("free articles", "free stories", "abonn", "il vous reste", "connectez-vous", "inscrivez-vous"),
    *("abo lesen", "abo weiter", "abo jetzt", "lesen mit", "weiterlesen", "weiterzulesen", "melden sie sich an"),
    *(f"{verb} {rest}" for verb in ("đọc", "xem") for rest in ("tiếp", "toàn bộ", "trọn", "đầy đủ", "phần còn lại")),
    *("dành cho", "dành riêng cho", "miễn phí", "para suscriptores", "suscríb", "riservato agli abbonati"),
    *("abbonati per", "会員", "続きを読むには", "订阅", "登录", "登錄", "付费阅读", "подпис", "чтобы"),
    *("구독", "로그인", "유료", "회원", "berlangganan", "masuk untuk", "daftar untuk"),
)
# Letters that the pattern takes for an i, s or Cyrillic one, and whose small letter is another.
_FOLDED = re.compile(f"[\u0130\u0131\u017f{scripts.CYRILLIC_VARIANTS}]")
# Characters of a notice at most, its words of its own at most (the outlet's name, a price) and their share at most.
_LONGEST, _MOST_OWN, _LARGEST_SHARE = 240, 6, 0.4
# Words for reading and for what is read. 'Available to premium subscribers only' without one may be said of a product.
_READING = re.compile(
    r"\b(?:read|reading|article|articles|content|story|stories|access|lire|lecture|lesen|weiter\w*lesen|artikel|leer|leyendo"
    r"|artículo|contenuto|articolo|leggere|đọc|xem|bài|nội dung|читать|материал|текст|статья|membaca)\b"
    r"|статей|阅读|閱讀|全文|読|읽|기사|전문",
    re.IGNORECASE,
)
# Words of a notice at most that names no reading: 'Nur für Abonnenten', 'Already a subscriber? Log in'.
_FEW_WORDS = 6
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


def names_paywall(text: str) -> bool:
    """Whether the words of a text are those of a paywall; news may use them too."""
    return _find_paywall(text)


def is_paywall_notice(text: str) -> bool:
    """Whether a line or sentence says only that the reader must pay, subscribe or log in to read on."""
    if len(text) > _LONGEST or not _find_paywall(text) or not _is_stock(text):
        return False
    return bool(_READING.search(text)) or (len(words_of(text)) <= _FEW_WORDS and not own_words(text))


def without_paywall_notices(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Return the paragraphs without the paywall's own: whole paragraphs, and last sentences of others."""
    lines = (_without_last_notice(paragraph) for paragraph in paragraphs if not is_paywall_notice(paragraph))
    return tuple(line for line in lines if line)


def _find_paywall(text: str) -> bool:
    """Whether _PAYWALL occurs in a text; the pattern itself costs fifty times as much as the look for its words."""
    if not _word_finder().find_matches_as_indexes(text.lower().encode("utf-8", "replace")) and not _FOLDED.search(text):
        return False
    return _PAYWALL.search(text) is not None


@cache
def _word_finder() -> Any:
    import ahocorasick_rs

    kind = ahocorasick_rs.MATCHKIND_LEFTMOST_FIRST
    return ahocorasick_rs.BytesAhoCorasick([word.encode() for word in PAYWALL_WORDS], matchkind=kind)


def _is_stock(text: str) -> bool:
    """Whether a text consists of stock words of notices, but for a few."""
    own = len(own_words(text))
    return own <= _MOST_OWN and own <= _LARGEST_SHARE * len(words_of(text))


def _without_last_notice(paragraph: str) -> str:
    if not _find_paywall(paragraph[-_LONGEST:]):
        return paragraph
    sentences = _SENTENCE.split(paragraph)
    rest = sentences
    while (start := _start_of_notice(rest)) > 0:
        rest = rest[:start]
    return paragraph if rest is sentences else " ".join(rest)


def _start_of_notice(sentences: list[str]) -> int:
    """Return the number of the sentence with which the notice at the end begins; 0 if there is none.

    It may be of two sentences: 'Already a subscriber? Log in'.
    """
    for start in range(len(sentences) - 1, 0, -1):
        if not _is_stock(sentences[start]):
            return 0
        if is_paywall_notice(" ".join(sentences[start:])):
            return start
    return 0
