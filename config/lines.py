"""Finds the line on which a table or key of a TOML text stands, which tomllib does not tell."""

import re
from collections.abc import Mapping

from config.problems import Key, Where

_PART = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")

Lines = Mapping[tuple[Key, ...], int]


def index_lines(text: str) -> Lines:
    """The keys that lead to each table and assignment -> its line, counted from 1.

    What stands inside inline tables and arrays is not told apart: ask with `line_of`.
    """
    lines: dict[tuple[Key, ...], int] = {}
    last: dict[tuple[Key, ...], int] = {}
    table: tuple[Key, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            parts = _parts(header[2])
            table = _resolve(parts[:-1], last)
            if header[1] == "[[":
                array = (*table, parts[-1])
                last[array] = last.get(array, -1) + 1
                lines.setdefault(array, number)
            table = _resolve(parts, last)
            lines.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            lines.setdefault(table + tuple(_parts(assignment[1])), number)
    return lines


def line_of(text: str, lines: Lines, where: Where) -> int | None:
    """The line of `where`, else of the nearest table around it.

    Entries of inline arrays are found by their id, in the first line below the array that has it.
    """
    keys = where.keys
    found = next((keys[:end] for end in range(len(keys), 0, -1) if keys[:end] in lines), None)
    if found is None:
        return None
    if where.name and len(found) < where.named_at:
        own = re.compile(rf"""\b(?:id|name)\s*=\s*["']{re.escape(where.name)}["']""")
        for number, line in enumerate(text.splitlines()[lines[found] - 1 :], lines[found]):
            if own.search(line):
                return number
    return lines[found]


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, dotted)]


def _resolve(parts: list[str], last: Mapping[tuple[Key, ...], int]) -> tuple[Key, ...]:
    """Keys with the index of the current entry behind the name of every array of tables."""
    keys: tuple[Key, ...] = ()
    for part in parts:
        keys = (*keys, part)
        if keys in last:
            keys = (*keys, last[keys])
    return keys
