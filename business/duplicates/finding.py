"""Which records share what should be one's own: asked of the database by what the entities declare."""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import combinations, islice
from typing import Any, TypeVar

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from actors.said import said
from business.duplicates.model import Duplicate
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from business.registry.doubles import distinguishing
from business.registry.entity import Entities, Entity
from config.text import Text

FIND = "find_duplicates"
LABEL = Text("查找疑似重复档案", "Find what may be registered twice")
CHUNK = 200
"""Pairs of one transaction: other commands wait for no more than these."""
FEW = 6
"""Of so many records with one value every two are a pair; of more each is one with the oldest."""
Pair = tuple[int, int]
T = TypeVar("T")


def pairs(session: Session, entity: Entity) -> dict[Pair, tuple[str, ...]]:
    """The pairs of an entity, the older record first, with the fields in which they are alike."""
    found: dict[Pair, list[str]] = defaultdict(list)
    for name in distinguishing(entity):
        for ids in _alike(session, entity, name):
            for pair in combinations(ids, 2) if len(ids) <= FEW else ((ids[0], one) for one in ids[1:]):
                found[pair].append(name)
    return {pair: tuple(names) for pair, names in sorted(found.items())}


def _alike(session: Session, entity: Entity, name: str) -> Iterator[list[int]]:
    model = entity.model
    # What is sealed differs even where it is equal: it is compared by its blind index.
    column: Any = getattr(model, f"{name}_index" if entity.by_name[name].sealed else name)
    live = and_(model.removed_ns.is_(None), column.is_not(None))
    several = select(column).where(live).group_by(column).having(func.count() > 1)
    query = select(column, model.id).where(live, column.in_(several)).order_by(model.id)
    groups: dict[Any, list[int]] = defaultdict(list)
    for value, id_ in session.execute(query):
        groups[value].append(id_)
    yield from groups.values()


def find_duplicates(entities: Entities, open_reader: Callable[[], Session]) -> JobKind:
    """The job. It reads beside the writer, and writes a few pairs at a time."""

    def work(context: JobContext) -> Generator[Progress, None, None]:
        count = 0
        for entity in entities:
            with open_reader() as session:
                now = pairs(session, entity)
            known = yield from _forget(context, entity, now, count)
            for chunk in _chunks(now.items()):
                with context.sessions.begin() as session:
                    _note(session, entity, chunk, known, context.wall_ns())
                count += len(chunk)
                yield Progress(count, None, said(f"已核对 {count} 对", f"{count} pairs looked at"))
        yield Progress(count, count, said(f"共 {count} 对疑似重复", f"{count} pairs in all"))

    return JobKind(FIND, LABEL, work, Lane.HEAVY)


def _forget(
    context: JobContext, entity: Entity, now: dict[Pair, tuple[str, ...]], count: int
) -> Generator[Progress, None, dict[Pair, int]]:
    """Pairs that are none any more go; the others are returned, with their ids."""
    with context.sessions() as session:
        rows = session.execute(
            select(Duplicate.id, Duplicate.older_id, Duplicate.newer_id).where(
                Duplicate.entity == entity.name
            )
        )
        held = {(older, newer): id_ for id_, older, newer in rows}
    for chunk in _chunks(id_ for pair, id_ in held.items() if pair not in now):
        with context.sessions.begin() as session:
            session.execute(delete(Duplicate).where(Duplicate.id.in_(chunk)))
        yield Progress(count)
    return {pair: id_ for pair, id_ in held.items() if pair in now}


def _note(
    session: Session,
    entity: Entity,
    chunk: Sequence[tuple[Pair, tuple[str, ...]]],
    known: dict[Pair, int],
    now_ns: int,
) -> None:
    ids = [known[pair] for pair, _ in chunk if pair in known]
    rows = {
        (one.older_id, one.newer_id): one
        for one in session.scalars(select(Duplicate).where(Duplicate.id.in_(ids)))
    }
    model = entity.model
    members = {id_ for pair, _ in chunk for id_ in pair}
    query = select(model.id, model.version).where(model.id.in_(members), model.removed_ns.is_(None))
    versions: dict[int, int] = dict(session.execute(query).all())
    for (older, newer), names in chunk:
        if not {older, newer} <= versions.keys():
            continue  # it went between the look and now
        row = rows.get((older, newer))
        if row is None:
            row = Duplicate(entity=entity.name, older_id=older, newer_id=newer, found_ns=now_ns)
            session.add(row)
        elif row.dismissed_ns and (row.older_version, row.newer_version) != (
            versions[older],
            versions[newer],
        ):
            row.dismissed_ns, row.dismissed_by, row.reason, row.found_ns = None, None, "", now_ns
        row.fields = ",".join(names)


def forget_record(session: Session, entity: str, record: int) -> None:
    """Nothing is remembered about one that is gone."""
    about = or_(Duplicate.older_id == record, Duplicate.newer_id == record)
    session.execute(delete(Duplicate).where(Duplicate.entity == entity, about))


def _chunks(what: Iterable[T]) -> Iterator[tuple[T, ...]]:
    left = iter(what)
    while chunk := tuple(islice(left, CHUNK)):
        yield chunk
