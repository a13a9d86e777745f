"""The tree of a query → SQL for SQLite, with FTS5, or for PostgreSQL, with tsquery: both match the same articles."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Literal

from storage.search.tree import And, Days, Mark, Near, Not, Or, Story, Tree, Words

Dialect = Literal["sqlite", "postgresql"]

#: An id of search_items begins with the second of publication, so that ids are in the order of time.
SECOND = 1 << 29
#: Largest number of seconds before or after 1970 that an id holds: until the year 2514.
_LAST_SECOND = 2**34 - 1
#: PostgreSQL's index has no order. To find the newest matches without all the others, a search looks into the newest
#: spans of time first: (bits of an id that are within a span, number of spans). 46 bits are 36 hours.
SPANS = ((46, 2), (46 + 3, 2), (46 + 6, 2))
#: Prefix of a word with its diacritics in a PostgreSQL vector; folded words have none.
EXACT = "="


def id_at(moment: datetime) -> int:
    """Return the least id of an article published at that second."""
    return max(-_LAST_SECOND, min(int(moment.timestamp()), _LAST_SECOND)) * SECOND


def spans_of(identifier: int) -> list[str]:
    """Return the words of a PostgreSQL vector for the spans of time that an id is in."""
    return [f":{bits}:{identifier >> bits}" for bits, _ in SPANS]


def mark_word(field: str, value: str) -> str:
    """Return the word of the index for a field and its value (see pipeline.text.search_tokens.join_tokens)."""
    return f":{field}:{value}"


class CompiledQuery:
    """A condition of SQL on rows of search_items (`s`) that holds where a tree matches, and its values by name."""

    def __init__(self, tree: Tree, dialect: Dialect, zone: tzinfo) -> None:
        self._dialect: Dialect = dialect
        self._zone = zone
        self.values: dict[str, Any] = {}
        #: FTS5 query that yields the rows in order of time, before `sql` filters them; '': no part of the tree is one.
        self.match = ""
        parts = list(tree.parts) if isinstance(tree, And) else [tree]
        if dialect == "sqlite":
            in_fts5 = [part for part in parts if _is_positive(part)]
            if in_fts5:
                in_fts5 += [part for part in parts if isinstance(part, Not) and _is_positive(part.part)]
                parts = [part for part in parts if part not in in_fts5]
                self.match = compile_fts5(And(tuple(in_fts5)))
        # Bounds on the rowid itself keep FTS5 from walking through the days before and after.
        ids = "search_index.rowid" if self.match else "s.id"
        self.sql = (
            " AND ".join(self._days(part, ids) if isinstance(part, Days) else self._sql_of(part) for part in parts)
            or "1 = 1"
        )

    def _sql_of(self, tree: Tree) -> str:
        if isinstance(tree, Days):
            return self._days(tree)
        if isinstance(tree, Story):
            name = self._value(tree.key)
            return f"s.item_key IN (SELECT i.key FROM items i WHERE i.story = {name} OR i.event = {name})"
        if _is_text(tree, self._dialect):
            if self._dialect == "sqlite":
                words = self._value(compile_fts5(tree))
                return f"s.id IN (SELECT rowid FROM search_index WHERE search_index MATCH {words})"
            return f"s.vector @@ CAST({self._value(compile_tsquery(tree))} AS tsquery)"
        if isinstance(tree, Not):
            return f"NOT ({self._sql_of(tree.part)})"
        assert isinstance(tree, And | Or)
        word = " AND " if isinstance(tree, And) else " OR "
        return "(" + word.join(self._sql_of(part) for part in tree.parts) + ")"

    def _days(self, days: Days, ids: str = "s.id") -> str:
        limits = []
        if days.first is not None:
            start = datetime.combine(days.first, time.min, self._zone)
            limits.append(f"{ids} >= {self._value(id_at(start.astimezone(UTC)))}")
        if days.last is not None:
            end = datetime.combine(days.last + timedelta(days=1), time.min, self._zone)
            limits.append(f"{ids} < {self._value(id_at(end.astimezone(UTC)))}")
        return "(" + " AND ".join(limits) + ")"

    def _value(self, value: Any) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"


def _is_text(tree: Tree, dialect: Dialect) -> bool:
    """Whether a tree has only words and marks, in a form that the database's own search accepts."""
    if isinstance(tree, Days | Story):
        return False
    if isinstance(tree, Not):
        return dialect == "postgresql" and _is_text(tree.part, dialect)
    if isinstance(tree, And | Or):
        return all(_is_text(part, dialect) for part in tree.parts) or (dialect == "sqlite" and _is_positive(tree))
    return True


