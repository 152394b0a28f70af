"""What the tables of a site file are made of."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

from config.text import Text

_ID = r"^[a-z0-9][a-z0-9-]{0,63}$"
Id = Annotated[str, StringConstraints(pattern=_ID)]
Words = Annotated[str, StringConstraints(pattern=r"\S", max_length=400)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""HH:MM"""

ID_RULE = "lower-case letters, digits and hyphens, beginning with a letter or digit, at most 64"


def is_id(name: str) -> bool:
    return re.fullmatch(_ID, name) is not None


class Table(BaseModel):
    """A table of a site file: no key that is not described here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def shown(
    zh: str, hint: str, *, unit: str = "", restarts: Sequence[str] | None = None, long: bool = False
) -> dict[str, Any]:
    """How a form shows a field, beside its English title and description: give it as `json_schema_extra`.

    A `long` text is entered in several lines. `restarts` are the processes that read it only when they start;
    left out, those of the table around it.
    """
    said: dict[str, Any] = {
        "zh": zh,
        "zh_description": hint,
        "unit": unit,
        **({"long": True} if long else {}),
    }
    return said if restarts is None else {**said, "restarts": list(restarts)}


class TextTable(Table):
    """A text in both languages of the screens."""

    zh: Words = Field(
        title="Chinese",
        description="the text in Chinese",
        json_schema_extra=shown("中文", "中文界面上的文字"),
    )
    en: Words = Field(
        title="English",
        description="the text in English",
        json_schema_extra=shown("英文", "英文界面的文字"),
    )

    def text(self) -> Text:
        return Text(self.zh, self.en)
