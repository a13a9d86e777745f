"""What the command line says, in Vietnamese and English."""

import os
import sys
from typing import Literal

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


#: `Reason` → words for a person
REASONS: dict[str, tuple[str, str]] = {
    "dns_failure": ("không tìm thấy tên máy chủ", "host name not found"),
    "connection_refused": ("máy chủ từ chối kết nối", "connection refused"),
    "connection_lost": ("mất kết nối giữa chừng", "connection lost"),
    "timeout": ("quá thời gian chờ", "timed out"),
    "tls_error": ("lỗi chứng thư bảo mật", "TLS error"),
    "not_found": ("trang không có (404)", "not found (404)"),
    "gone": ("trang đã gỡ (410)", "taken down (410)"),
    "forbidden": ("không được phép xem", "access denied"),
    "rate_limited": ("máy chủ yêu cầu chậm lại (429)", "asked to slow down (429)"),
    "server_error": ("máy chủ báo lỗi", "server error"),
    "http_other": ("máy chủ trả lời bất thường", "unexpected answer"),
    "too_many_redirects": ("chuyển hướng vòng vo", "too many redirects"),
    "too_large": ("trang quá lớn", "too large"),
    "empty_body": ("trang trống", "empty page"),
    "not_a_feed": ("địa chỉ không phải nguồn tin RSS", "not a feed"),
    "bad_feed": ("nguồn tin RSS bị hỏng", "broken feed"),
    "not_html": ("không phải trang web", "not a web page"),
    "robots_txt": ("robots.txt không cho phép", "refused by robots.txt"),
    "robots_unreachable": ("chưa đọc được robots.txt", "robots.txt out of reach"),
    "unsafe_address": ("địa chỉ không an toàn", "unsafe address"),
    "invalid_link": ("liên kết không hợp lệ", "invalid link"),
    "no_text": ("không có nội dung bài", "no text"),
    "paywall": ("bài thu phí", "paywall"),
    "needs_browser": ("trang cần trình duyệt", "needs a browser"),
    "challenge": ("trang chặn máy tự động", "challenge page"),
    "soft_404": ("trang báo không tìm thấy", "soft 404"),
    "not_an_article": ("không phải bài báo", "not an article"),
    "error": ("lỗi khi đọc", "error while reading"),
}


def reason(name: str) -> str:
    vi, en = REASONS.get(name, (name, name))
    return say(vi, en)
