"""The type of every time in the database: aware, in UTC."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, TypeDecorator
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.types import TypeEngine

from storage.engine.damage import DamagedTime


class _SqliteTime(DATETIME):
    """SQLite's times, of which a damaged one is read as a DamagedTime instead of ending the whole query."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        parse: Any = super().result_processor(dialect, coltype)

        def tolerant(value: Any) -> Any:
            try:
                return parse(value)
            except (ValueError, TypeError, OverflowError):
                return DamagedTime.of(str(value))

        return tolerant


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; without its zone on SQLite, which has no type for it: reading adds the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: Any = _SqliteTime  # SQLAlchemy's own class has no types
        return dialect.type_descriptor(kind() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: every time in the database has a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def instant_of(value: str | datetime | None) -> datetime | None:
    """Return a time as a driver gives it, past SQLAlchemy: SQLite's is text. Raises ValueError for a damaged one."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
