"""Which secrets the models of a site name: what they hold never stands in them."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from config.problems import Unfit


class _NamesSecret:
    """Marks the fields that hold the name of a secret."""


_PATTERN = r"^([a-z][a-z0-9-]*)?$"


def _is_name(name: str) -> str:
    if not re.fullmatch(_PATTERN, name):
        raise Unfit(
            "不是密钥的名称（小写字母、数字和连字符，如 bms-password）；密钥本身不写在文件里",
            "is no name of a secret (lower-case letters, digits and hyphens, such as bms-password);"
            " the secret itself never stands in a file",
        )
    return name


SecretName = Annotated[
    str, Field(json_schema_extra={"pattern": _PATTERN}), AfterValidator(_is_name), _NamesSecret()
]
"""The name of a secret, such as bms-password; '' for none."""


def secrets_named(model: BaseModel) -> Iterator[tuple[str, str]]:
    """(field, name) of every secret that a model names, and those in it."""
    for field, info in type(model).model_fields.items():
        value = getattr(model, field)
        if isinstance(value, BaseModel):
            yield from secrets_named(value)
        elif value and any(isinstance(mark, _NamesSecret) for mark in info.metadata):
            yield field, value
