"""What the command line says, in Vietnamese and English."""

import os
import sys
from collections.abc import Mapping
from typing import Literal

from pipeline.i18n.catalogs import translate_code

Language = Literal["vi", "en"]


def asked_language() -> Language:
    """Return the language named by --lang or $DIEMBAO_LANG; needed before options are parsed, for --help."""
    named = os.environ.get("DIEMBAO_LANG", "")
    for n, word in enumerate(sys.argv):
        if word == "--lang" and n + 1 < len(sys.argv):
            named = sys.argv[n + 1]
        elif word.startswith("--lang="):
            named = word.removeprefix("--lang=")
    return "en" if named.lower().startswith("en") else "vi"


_language: Language = asked_language()


def say(vi: str, en: str) -> str:
    """Return the text in the language of this run."""
    return en if _language == "en" else vi


def reason(name: str) -> str:
    """Return a pipeline.records.Reason in words, the digest's own."""
    return named("reason", name)


def named(group: str, name: str, **values: object) -> str:
    """Return the digest's word for a 'reason', 'state', 'flag', ..., filled in; its name where there is none."""
    return translate_code(group, name, language=_language, **values)


Words = Mapping[str, tuple[str, str]]

CANDIDATES: Words = {
    "waiting": ("chờ tải (lần đầu hoặc thử lại)", "to be fetched (again)"),
    "fetched": ("đã tải trang", "page fetched"),
    "summary": ("không tải được trang, giữ tóm tắt của nguồn tin", "page not had, the feed's summary is kept"),
    "same": ("dẫn tới bài đã có", "leads to an article already had"),
    "refused": ("quy tắc không cho tải (robots.txt, địa chỉ)", "refused by rules (robots.txt, address)"),
    "lost": ("không tải được và nguồn tin không có tóm tắt", "not had, and the feed gave no summary"),
}
DOCUMENTS: Words = {
    "waiting": ("chờ đọc", "to be examined"),
    "coverage": ("về địa phương", "about the province"),
    "irrelevant": ("không liên quan", "not about the province"),
    "unreadable": ("không đọc được", "unreadable"),
}
VERDICTS: Words = {
    "coverage": ("đã có, về địa phương", "seen, about the province"),
    "irrelevant": ("đã có, không liên quan", "seen, not about the province"),
    "unreadable": ("đã thấy, không đọc được", "seen, unreadable"),
    "to_be_read": ("đã thấy, chờ đọc", "seen, waits to be read"),
    "not_fetched": ("đã thấy, không tải được trang", "seen, page not had"),
    "source_failed": ("chưa thấy: nguồn hỏng trong thời gian này", "not seen: its source failed in this time"),
    "source_paused": ("chưa thấy: nguồn đang tạm dừng", "not seen: its source is paused"),
    "not_listed": ("chưa thấy: nguồn có theo dõi nhưng không nêu bài này", "not seen: its source did not list it"),
    "no_such_source": ("chưa thấy: báo này chưa được theo dõi", "not seen: this outlet is not watched"),
}

#: crawlers.downloader.browser.missing_browser(), with the way out
BROWSER: Words = {
    "extra": (
        "Có nguồn ghi render = true nhưng chưa cài phần dựng trang bằng trình duyệt: chạy "
        '`pip install "diembao[browser]"` rồi `playwright install chromium`. '
        "Lượt này các trang ấy được tải như thường.",
        "Some source says render = true, and the extra for pages in a browser is not installed: run "
        '`pip install "diembao[browser]"`, then `playwright install chromium`. In this run its pages are fetched as '
        "they are.",
    ),
    "browser": (
        "Có nguồn ghi render = true nhưng máy này chưa có trình duyệt Chromium: chạy `playwright install chromium`, "
        "hoặc cài gói chromium của hệ điều hành. Lượt này các trang ấy được tải như thường.",
        "Some source says render = true, and there is no Chromium on this machine: run `playwright install chromium`, "
        "or install the system's chromium package. In this run its pages are fetched as they are.",
    ),
}


def word(words: Words, key: str) -> str:
    vi, en = words.get(key, (key, key))
    return say(vi, en)
