"""A query as a person writes it → its tree, or an error that names the character where it goes wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from pipeline.errors import DiembaoError
from pipeline.text.normalize import normalise
from pipeline.text.search_tokens import fold, join_tokens, tokenize_normalised
from storage.search.tree import And, Days, Mark, Near, Not, Or, Story, Tree, Words

#: Largest number of characters, words and nested brackets of one query.
_MAX_CHARACTERS, _MAX_WORDS, _MAX_DEPTH = 2_000, 100, 40
#: Words between the two sides of NEAR: by default, and at most.
_NEAR_DEFAULT, _NEAR_MAX = 10, 50
MARKS = ("outlet", "topic", "lang", "place", "relevance", "tone")
FIELDS = ("title", *MARKS, "day", "story")
_FIXED_VALUES = {"relevance": ("main", "mention", "no"), "tone": ("positive", "neutral", "negative", "unsure")}


class QueryError(DiembaoError, ValueError):
    """A query cannot be understood: at which character (from 0), and what to write, in Vietnamese and English."""

    def __init__(self, query: str, at: int, vi: str, en: str) -> None:
        super().__init__(f"{en} (character {at + 1} of {query!r})")
        self.query, self.at, self.vi, self.en = query, at, vi, en


def parse(query: str, topics: Mapping[str, str] | None = None) -> Tree:
    """Return the tree of a query. Raises QueryError.

    `topics`: the names by which topics may be called (search_tokens.joined) and their ids; others are refused.
    """
    return _Parser(normalise(query), topics).parse()


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<phrase>["“”][^"“”]*["“”]) | (?P<quote>["“”])
    | (?P<near>NEAR\s*\([^()]*\)?) | (?P<op>(?:AND|OR|NOT)(?=[\s()"]|$))
    | (?P<field>(?:title|outlet|topic|lang|place|relevance|tone|day|story):|[^\W\d_]+:(?=\S))
    | (?P<word>[^\s()"“”]+)
    )""",
    re.VERBOSE,
)
_SIDE = re.compile(r"[\"“”][^\"“”]*[\"“”]|[^\s\"“”]+")
_ISO = re.compile(r"\d{4}-\d\d?-\d\d?")
_LOCAL = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


