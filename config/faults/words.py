"""What TOML, pydantic, regular expressions and the disk say of a configuration file → our own messages.

Their words are English and meant for programmers. What a table here does not know has a message of its own, too: no
word of a library reaches the reader.
"""

import re
import tomllib
from collections.abc import Mapping

from pydantic_core import ErrorDetails

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.i18n.os_errors import os_error_cause

#: Beginning of a message of tomllib → what it means
_TOML: Mapping[str, str] = {
    "Expected '='": mark("a key without '='"),
    "Expected newline or end of document": mark("something stands behind the value"),
    "Expected ']'": mark("the header of a table is not closed with ]"),
    "Expected ']]'": mark("the header of a table is not closed with ]]"),
    "Invalid statement": mark("neither a key nor the header of a table"),
    "Invalid initial character": mark("a key may hold letters, digits, '-' and '_' only, or stands in quotes"),
    "Invalid value": mark("no value: a text stands in quotes, a list in [ ]"),
    "Invalid date": mark("there is no such date"),
    "Cannot overwrite": mark("a key stands here twice"),
    "Duplicate": mark("a key stands here twice"),
    "Cannot declare": mark("a table stands here twice"),
    "Cannot redefine": mark("a table stands here twice"),
    "Cannot mutate": mark("a table in braces cannot be added to"),
    "Unclosed array": mark("a list is not closed with ]"),
    "Unclosed inline table": mark("a table in braces is not closed"),
    "Unterminated string": mark("the quotes of a text are not closed"),
    "Expected \"'": mark("the quotes of a text are not closed"),
    "Invalid hex": mark("a backslash in a text: write it twice, or use single quotes"),
    "Escaped character": mark("a backslash in a text: write it twice, or use single quotes"),
    "Unescaped '\\'": mark("a backslash in a text: write it twice, or use single quotes"),
    "Illegal character '\\n'": mark("the quotes of a text are not closed"),
    "Illegal character": mark("a character that may not stand there"),
    "Found invalid character": mark("a character that may not stand there"),
}
_TOML_OTHER = mark("it cannot be understood")

#: Beginning of a message of re → what it means
_PATTERN: Mapping[str, str] = {
    "missing )": mark("a bracket is not closed"),
    "unbalanced parenthesis": mark("a bracket is closed that was not opened"),
    "unterminated character set": mark("[ is not closed"),
    "nothing to repeat": mark("there is nothing that could be repeated"),
    "multiple repeat": mark("repeated twice over"),
    "bad character range": mark("the range ends before it begins"),
    "min repeat": mark("the range ends before it begins"),
    "bad escape": mark("a backslash before a character that has no such meaning"),
    "incomplete escape": mark("a backslash before a character that has no such meaning"),
}
_PATTERN_OTHER = mark("it cannot be understood")

#: pydantic's type of error → what was needed
_NEEDS: Mapping[str, str] = {
    **dict.fromkeys(["string_type"], mark("a text in quotes is needed, found {found}")),
    **dict.fromkeys(
        ["int_type", "int_parsing", "int_parsing_size", "int_from_float"],
        mark("a whole number is needed, found {found}"),
    ),
    **dict.fromkeys(["float_type", "float_parsing"], mark("a number is needed, found {found}")),
    **dict.fromkeys(["bool_type", "bool_parsing"], mark("true or false is needed, found {found}")),
    **dict.fromkeys(["tuple_type", "list_type"], mark("a list in [ ] is needed, found {found}")),
    **dict.fromkeys(
        ["dict_type", "mapping_type", "dataclass_type", "dataclass_exact_type"],
        mark("a table is needed, found {found}"),
    ),
    **dict.fromkeys(
        ["date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"],
        mark("a date as YYYY-MM-DD is needed, found {found}"),
    ),
    **dict.fromkeys(["literal_error", "enum"], mark("one of {expected} is needed, found {found}")),
    **dict.fromkeys(["missing", "missing_argument"], mark("is missing")),
    **dict.fromkeys(["unexpected_keyword_argument", "extra_forbidden"], mark("unknown key")),
    "json_invalid": mark("no valid JSON"),
}
_NEEDS_OTHER = mark("no value that fits, found {found}")
#: Most characters of a value that a fault repeats
_SHOWN = 80


def value_fault(error: ErrorDetails) -> Message:
    """Return what is wrong with one value, by pydantic."""
    template = _NEEDS.get(error["type"], _NEEDS_OTHER)
    # "'a', 'b' or 'c'": its "or" is English.
    expected = str(error.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
    return _filled(template, found=_written(error["input"]), expected=expected)


def _written(value: object) -> str:
    """Return a value as TOML writes it, where that differs from Python in a way that readers stumble on."""
    return str(value).lower() if isinstance(value, bool) else f"{value!r:.{_SHOWN}}"


def toml_fault(error: tomllib.TOMLDecodeError) -> tuple[int | None, Message]:
    """Return the line of a fault of TOML, from 1, where one is known, and the message."""
    words = str(error)
    place = re.search(r"at line (\d+), column (\d+)", words)
    reason = Message(_longest(_TOML, words) or _TOML_OTHER)
    if place is None:
        return None, Message(mark("no valid TOML: {reason}"), reason=reason)
    message = Message(mark("no valid TOML: {reason} (character {column})"), reason=reason, column=int(place[2]))
    return int(place[1]), message


def pattern_fault(error: re.error) -> Message:
    """Return what is wrong with a regular expression."""
    reason = Message(_longest(_PATTERN, error.msg) or _PATTERN_OTHER)
    return Message(
        mark("no valid regular expression: {reason} (character {column})"), reason=reason, column=(error.pos or 0) + 1
    )


def value_error_fault(error: ValueError | re.error) -> str:
    """Return what a check says: our own message where it raised one."""
    if isinstance(error, re.error):
        return pattern_fault(error)
    own = error.args[0] if error.args else None
    return own if isinstance(own, Message) else Message(mark("no value that fits"))


def file_fault(error: OSError | UnicodeDecodeError) -> Message:
    """Return why a file cannot be read."""
    if isinstance(error, UnicodeDecodeError):
        return Message(mark("cannot be read: no text in UTF-8 (byte {at})"), at=error.start + 1)
    return Message(mark("cannot be read: {cause}"), cause=os_error_cause(error))


def _longest(table: Mapping[str, str], words: str) -> str | None:
    begins = [begin for begin in table if words.startswith(begin)]
    return table[max(begins, key=len)] if begins else None


def _filled(template: str, **values: object) -> Message:
    return Message(template, **{name: value for name, value in values.items() if f"{{{name}}}" in template})
