"""Owns what the tables of every room share: the metadata, and columns that any database keeps alike."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import DateTime, Enum, MetaData, Select, TypeDecorator, Uuid, bindparam, inspect, select
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    from enum import StrEnum

    from sqlalchemy import Dialect


def now() -> datetime:
    """Return the time in UTC, aware."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time; SQLite keeps no zone, so it is written as UTC and read as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn any aware time into UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give back the zone that the database may have dropped."""
        return None if value is None else value.replace(tzinfo=UTC)


def enum_column(values: type[StrEnum], length: int) -> Enum:
    """Return the type of a column that keeps a member of `values` by its value, as text of at most `length`."""
    return Enum(
        values,
        native_enum=False,
        length=length,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Common metadata; named constraints so that later migrations can change them on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime, UUID: Uuid}


_Table = TypeVar("_Table", bound=Base)


def by_key(table: type[_Table], *, lock: bool = False) -> Select[_Table]:
    """Return the statement that finds the row whose key is given as `key`, perhaps to change it.

    For what every request does: `Session.get` builds its statement anew each time, which costs as much as the rest.
    """
    return _by_key(table, lock=lock)


@cache
def _by_key(table: type[Base], *, lock: bool) -> Select[Any]:
    (key,) = inspect(table).primary_key
    found = select(table).where(key == bindparam("key"))
    return found.with_for_update() if lock else found