class _Parser:
    """Parses one query from left to right: OR binds least, then AND (also where it is not written), then NOT."""

    def __init__(self, query: str, topics: Mapping[str, str] | None) -> None:
        self._query = query
        self._topics = topics
        self._tokens: list[_Token] = []
        self._next = self._words = self._depth = 0
        if len(query) > _MAX_CHARACTERS:
            raise self._error(
                _MAX_CHARACTERS,
                f"Dài hơn {_MAX_CHARACTERS} ký tự: hãy tìm ít hơn",
                f"Longer than {_MAX_CHARACTERS} characters: ask for less",
            )
        at = 0
        while (match := _TOKEN.match(query, at)) is not None:
            kind = match.lastgroup
            assert kind is not None
            self._tokens.append(_Token(kind, match[kind], match.start(kind)))
            at = match.end()
        for token in self._tokens:
            if token.kind == "quote":
                raise self._error(
                    token.at, 'Dấu " chưa có dấu đóng: thêm " vào cuối cụm từ', 'A " without its end: add one after it'
                )

    def _error(self, at: int, vi: str, en: str) -> QueryError:
        return QueryError(self._query, at, vi, en)

    def parse(self) -> Tree:
        tree = self._parse_or()
        if (extra := self._peek()) is not None:
            raise self._error(
                extra.at, "Dấu ) thừa: bỏ đi, hoặc thêm ( ở trước", "A ) too many: take it out, or add a ( before"
            )
        if tree is None:
            raise self._error(
                0, "Không có gì để tìm: hãy viết ít nhất một từ", "Nothing to search for: write a word at least"
            )
        return tree

    def _peek(self, *kinds: str) -> _Token | None:
        token = self._tokens[self._next] if self._next < len(self._tokens) else None
        return token if token is None or not kinds or token.kind in kinds else None

    def _take(self, kind: str, text: str = "") -> bool:
        token = self._peek(kind)
        if token is None or (text and token.text != text):
            return False
        self._next += 1
        return True

    def _parse_or(self, field: str = "") -> Tree | None:
        parts = [self._parse_and(field)]
        while (op := self._peek("op")) is not None and op.text == "OR":
            self._next += 1
            parts.append(self._parse_and(field))
            if None in parts:
                raise self._needs_words(op)
        return _join_parts(Or, [part for part in parts if part is not None])

    def _parse_and(self, field: str) -> Tree | None:
        parts: list[Tree] = []
        open_operator: _Token | None = None
        while (token := self._peek()) is not None and token.kind != "close":
            if token.kind == "op" and token.text != "NOT":
                if not parts or open_operator is not None:
                    raise self._needs_words(token)
                if token.text == "OR":
                    break
                self._next += 1
                open_operator = token
            elif (part := self._parse_part(token, field)) is not None:
                parts.append(part)
                open_operator = None
        if open_operator is not None:
            raise self._needs_words(open_operator)
        return _join_parts(And, parts)

    def _needs_words(self, token: _Token) -> QueryError:
        named = token.text
        return self._error(
            token.at,
            f'{named} cần từ ở hai bên; muốn tìm chính chữ ấy thì viết "{named.lower()}"',
            f'{named} needs words on both sides; to search for it write "{named.lower()}"',
        )

    def _parse_part(self, token: _Token, field: str) -> Tree | None:
        """Parse the next word, phrase, field or bracket; None where it holds no word, as a lone dash."""
        self._next += 1
        if token.kind == "op":
            following = self._peek()
            part = (
                None if following is None or following.kind in ("close", "op") else self._parse_part(following, field)
            )
            if part is None:
                raise self._error(
                    token.at, "Sau NOT phải có từ cần loại: NOT covid", "NOT needs what to leave out: NOT covid"
                )
            return Not(part)
        if token.kind == "open":
            return self._group(token, field)
        if token.kind == "near":
            return self._near(token, field)
        return self._field(token, field) if token.kind == "field" else self._leaf(token, field)

    def _group(self, bracket: _Token, field: str) -> Tree | None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._error(bracket.at, "Quá nhiều ngoặc lồng nhau", "Too many brackets within brackets")
        tree = self._parse_or(field)
        self._depth -= 1
        if not self._take("close"):
            raise self._error(bracket.at, "Dấu ( chưa có dấu đóng: thêm )", "A ( without its end: add a )")
        return tree

    def _field(self, token: _Token, outer: str) -> Tree | None:
        name, value = token.text[:-1].lower(), self._peek("word", "phrase", "open", "near")
        if name not in FIELDS:
            listed = ", ".join(FIELDS)
            raise self._error(
                token.at,
                f'Không có trường {name}: (có: {listed}); muốn tìm dấu hai chấm thì đặt cả cụm trong ngoặc kép "…"',
                f'There is no field {name}: (there are {listed}); put words with a colon in quotes "…"',
            )
        if outer or value is None:
            raise self._error(token.at, f"{name}: cần một giá trị ngay sau nó", f"{name}: needs a value right after it")
        self._next += 1
        if value.kind == "open":
            return self._group(value, name)
        if value.kind == "near":
            return self._near(value, name)
        return self._leaf(value, name)

    def _leaf(self, token: _Token, field: str) -> Tree | None:
        value_text = token.text.strip('"“”') if token.kind == "phrase" else token.text
        if field in ("", "title"):
            is_word = token.kind == "word"
            words = self._to_words(
                token,
                value_text,
                exact=is_word and value_text.startswith("="),
                prefix=is_word and value_text.endswith("*"),
            )
            return words and replace(words, only_title=field == "title")
        if field == "day":
            return self._days(token, value_text)
        if field == "story":
            return Story(value_text.strip())
        value = join_tokens(value_text)
        allowed = _FIXED_VALUES.get(field)
        if field == "topic" and self._topics is not None:
            value = self._topics.get(value, "")
            allowed = tuple(sorted(set(self._topics.values())))
            value = value and join_tokens(value)
            allowed = tuple(join_tokens(name) for name in allowed)
        if not value or (allowed and value not in allowed):
            listed = ", ".join(allowed or ())
            raise self._error(
                token.at,
                f"{field}: không nhận {value_text!r}" + (f"; có: {listed}" if listed else ""),
                f"{field}: does not know {value_text!r}" + (f"; there are {listed}" if listed else ""),
            )
        return Mark(field, value)

    def _to_words(self, token: _Token, value_text: str, *, exact: bool, prefix: bool = False) -> Words | None:
        tokens = tokenize_normalised(value_text)
        self._words += len(tokens)
        if self._words > _MAX_WORDS:
            raise self._error(token.at, f"Hơn {_MAX_WORDS} từ: hãy tìm ít hơn", f"More than {_MAX_WORDS} words")
        if not tokens:
            return None
        if prefix and len(tokens[-1].folded) == 1 and tokens[-1].folded.isascii():
            raise self._error(
                token.at, "Trước dấu * cần ít nhất hai chữ cái", "At least two letters are needed before the *"
            )
        exact = exact or any(word.exact != word.folded for word in tokens)
        return Words(tuple(word.exact if exact else word.folded for word in tokens), exact, prefix)

    def _near(self, token: _Token, field: str) -> Near:
        inside, end, _ = token.text.partition("(")[2].partition(")")
        inside, _, number = inside.partition(",")
        between = int(number) if number.strip().isdigit() else _NEAR_DEFAULT
        if (number and not number.strip().isdigit()) or between > _NEAR_MAX:
            raise self._error(
                token.at,
                f"Khoảng cách trong NEAR là một số đến {_NEAR_MAX}, ví dụ NEAR(a b, 5)",
                f"The distance in NEAR is a number up to {_NEAR_MAX}, e.g. NEAR(a b, 5)",
            )
        sides = [self._to_words(token, side, exact=False) for side in _SIDE.findall(inside)]
        members = [side for side in sides if side is not None]
        if not end or len(members) != 2 or "*" in inside or field not in ("", "title"):
            raise self._error(
                token.at,
                "NEAR cần đúng hai từ hoặc cụm từ, không có dấu *: NEAR(điện gió, 5)",
                "NEAR needs just two words or phrases without *: NEAR(wind farm, 5)",
            )
        if {fold(w) for w in members[0].words} & {fold(w) for w in members[1].words}:
            raise self._error(token.at, "Hai vế của NEAR phải khác từ nhau", "The two sides of NEAR must share no word")
        exact, title = any(m.exact for m in members), field == "title"
        one, other = (replace(m, exact=exact, only_title=title) for m in members)
        return Near(one, other, between)

    def _days(self, token: _Token, value_text: str) -> Days:
        first, dots, last = value_text.partition("..")
        ends = [self._day(token, part) if part else None for part in ((first, last) if dots else (first, first))]
        if ends == [None, None] or (ends[0] and ends[1] and ends[0] > ends[1]):
            raise self._error(
                token.at, "Khoảng ngày phải có ngày đầu trước ngày cuối", "A range of days begins before it ends"
            )
        return Days(*ends)

    def _day(self, token: _Token, value_text: str) -> date:
        try:
            if (local := _LOCAL.fullmatch(value_text)) is not None:
                return date(int(local[3]), int(local[2]), int(local[1]))
            if _ISO.fullmatch(value_text):
                return date(*map(int, value_text.split("-")))
        except ValueError:
            pass
        raise self._error(
            token.at,
            f"Không phải ngày: {value_text!r}; viết day:2026-03-01 hoặc day:2026-03-01..2026-03-05",
            f"No day: {value_text!r}; write day:2026-03-01 or day:2026-03-01..2026-03-05",
        )


def _join_parts(kind: type[And] | type[Or], parts: list[Tree]) -> Tree | None:
    flat = [one for part in parts for one in (part.parts if isinstance(part, kind) else (part,))]
    return kind(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None
