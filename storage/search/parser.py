"""What a person searches for → a tree of words, fields and days, or an error that names the place in it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.language import Language
from pipeline.tables.facts import ARCHIVE
from pipeline.text.normalize import normalise
from pipeline.text.search_tokens import fold, join_tokens, tokenize_normalised
from storage.search.tree import And, Days, Mark, Near, Not, Or, Story, Tree, Words

#: characters, words and brackets within brackets of one query
_LONGEST, _MOST_WORDS, _DEEPEST = 2_000, 100, 40
#: words that NEAR lets stand between its two where no number is given, and at most
_NEAR, _FARTHEST = 10, 50
MARKS = ("outlet", "topic", "lang", "place", "relevance", "tone", "provenance")
#: Years of days that are searched: the ends of the calendar have no day before or after them.
_YEARS = range(1900, 3000)
FIELDS = ("title", *MARKS, "day", "story")
_CLOSED = {
    "relevance": ("main", "mention", "no"),
    "tone": ("positive", "neutral", "negative", "unsure"),
    "provenance": ("live", ARCHIVE),
}


#: Name of a topic → its id.
TopicIds = Mapping[str, str] | Callable[[], Mapping[str, str]]


class QueryError(DiembaoError, ValueError):
    """A query that cannot be understood: the character of the mistake (from 0), and a message of the catalogues.

    The text of the exception itself is English; `explanation()` is for the reader.
    """

    def __init__(self, query: str, at: int, message: str, **parameters: object) -> None:
        english = translate(message, language="en", **parameters)
        super().__init__(f"{english} (character {at + 1} of {query!r})")
        self.query, self.at, self._message, self._parameters = query, at, message, parameters

    def explanation(self, language: Language | None = None) -> str:
        """Return what to write instead, in `language` (default: that of the run or request)."""
        return translate(self._message, language=language, **self._parameters)


def parse(query: str, topics: TopicIds | None = None) -> Tree:
    """Return the tree of a query. Raises QueryError.

    `topics`: the names by which topics may be called (search_tokens.joined) and their ids, or a function that gives
    them, which is called where the query names a topic; other names are refused.
    """
    return _Parser(normalise(query), topics).whole()


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<phrase>["“”][^"“”]*["“”]) | (?P<quote>["“”])
    | (?P<near>NEAR\s*\([^()]*\)?) | (?P<op>(?:AND|OR|NOT)(?=[\s()"]|$))
    | (?P<field>(?:title|outlet|topic|lang|place|relevance|tone|provenance|day|story):|[^\W\d_]+:(?=\S))
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
    """Reads one query from left to right: OR binds least, then AND (also unwritten), then NOT."""

    def __init__(self, query: str, topics: TopicIds | None) -> None:
        self._query = query
        self._topics = topics
        self._tokens: list[_Token] = []
        self._next = self._words = self._depth = 0
        if len(query) > _LONGEST:
            raise self._error(_LONGEST, mark("Longer than {limit} characters: ask for less"), limit=_LONGEST)
        at = 0
        while (match := _TOKEN.match(query, at)) is not None:
            kind = match.lastgroup
            assert kind is not None
            self._tokens.append(_Token(kind, match[kind], match.start(kind)))
            at = match.end()
        for token in self._tokens:
            if token.kind == "quote":
                raise self._error(token.at, mark('A " without its end: add one after it'))

    def _error(self, at: int, message: str, **parameters: object) -> QueryError:
        return QueryError(self._query, at, message, **parameters)

    def whole(self) -> Tree:
        found = self._either()
        if (left := self._peek()) is not None:
            raise self._error(left.at, mark("A ) too many: take it out, or add a ( before"))
        if found is None:
            raise self._error(0, mark("Nothing to search for: write a word at least"))
        return found

    def _peek(self, *kinds: str) -> _Token | None:
        token = self._tokens[self._next] if self._next < len(self._tokens) else None
        return token if token is None or not kinds or token.kind in kinds else None

    def _take(self, kind: str, text: str = "") -> bool:
        token = self._peek(kind)
        if token is None or (text and token.text != text):
            return False
        self._next += 1
        return True

    def _either(self, field: str = "") -> Tree | None:
        parts = [self._all(field)]
        while (op := self._peek("op")) is not None and op.text == "OR":
            self._next += 1
            parts.append(self._all(field))
            if None in parts:
                raise self._needs_words(op)
        return _made(Or, [part for part in parts if part is not None])

    def _all(self, field: str) -> Tree | None:
        parts: list[Tree] = []
        waits: _Token | None = None
        while (token := self._peek()) is not None and token.kind != "close":
            if token.kind == "op" and token.text != "NOT":
                if not parts or waits is not None:
                    raise self._needs_words(token)
                if token.text == "OR":
                    break
                self._next += 1
                waits = token
            elif (found := self._one(token, field)) is not None:
                parts.append(found)
                waits = None
        if waits is not None:
            raise self._needs_words(waits)
        return _made(And, parts)

    def _needs_words(self, token: _Token) -> QueryError:
        named = token.text
        return self._error(
            token.at,
            mark('{operator} needs words on both sides; to search for it write "{word}"'),
            operator=named,
            word=named.lower(),
        )

    def _one(self, token: _Token, field: str) -> Tree | None:
        """Read the next thing to search for; None where there is none in it, as in a lone dash."""
        self._next += 1
        if token.kind == "op":
            after = self._peek()
            found = None if after is None or after.kind in ("close", "op") else self._one(after, field)
            if found is None:
                raise self._error(token.at, mark("NOT needs what to leave out: NOT covid"))
            return Not(found)
        if token.kind == "open":
            return self._group(token, field)
        if token.kind == "near":
            return self._near(token, field)
        return self._field(token, field) if token.kind == "field" else self._leaf(token, field)

    def _group(self, opened: _Token, field: str) -> Tree | None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(opened.at, mark("Too many brackets within brackets"))
        found = self._either(field)
        self._depth -= 1
        if not self._take("close"):
            raise self._error(opened.at, mark("A ( without its end: add a )"))
        return found

    def _field(self, token: _Token, outer: str) -> Tree | None:
        name, value = token.text[:-1].lower(), self._peek("word", "phrase", "open", "near")
        if name not in FIELDS:
            listed = ", ".join(FIELDS)
            raise self._error(
                token.at,
                mark('There is no field {field}: (there are {names}); put words with a colon in quotes "…"'),
                field=name,
                names=listed,
            )
        if outer or value is None:
            raise self._error(token.at, mark("{field}: needs a value right after it"), field=name)
        self._next += 1
        if value.kind == "open":
            return self._group(value, name)
        if value.kind == "near":
            return self._near(value, name)
        return self._leaf(value, name)

    def _leaf(self, token: _Token, field: str) -> Tree | None:
        written = token.text.strip('"“”') if token.kind == "phrase" else token.text
        if field in ("", "title"):
            loose = token.kind == "word"
            found = self._to_words(
                token, written, exact=loose and written.startswith("="), prefix=loose and written.endswith("*")
            )
            return found and replace(found, only_title=field == "title")
        if field == "day":
            return self._days(token, written)
        if field == "story":
            return Story(written.strip())
        value = join_tokens(written)
        allowed = _CLOSED.get(field)
        if field == "topic" and self._topics is not None:
            topics = self._topics() if callable(self._topics) else self._topics
            value = topics.get(value, "")
            allowed = tuple(sorted(set(topics.values())))
            value = value and join_tokens(value)
            allowed = tuple(join_tokens(name) for name in allowed)
        if not value or (allowed and value not in allowed):
            if not allowed:
                raise self._error(token.at, mark("{field}: does not know {value!r}"), field=field, value=written)
            raise self._error(
                token.at,
                mark("{field}: does not know {value!r}; there are {names}"),
                field=field,
                value=written,
                names=", ".join(allowed),
            )
        if (field, value) == ("provenance", "live"):  # only what an archive had first is marked
            return Not(Mark(field, ARCHIVE))
        return Mark(field, value)

    def _to_words(self, token: _Token, written: str, *, exact: bool, prefix: bool = False) -> Words | None:
        found = tokenize_normalised(written)
        self._words += len(found)
        if self._words > _MOST_WORDS:
            raise self._error(token.at, mark("More than {limit} words"), limit=_MOST_WORDS)
        if not found:
            return None
        if prefix and len(found[-1].folded) == 1 and found[-1].folded.isascii():
            raise self._error(token.at, mark("At least two letters are needed before the *"))
        exact = exact or any(word.exact != word.folded for word in found)
        return Words(tuple(word.exact if exact else word.folded for word in found), exact, prefix)

    def _near(self, token: _Token, field: str) -> Near:
        inside, end, _ = token.text.partition("(")[2].partition(")")
        inside, _, number = inside.partition(",")
        between = int(number) if number.strip().isdigit() else _NEAR
        if (number and not number.strip().isdigit()) or between > _FARTHEST:
            raise self._error(
                token.at, mark("The distance in NEAR is a number up to {limit}, e.g. NEAR(a b, 5)"), limit=_FARTHEST
            )
        sides = [self._to_words(token, side, exact=False) for side in _SIDE.findall(inside)]
        members = [side for side in sides if side is not None]
        if not end or len(members) != 2 or "*" in inside or field not in ("", "title"):
            raise self._error(token.at, mark("NEAR needs just two words or phrases without *: NEAR(wind farm, 5)"))
        if {fold(w) for w in members[0].words} & {fold(w) for w in members[1].words}:
            raise self._error(token.at, mark("The two sides of NEAR must share no word"))
        exact, title = any(m.exact for m in members), field == "title"
        one, other = (replace(m, exact=exact, only_title=title) for m in members)
        return Near(one, other, between)

    def _days(self, token: _Token, written: str) -> Days:
        first, dots, last = written.partition("..")
        ends = [self._day(token, part) if part else None for part in ((first, last) if dots else (first, first))]
        if ends == [None, None] or (ends[0] and ends[1] and ends[0] > ends[1]):
            raise self._error(token.at, mark("A range of days begins before it ends"))
        return Days(*ends)

    def _day(self, token: _Token, written: str) -> date:
        day: date | None = None
        try:
            if (local := _LOCAL.fullmatch(written)) is not None:
                day = date(int(local[3]), int(local[2]), int(local[1]))
            elif _ISO.fullmatch(written):
                day = date(*map(int, written.split("-")))
        except ValueError:
            pass
        if day is not None and day.year in _YEARS:
            return day
        raise self._error(
            token.at, mark("No day: {value!r}; write day:2026-03-01 or day:2026-03-01..2026-03-05"), value=written
        )


def _made(kind: type[And] | type[Or], parts: list[Tree]) -> Tree | None:
    flat = [one for part in parts for one in (part.parts if isinstance(part, kind) else (part,))]
    return kind(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None
