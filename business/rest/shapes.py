"""The kinds of values that requests and answers are made of."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticKnownError

LARGEST = 2**63 - 1
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
"""Of one line: PostgreSQL has no place for NUL, and no name holds a line break."""

Line = Annotated[str, StringConstraints(max_length=200, pattern=_NO_CONTROLS)]
"""One line of text, possibly empty."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_NO_CONTROLS)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_NO_CONTROLS)]
PathName = Annotated[str, Path(min_length=1, max_length=64, pattern=_NO_CONTROLS)]
"""A name in an address."""
MOST_ID = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=MOST_ID)]
"""An id that the database counts."""


def _as_written(value: object) -> object:
    """A number is no time, though it could be taken for one."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DATED.match(value)):
        return value
    raise PydanticKnownError("datetime_parsing", {"error": "no date"})


_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]")
Moment = Annotated[AwareDatetime, BeforeValidator(_as_written)]
"""RFC 3339, with a zone; answers are in UTC and to the microsecond."""


class Bilingual(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"zh": "一号楼", "en": "Building 1"}]}
    )

    zh: Label
    en: Label


class Shape(BaseModel):
    """A JSON object of a request: no key that is not described."""

    model_config = ConfigDict(extra="forbid")


def example(value: dict[str, Any]) -> ConfigDict:
    """The configuration of a model that shows itself in the document."""
    return ConfigDict(json_schema_extra={"examples": [value]})


def moment(ns: int) -> datetime:
    """Of UTC nanoseconds; what no calendar holds is drawn at its end."""
    return datetime.fromtimestamp(min(max(ns, 0), _LAST_NS) // 1000 / 1e6, UTC)


_LAST_NS = 253_402_300_799 * 10**9


def moment_or_none(ns: int | None) -> datetime | None:
    return None if ns is None else moment(ns)


def nanoseconds(at: datetime) -> int:
    """UTC ns, exactly, within what a column holds."""
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return min(max((since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000, 0), LARGEST)
