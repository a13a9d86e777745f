"""Two links to one article are equal, and nothing else is."""

import pytest

from pipeline.text.urls import is_fetchable, normalise_url, resolve_url, same_site


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("HTTPS://BaoThu.example:443/Bai-1.html#binh-luan", "https://baothu.example/Bai-1.html"),
        ("http://baothu.example", "http://baothu.example/"),
        ("http://baothu.example/a?utm_source=rss&id=5&fbclid=x", "http://baothu.example/a?id=5"),
        ("http://baothu.example/a?b=2&a=1", "http://baothu.example/a?b=2&a=1"),
        ("http://baothu.example/tin-t%e1%bb%a9c", "http://baothu.example/tin-t%E1%BB%A9c"),
        ("http://baothu.example/tin-tức", "http://baothu.example/tin-t%E1%BB%A9c"),
        (" http://baothu.example./x ", "http://baothu.example/x"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("http://a.example/?u=1/2&utm_source=x&b=a+b%2f&&c", "http://a.example/?u=1/2&b=a+b%2F&&c"),
        (f"http://a.example/{'ả' * 200}", f"http://a.example/{'%E1%BA%A3' * 200}"),
    ],
)
def test_normalise(link: str, expected: str) -> None:
    assert normalise_url(link) == expected
    assert normalise_url(expected) == expected


@pytest.mark.parametrize(
    "link",
    [
        *("javascript:x", "file:///etc/passwd", "//a/b", "http://", "http://a:99999/", "", "http://[x/"),
        "http://a.example/\ud83c",
        *(f"http://a.example/{'x' * 2000}", f"http://a.example/{'ả' * 250}"),
    ],
)
def test_what_is_no_address(link: str) -> None:
    assert not is_fetchable(link)
    with pytest.raises(ValueError, match="not an http"):
        normalise_url(link)


def test_resolve() -> None:
    assert resolve_url("http://a.example/x/y", "../z") == "http://a.example/z"
    assert resolve_url("http://a.example/", "mailto:x@y") is None
    assert resolve_url("http://a.example/", "http://[") is None


def test_same_site() -> None:
    assert same_site("https://vi.baothu.com.vn/x", "http://baothu.com.vn/")
    assert not same_site("https://a.com.vn/", "https://b.com.vn/")
    assert same_site("http://127.0.0.1:81/x", "http://127.0.0.1:81/")
    assert not same_site("http://127.0.0.1:81/x", "http://127.0.0.1:82/")
