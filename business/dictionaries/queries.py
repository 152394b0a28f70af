"""What everybody reads of dictionaries: many times, so kept until their mark changes; nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from business.dictionaries.model import Dictionary, DictionaryEntry, DictionaryMark
from business.remembered import remembered
from config.text import Text


@dataclass(frozen=True, slots=True)
class EntryRow:
    code: str
    label: Text
    parent: str
    colour: str
    disabled: bool
    built_in: bool
    depth: int
    """Entries above it."""


@dataclass(frozen=True, slots=True)
class DictionaryRow:
    name: str
    label: Text
    built_in: bool
    entries: int


_Known = tuple[str, tuple[EntryRow, ...], Mapping[str, Mapping[str, str]]]
_known: dict[str, _Known] = {}
"""Of each dictionary the entries under the mark that was read before them: never older than the mark."""


def dictionaries(session: Session) -> tuple[DictionaryRow, ...]:
    counted = (
        select(DictionaryEntry.dictionary, func.count().label("entries"))
        .group_by(DictionaryEntry.dictionary)
        .subquery()
    )
    found = session.execute(
        select(Dictionary, counted.c.entries)
        .outerjoin(counted, counted.c.dictionary == Dictionary.name)
        .order_by(Dictionary.built_in.desc(), Dictionary.name)
    )
    return tuple(
        DictionaryRow(one.name, Text(one.label_zh, one.label_en), one.built_in, entries or 0)
        for one, entries in found
    )


def entries(session: Session, dictionary: str) -> tuple[EntryRow, ...]:
    """All entries, the disabled too: each after the one above it, siblings in their order.

    Empty for a dictionary that does not exist.
    """
    return _read(session, dictionary)[1]


def choices(session: Session, dictionary: str) -> tuple[EntryRow, ...]:
    """The entries that may be chosen: neither they nor anything above them is disabled."""
    kept: list[EntryRow] = []
    gone: set[str] = set()
    for entry in entries(session, dictionary):
        if entry.disabled or entry.parent in gone:
            gone.add(entry.code)
        else:
            kept.append(entry)
    return tuple(kept)


def labels(session: Session, dictionary: str, language: str) -> Mapping[str, str]:
    """The label of every entry by its code, the disabled ones too: old records still show them."""
    return _read(session, dictionary)[2][language]


def _read(session: Session, dictionary: str) -> _Known:
    mark = remembered(session, DictionaryMark, dictionary, lambda: _mark(session, dictionary))
    known = _known.get(dictionary)
    if known is None or known[0] != mark:
        rows = _in_order(session, dictionary) if mark else ()
        named = {
            language: MappingProxyType({row.code: row.label.in_language(language) for row in rows})
            for language in ("zh", "en")
        }
        known = (mark, rows, named)
        if mark:
            _known[dictionary] = known
    return known


def _mark(session: Session, dictionary: str) -> str:
    return session.scalar(select(DictionaryMark.mark).where(DictionaryMark.dictionary == dictionary)) or ""


def _in_order(session: Session, dictionary: str) -> tuple[EntryRow, ...]:
    below: dict[str, list[DictionaryEntry]] = {}
    for entry in session.scalars(
        select(DictionaryEntry)
        .where(DictionaryEntry.dictionary == dictionary)
        .order_by(DictionaryEntry.position, DictionaryEntry.id)
    ):
        below.setdefault(entry.parent, []).append(entry)
    rows: list[EntryRow] = []
    waiting = [(entry, 0) for entry in reversed(below.get("", []))]
    while waiting:
        entry, depth = waiting.pop()
        rows.append(
            EntryRow(
                entry.code,
                Text(entry.label_zh, entry.label_en),
                entry.parent,
                entry.colour,
                entry.disabled,
                entry.built_in,
                depth,
            )
        )
        waiting += [(child, depth + 1) for child in reversed(below.get(entry.code, []))]
    return tuple(rows)
