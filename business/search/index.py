"""Keeping the search index, in the transaction of the record that it tells of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from business.row_ids import next_ids
from business.search.model import SearchEntry
from business.search.segments import (
    VERSION,
    code_terms,
    normalised,
    pinyin_terms,
    whole,
    whole_pinyin,
    word_terms,
)
from business.search.terms import Field, Terms, index_of

CHUNK = 500
"""Entries that one statement carries."""

_ENTRIES = cast(Table, SearchEntry.__table__)
# Made once, as every command asks them.
_OF_RECORDS = select(
    *(_ENTRIES.c[name] for name in ("record_id", "scope_id", "title", "subtitle", "words", "codes"))
).where(
    _ENTRIES.c.version == bindparam("version"),
    _ENTRIES.c.entity == bindparam("entity"),
    _ENTRIES.c.record_id.in_(bindparam("ids", expanding=True)),
)
_NEW_ENTRIES = insert(_ENTRIES)
_NEW_ENTRIES_TOLD = _NEW_ENTRIES.returning(_ENTRIES.c.id, sort_by_parameter_order=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be found about one record of a module."""

    entity: str
    """What it is, such as 'person'."""
    record_id: int
    scope_id: int | None
    """Where it belongs, for the readers' scope."""
    title: str
    subtitle: str
    """Shown, and not sought."""
    words: tuple[str, ...] = ()
    """Texts found by word, beginning of a word or pinyin, beside the title."""
    codes: tuple[str, ...] = ()
    """Plates, house codes, tag numbers; 'NAME:VALUE' is opaque and found as a whole only."""


def put(session: Session, entry: Entry) -> None:
    """Index a record, anew if it is known."""
    put_all(session, (entry,))


def put_all(session: Session, entries: Iterable[Entry], *, new: bool = False) -> None:
    """Index many; of two entries about one record the later counts. `new`: none of them is known."""
    remaining = iter(entries)
    while chunk := list(islice(remaining, CHUNK)):
        entries = list({(one.entity, one.record_id): one for one in chunk}.values())
        write = _add if new else _put
        write(session, entries)


def remove(session: Session, entity: str, record_id: int) -> None:
    """Forget a record; on a SQLite before 3.42 `scrub` takes the last of it out of the file."""
    _remove(session, [(entity, record_id)])


def scrub(session: Session, *, first: bool) -> bool:
    """One step, in a transaction of its own, towards a file without any trace of what was removed.

    `first` begins; whether there is more to do.
    """
    return index_of(session).scrub(session, first=first)


def rebuild(session: Session, after: int = 0, *, count: int = CHUNK) -> int | None:
    """Index the next entries of an old version anew, from what they keep; where to go on, None at the end."""
    rows = session.scalars(
        select(SearchEntry)
        .where(SearchEntry.version != VERSION, SearchEntry.id > after)
        .order_by(SearchEntry.id)
        .limit(count)
    ).all()
    if not rows:
        return None
    index = index_of(session)
    ids = [row.id for row in rows]
    index.remove(session, ids)
    index.add(session, {row.id: terms_of(row) for row in rows})
    session.execute(
        update(SearchEntry)
        .where(SearchEntry.id.in_(ids))
        .values(version=VERSION)
        .execution_options(synchronize_session=False)
    )
    session.expunge_all()
    return ids[-1]


def terms_of(entry: Entry | SearchEntry) -> Terms:
    title, words = normalised(entry.title), [normalised(text) for text in entry.words]
    return {
        Field.CODES: _distinct(code_terms(normalised(code)) for code in entry.codes),
        Field.TITLE: _distinct([[whole(title)], word_terms(title)]),
        Field.WORDS: _distinct(word_terms(text) for text in words),
        Field.PINYIN: _distinct(
            [
                whole_pinyin(title),
                pinyin_terms(title, variants=True),
                *(pinyin_terms(text, variants=False) for text in words),
            ]
        ),
    }


def _put(session: Session, entries: Sequence[Entry]) -> None:
    known = _known(session, [(one.entity, one.record_id) for one in entries])
    changed = [one for one in entries if known.get((one.entity, one.record_id)) != one]
    if not changed:
        return
    _remove(session, [(one.entity, one.record_id) for one in changed])
    _add(session, changed)


def _add(session: Session, entries: Sequence[Entry]) -> None:
    rows = [
        {
            "entity": one.entity,
            "record_id": one.record_id,
            "scope_id": one.scope_id,
            "title": one.title,
            "subtitle": one.subtitle,
            "words": list(one.words),
            "codes": list(one.codes),
            "version": VERSION,
        }
        for one in entries
    ]
    ids = _inserted(session, rows)
    terms = {id_: terms_of(one) for id_, one in zip(ids, entries, strict=True)}
    index_of(session).add(session, terms)


def _inserted(session: Session, rows: Sequence[dict[str, Any]]) -> Iterable[int]:
    """Their ids, in the order of the rows."""
    connection = session.connection()
    if (ids := next_ids(session, _ENTRIES, len(rows))) is not None:
        numbered = [{**row, "id": id_} for id_, row in zip(ids, rows, strict=True)]
        connection.execute(_NEW_ENTRIES, numbered)
        return ids
    return connection.scalars(_NEW_ENTRIES_TOLD, rows).all()


def _known(session: Session, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Entry]:
    """Those that were indexed by this version of the segmenter."""
    connection = session.connection()
    found = {}
    for entity, ids in _by_entity(keys).items():
        for row in connection.execute(_OF_RECORDS, {"version": VERSION, "entity": entity, "ids": ids}):
            known = Entry(
                entity,
                row.record_id,
                row.scope_id,
                row.title,
                row.subtitle,
                tuple(row.words),
                tuple(row.codes),
            )
            found[entity, row.record_id] = known
    return found


def _remove(session: Session, keys: Sequence[tuple[str, int]]) -> None:
    ids = session.scalars(
        delete(SearchEntry)
        .where(_among(keys))
        .returning(SearchEntry.id)
        .execution_options(synchronize_session=False)
    ).all()
    if ids:
        index_of(session).remove(session, ids)


def _among(keys: Sequence[tuple[str, int]]) -> ColumnElement[bool]:
    """Entity by entity: SQLite looks through all entries for pairs in a list of pairs."""
    return or_(
        *(
            and_(SearchEntry.entity == entity, SearchEntry.record_id.in_(ids))
            for entity, ids in _by_entity(keys).items()
        )
    )


def _by_entity(keys: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    records: dict[str, list[int]] = {}
    for entity, record_id in keys:
        records.setdefault(entity, []).append(record_id)
    return records


def _distinct(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(term for terms in lists for term in terms))
