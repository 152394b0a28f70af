"""Where a value is inside a JSON document: `data.items[0].temp`, `["room temp"].value`, `[-1]`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

LONGEST = 500
DEEPEST = 50
LARGEST_INDEX = 9999
"""An array is made as long as what is put into it says."""

_STEP = re.compile(r"""\.?([^.\[\]"'\s][^.\[\]"]*)|\[(-?\d{1,9})\]|\.?\["([^"]*)"\]|\.?\['([^']*)'\]""")


class _Missing(Enum):
    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing.MISSING
"""What a path finds where the document has no such place; null is a value."""


@dataclass(frozen=True, slots=True)
class Path:
    """Keys of objects and indices of arrays, from the outside in; none for the document itself."""

    steps: tuple[str | int, ...]

    def get(self, document: object, missing: object = MISSING) -> object:
        """What is there, or `missing`. An index counts from the end where it is negative."""
        found = document
        for step in self.steps:
            if isinstance(step, str):
                if not isinstance(found, dict) or step not in found:
                    return missing
                found = found[step]
            else:
                if not isinstance(found, list) or not -len(found) <= step < len(found):
                    return missing
                found = found[step]
        return found

    def put(self, document: object, value: object) -> object:
        """The document with `value` there; objects and arrays on the way are made, gaps are null."""
        return _put(self.steps, document, value)

    def __str__(self) -> str:
        return _text(self.steps)


@lru_cache(4096)
def path(text: str) -> Path:
    """`text` as a path; equal texts give one path. Raises ValueError that says where it goes wrong.

    Keys are joined by dots, indices stand in brackets; a key that is empty, has a dot, a bracket or a double
    quote in it or begins with a space or an apostrophe stands in quotes and brackets. A leading `$` or `$.`,
    as JSONPath has it, is allowed.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a path of {len(text)} characters, at most {LONGEST} are allowed")
    at = 1 if text[:2] in ("$", "$.", "$[") else 0
    steps: list[str | int] = []
    while at < len(text):
        found = _STEP.match(text, at)
        key_without_dot = found is not None and found[1] is not None and steps and text[at] != "."
        dot_at_start = text[at] == "." and at == 0
        if found is None or key_without_dot or dot_at_start:
            raise ValueError(
                f"path {text!r} goes wrong at character {at + 1}, {text[at : at + 10]!r};"
                ' write it such as data.items[0].temp or data["room temp"]'
            )
        name, index, *quoted = found.groups()
        if index is not None and abs(int(index)) > LARGEST_INDEX:
            raise ValueError(f"path {text!r}: index {index} is beyond {LARGEST_INDEX}")
        key = next((key for key in (name, *quoted) if key is not None), "")
        steps.append(key if index is None else int(index))
        at = found.end()
    if len(steps) > DEEPEST:
        raise ValueError(f"path {text!r} is {len(steps)} levels deep, at most {DEEPEST} are allowed")
    return Path(tuple(steps))


def _put(steps: Sequence[str | int], document: object, value: object) -> object:
    if not steps:
        return value
    step, *rest = steps
    if isinstance(step, str):
        table = document if isinstance(document, dict) else {}
        table[step] = _put(rest, table.get(step), value)
        return table
    row = document if isinstance(document, list) else []
    at = step if step >= 0 else max(len(row) + step, 0)
    row.extend([None] * (at + 1 - len(row)))
    row[at] = _put(rest, row[at], value)
    return row


def _text(steps: Sequence[str | int]) -> str:
    parts = []
    for step in steps:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif (found := _STEP.fullmatch(step)) and found[1] == step and not step.startswith("$"):
            parts.append(f".{step}" if parts else step)
        else:
            quote = "'" if '"' in step else '"'
            parts.append(f"[{quote}{step}{quote}]")
    return "".join(parts)
