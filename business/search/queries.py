"""What the search box asks: whatever is typed, the best matches of what one may see."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from business.search.model import SearchEntry
from business.search.segments import (
    PART,
    WHOLE,
    as_pinyin,
    bigrams,
    code_form,
    is_chinese,
    normalised,
    runs,
    whole,
    with_house_codes,
)
from business.search.terms import Every, Field, Has, Some, Sought, index_of

LONGEST = 80
"""Characters of a query that count."""
MOST_PARTS = 8
"""Words of a query that count."""
MOST_HITS = 200


@dataclass(frozen=True, slots=True)
class Hit:
    entity: str
    record_id: int
    title: str
    subtitle: str


def no_codes(_text: str) -> tuple[str, ...]:
    return ()


def find(
    session: Session,
    text: str,
    *,
    limit: int = 20,
    entities: Collection[str] | None = None,
    scope: ColumnElement[bool] | None = None,
    query_codes: Callable[[str], tuple[str, ...]] = no_codes,
) -> tuple[Hit, ...]:
    """At most `limit` (and 200) hits, the best first: a code, its beginning, a title, any word, pinyin.

    `scope` is a condition on `SearchEntry.scope_id`. `query_codes` gives opaque codes that the text may stand
    for, such as 'tail:HASH' for the last four digits of a phone. Without a letter or digit nothing is found.
    """
    index = index_of(session)
    query = select(SearchEntry.id, *(getattr(SearchEntry, name) for name in Hit.__slots__))
    if entities is not None:
        query = query.where(SearchEntry.entity.in_(entities))
    if scope is not None:
        query = query.where(scope)
    wanted = max(0, min(limit, MOST_HITS))
    found: dict[int, Hit] = {}
    for sought in _from_best_to_least(text, query_codes(text)):
        if len(found) >= wanted:
            break
        ids = index.ids(sought)
        rows = query.join(ids, ids.c.id == SearchEntry.id).where(SearchEntry.id.not_in(list(found)))
        for row in session.execute(rows.limit(wanted - len(found))):
            found[row[0]] = Hit(*row[1:])
    return tuple(found.values())


def _from_best_to_least(text: str, opaque: tuple[str, ...]) -> Iterator[Sought]:
    plain = normalised(text, LONGEST)
    code = code_form(plain)
    codes = [WHOLE + form for form in (code, *(code_form(normalised(one)) for one in opaque)) if form]
    if codes:
        yield Some(tuple(Has(one, (Field.CODES,)) for one in codes))
    if code and ":" not in code:
        yield Has(WHOLE + code, (Field.CODES,), prefix=True)
    parts = tuple(runs(plain))[:MOST_PARTS]
    if not parts:
        return
    title = whole(plain)
    yield Has(title, (Field.TITLE,))
    yield Has(title, (Field.TITLE,), prefix=True)
    yield Every(tuple(_words(part, (Field.TITLE,), prefix=True) for part in parts))
    yield _anywhere(plain, pinyin=False)
    if read := as_pinyin("".join(plain.split())):
        yield Has(WHOLE + read, (Field.PINYIN,), prefix=True)
    yield _anywhere(plain, pinyin=True)


def _anywhere(plain: str, *, pinyin: bool) -> Sought:
    """Every word somewhere, whether a house was written as a code or as it is spoken."""
    ways = dict.fromkeys((plain, with_house_codes(plain)))
    return Some(tuple(Every(tuple(_part(part, pinyin=pinyin) for part in _parts(way))) for way in ways))


def _parts(plain: str) -> list[str]:
    return [part for part in plain.split() if any(sign.isalnum() for sign in part)][:MOST_PARTS]


def _part(part: str, *, pinyin: bool) -> Sought:
    """One word of a query: a part of a code, or all of its runs among the words."""
    ways: list[Sought] = []
    code = code_form(part)
    if len(code) >= PART:
        ways.append(Has(code, (Field.CODES,), prefix=True))
    elif code:
        ways.append(Has(WHOLE + code, (Field.CODES,), prefix=True))
    found = list(runs(part))[:MOST_PARTS]
    ways.append(Every(tuple(_run(run, ends=run is found[-1], pinyin=pinyin) for run in found)))
    return Some(tuple(ways))


def _run(run: str, *, ends: bool, pinyin: bool) -> Sought:
    """Only the last run of a word may go on: the 2 of 2栋 is not the beginning of 21."""
    words = _words(run, (Field.TITLE, Field.WORDS), prefix=ends)
    if pinyin and (read := as_pinyin(run)):
        return Some((words, Has(read, (Field.PINYIN,), prefix=True)))
    return words


def _words(run: str, fields: tuple[Field, ...], *, prefix: bool) -> Sought:
    if is_chinese(run[0]) and len(run) > 1:
        return Every(tuple(Has(pair, fields) for pair in dict.fromkeys(bigrams(run))))
    return Has(run, fields, prefix)
