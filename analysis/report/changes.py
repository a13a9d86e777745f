"""Figures of now and earlier → their change, in words."""

from collections.abc import Sequence

from analysis.documents.labels import Labels


class ChangeFormatter:
    """Changes of counts and shares in one language; None is an unknown value."""

    def __init__(self, words: Labels) -> None:
        self._words = words

    def share_row(self, name: str, shares: Sequence[float | None]) -> tuple[str, ...]:
        """Return a row: name, share of now in per cent, and its change in points against each earlier share."""
        now = shares[0]
        if now is None:
            return (name, *(self.unknown() for _ in shares))
        return (name, f"{self._words.number(now)} %", *(self._points(now, share) for share in shares[1:]))

    def _points(self, now: float, earlier: float | None) -> str:
        if earlier is None:
            return self.unknown()
        return self._words.of(
            "report", "points", change=self._signed(now - earlier), held=f"{self._words.number(earlier)} %"
        )

    def change(self, now: float | None, earlier: float | None) -> str:
        """Return the change in per cent with the earlier value; the earlier value alone if it is 0."""
        if earlier is None or now is None:
            return self.unknown()
        text = self._words.whole(earlier) if isinstance(earlier, int) else self._words.number(earlier)
        if not earlier:
            return text
        return self._words.of("report", "change", change=self._signed(100 * (now - earlier) / earlier), held=text)

    def unknown(self) -> str:
        return self._words.of("report", "no_data")

    def _signed(self, value: float) -> str:
        text = self._words.number(abs(value))
        return text if text.strip("0,.") == "" else ("+" if value > 0 else "\u2212") + text