def _is_positive(tree: Tree) -> bool:
    """Whether FTS5 can express a tree: its NOT needs an operand before it."""
    if isinstance(tree, And):
        positive = [part for part in tree.parts if not isinstance(part, Not)]
        negated = [part.part for part in tree.parts if isinstance(part, Not)]
        return bool(positive) and all(_is_positive(part) for part in (*positive, *negated))
    if isinstance(tree, Or):
        return all(_is_positive(part) for part in tree.parts)
    return isinstance(tree, Words | Near | Mark)


def compile_fts5(tree: Tree) -> str:
    """Return a tree of words and marks in the syntax of FTS5."""
    if isinstance(tree, And):
        positive = " AND ".join(f"({compile_fts5(part)})" for part in tree.parts if not isinstance(part, Not))
        negated = [compile_fts5(part.part) for part in tree.parts if isinstance(part, Not)]
        return f"({positive})" + "".join(f" NOT ({part})" for part in negated)
    if isinstance(tree, Or):
        return " OR ".join(f"({compile_fts5(part)})" for part in tree.parts)
    if isinstance(tree, Mark):
        return f'marks : "{mark_word(tree.field, tree.value)}"'
    if isinstance(tree, Near):
        return f"{_columns(tree.one)} : NEAR({_phrase(tree.one)} {_phrase(tree.other)}, {tree.between})"
    assert isinstance(tree, Words)
    return f"{_columns(tree)} : {_phrase(tree)}"


def _columns(words: Words) -> str:
    end = "_exact" if words.exact else ""
    return f"title{end}" if words.only_title else f"{{title{end} text{end}}}"


def _phrase(words: Words) -> str:
    # Words hold only letters, digits and marks (pipeline.text.search_tokens), so there is no quote to escape.
    return '"' + " ".join(words.words) + '"' + (" *" if words.prefix else "")


def compile_tsquery(tree: Tree) -> str:
    """Return a tree of words and marks in the syntax of a tsquery."""
    if isinstance(tree, And | Or):
        word = " & " if isinstance(tree, And) else " | "
        return "(" + word.join(compile_tsquery(part) for part in tree.parts) + ")"
    if isinstance(tree, Not):
        return f"!{compile_tsquery(tree.part)}"
    if isinstance(tree, Mark):
        return quote(mark_word(tree.field, tree.value))
    if isinstance(tree, Near):
        pairs = ((tree.one, tree.other), (tree.other, tree.one))
        steps = range(1, tree.between + 2)
        return "(" + " | ".join(f"({_lexemes(a)} <{n}> {_lexemes(b)})" for a, b in pairs for n in steps) + ")"
    assert isinstance(tree, Words)
    return _lexemes(tree)


def _lexemes(words: Words) -> str:
    prefix, weight = EXACT if words.exact else "", "A" if words.only_title else ""
    lexemes = [quote(prefix + word) + (f":{weight}" if weight else "") for word in words.words]
    if words.prefix:
        lexemes[-1] = quote(prefix + words.words[-1]) + f":*{weight}"
    return "(" + " <-> ".join(lexemes) + ")"


def quote(lexeme: str) -> str:
    """Return a lexeme quoted for a tsquery or tsvector."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
