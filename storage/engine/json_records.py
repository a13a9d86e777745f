"""Records as the JSON columns hold them: JSON → a checked record, and a record → JSON."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")


class JsonRecord(Generic[T]):
    """A kind of record with pydantic's TypeAdapter for it, which is made when it is first needed.

    Making one takes up to 20 ms, and most commands read few kinds of records.
    """

    @overload
    def __init__(self, kind: type[T]) -> None: ...
    @overload
    def __init__(self, kind: Any) -> None: ...
    def __init__(self, kind: Any) -> None:
        self._kind = kind

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        from pydantic import TypeAdapter

        return TypeAdapter(self._kind)

    def validate_python(self, value: object) -> T:
        """Return the record of a value as json.loads gives it. Raises pydantic's ValidationError."""
        return self._adapter.validate_python(value)

    def validate_json(self, text: str | bytes) -> T:
        """Return the record of a JSON text. Raises pydantic's ValidationError."""
        return self._adapter.validate_json(text)

    def dump_json(self, record: T) -> bytes:
        """Return the JSON text of a record."""
        return self._adapter.dump_json(record)

    def dump_python(self, record: T, *, mode: Literal["json", "python"] = "python") -> Any:
        """Return what json.dumps takes (mode 'json') for a record, or its fields as they are ('python')."""
        return self._adapter.dump_python(record, mode=mode)
