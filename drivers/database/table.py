"""One table, read once a period for all devices whose rows are in it."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from drivers import plain
from drivers.database.database import Database, Session
from drivers.database.marks import NO_MARK, Marks
from drivers.database.plan import Cells, Row
from drivers.database.products import ENGINES
from drivers.database.row_times import RowTimes
from drivers.database.schema import Options, Product
from drivers.database.statements import TOP, Statements, asked
from drivers.database.tally import Tally
from drivers.errors import LinkError
from drivers.fetched import Fetched
from drivers.shares import Shares

BATCHES = 5
"""So many batches are fetched of a backlog in one pass; a longer one goes on with the next."""
AT_ONCE = 100
"""Rows that are handed out before others have their turn."""
LONGEST_BATCH = 200_000
"""Rows: where more than this have one watermark, nobody can tell them apart."""
LOOK_AGAIN_S = 600.0
"""Columns that were not there, and our rights, are looked up again."""

Give = Callable[[Tally, list[Row], int], None]
"""What a device does with rows of its own: take them, or glimpse at them."""


@dataclass(slots=True)
class Member:
    """One device at a table."""

    tally: Tally
    match: Mapping[str, str]
    columns: frozenset[str]
    """What its points need of a row."""
    times: RowTimes
    """As far as it has read."""
    present: bool = False
    """Whether it has caught up: from then on one reading serves it with all others."""
    routed: tuple[tuple[str, ...], tuple[str, ...]] = field(init=False)
    """The columns by which its rows are told, and what they hold."""

    def __post_init__(self) -> None:
        names = tuple(sorted(self.match))
        self.routed = names, tuple(self.match[name] for name in names)


class Table:
    """Used on the loop; the statements run on the database's threads."""

    def __init__(
        self, database: Database, options: Options, shares: Shares, wall_ns: Callable[[], int], key: object
    ) -> None:
        self._database = database
        self._options = options
        self._clock = shares.clock
        self._wall_ns = wall_ns
        product = database.place.product
        engine = ENGINES[product]
        self._marks = Marks(options.watermark, options.by, as_text=product is Product.SQLITE)
        self._statements = Statements(engine.dialect, options.table or "query", options.watermark)
        self._members: list[Member] = []
        self._names: dict[str, str] = {}
        """Column as the database spells it, by its lower-case name."""
        self._looked_s = -LOOK_AGAIN_S
        self._writable = math.nan
        name, backoff = f"{options.table or 'query'} in {database.place}", shares.backoff(("sql", key))
        self._following = Fetched(name, partial(self._pass, self._follow), backoff, shares.clock)
        self._catching_up = Fetched(name, partial(self._pass, self._catch_up), backoff, shares.clock)

    async def join(self, member: Member) -> None:
        """Returns when the table has been reached and the device's newest row is known. Raises LinkError."""
        await self._catching_up.opened()
        if lacking := [name for name in member.match if self._actual(name) is None]:
            raise self._lacks(lacking)
        tally = member.tally
        if not self._options.query:
            newest = await self._newest([member], 1, member.match)
            if not tally.began and self._options.begin == "end":
                top = await self._database.run(self._top)
                tally.settle(NO_MARK if top is None else top)
            if newest:
                self._check_same(newest[0], member)
                tally.show(newest[0], self._wall_ns())
        self._told([member])
        member.present = False
        if member not in self._members:
            self._members.append(member)

    def leave(self, member: Member) -> None:
        if member in self._members:
            self._members.remove(member)

    async def fresh(self, member: Member, age_s: float) -> None:
        """The rows that were there `age_s` ago at the latest are with the device, or a part of its backlog.

        Raises LinkError.
        """
        await (self._following if member.present else self._catching_up).fresh(age_s)

    async def close(self) -> None:
        await self._following.cancel()
        await self._catching_up.cancel()

    # -- a pass, on the loop

    async def _pass(self, read: Callable[[], Awaitable[None]]) -> None:
        try:
            if self._clock() - self._looked_s >= LOOK_AGAIN_S:
                await self._database.run(self._look)
                self._looked_s = self._clock()
            await read()
        except LinkError:
            self._looked_s = -LOOK_AGAIN_S  # perhaps it is built differently when it comes back
            raise

    async def _follow(self) -> None:
        """One reading for all that have caught up."""
        members = [member for member in self._members if member.present]
        if await self._has_rows(members):
            await self._read(members)
        self._told(members)

    async def _catch_up(self) -> None:
        """Who has joined reads its backlog here, a part in each pass, and holds up nobody that follows.

        Nor is a joiner held up by the backlog of another that it has none of.
        """
        members = waiting = [member for member in self._members if not member.present]
        if await self._has_rows(members):
            is_all = False
            while waiting and not is_all:
                end, is_all = await self._read(waiting)
                if not is_all:
                    waiting = [member for member in waiting if member.tally.position > end]
        for member in waiting:
            member.present = True
        late = [member for member in members if not member.present]
        if late and not self._options.query:
            newest = await self._newest(late, self._options.batch)
            await self._hand_out(newest[::-1], late, Tally.glimpse)
        self._told(members)

    async def _has_rows(self, members: Sequence[Member]) -> bool:
        """Also starts those anew whose table has."""
        if self._options.query:
            return bool(members)
        top = await self._database.run(self._top)
        await self._go_back([member for member in members if _is_beyond(member.tally, top)])
        return bool(members) and top is not None

    async def _read(self, members: Sequence[Member]) -> tuple[float, bool]:
        """From the one that is furthest back: how far, and whether that is all there is."""
        first = min(members, key=lambda member: member.tally.position)
        columns = self._wanted(members)
        rows, end, is_all = await self._database.run(partial(self._since, columns, first))
        await self._hand_out(rows, members, Tally.take)
        for member in members:
            member.tally.advance(end)
        return end, is_all

    async def _go_back(self, members: Sequence[Member]) -> None:
        """The table ends before what was read of it: is it an older copy, or has it begun anew?"""
        if not members:
            return
        newest = await self._newest(members, self._options.batch)
        routes = _routes(members)
        known = [row.mark for row in newest for member in _owners(row, routes) if member.tally.knows(row)]
        for member in members:
            member.tally.restart(max(known, default=NO_MARK))

    async def _hand_out(self, rows: Sequence[Row], members: Sequence[Member], give: Give) -> None:
        """To the devices they belong to; a backlog in parts, between which the loop serves others."""
        routes = _routes(members)
        for start in range(0, len(rows), AT_ONCE):
            mine: dict[int, tuple[Member, list[Row]]] = {}
            for row in rows[start : start + AT_ONCE]:
                for member in _owners(row, routes):
                    mine.setdefault(id(member), (member, []))[1].append(row)
            now_ns = self._wall_ns()
            for member, own in mine.values():
                give(member.tally, own, now_ns)
            await asyncio.sleep(0)

    def _told(self, members: Iterable[Member]) -> None:
        for member in members:
            member.tally.writable = self._writable
            member.tally.absent = frozenset(name for name in member.columns if self._actual(name) is None)

    async def _newest(
        self, members: Iterable[Member], limit: int, match: Mapping[str, str] = MappingProxyType({})
    ) -> list[Row]:
        """Downwards from the end of the table."""
        columns = self._wanted(members)
        held = {self._actual(name) or name: value for name, value in match.items()}
        last = self._marks.bound(self._last)
        statement = self._statements.newest(columns.values(), held, last, limit)
        times = RowTimes(self._options.zone)
        return await self._database.run(lambda session: self._rows(session.rows(statement), columns, times))

    # -- columns

    def _actual(self, name: str) -> str | None:
        return self._names.get(name) or self._names.get(name.lower())

    def _wanted(self, members: Iterable[Member]) -> Mapping[str, str]:
        """Columns to be read, and how the database spells them; those it does not have are left out."""
        options = self._options
        names = {options.watermark, *options.key, *filter(None, (options.time,))}
        for member in members:
            names |= member.columns | member.match.keys()
        return {name: actual for name in sorted(names) if (actual := self._actual(name)) is not None}

    def _check_same(self, row: Row, member: Member) -> None:
        """Many databases compare without capitals and accents; here rows are told apart to the letter."""
        for name, held in zip(*member.routed, strict=True):
            if (there := plain.text(row.cells.get(name))) != held:
                raise LinkError(
                    f"{self._database.place.zh} 的 {self._options.table} 中 {name} = {there!r}，"
                    f"数据库视同 {held!r}；"
                    "请在 match 中照原样书写",
                    f"{self._options.table} in {self._database.place} has {name} = {there!r}, which the"
                    f" database takes for {held!r}; write it in match as it stands there",
                )

    def _lacks(self, names: Iterable[str]) -> LinkError:
        there = ", ".join(sorted(set(self._names.values())))[:200]
        lacking, table, place = ", ".join(sorted(names)), self._options.table, self._database.place
        return LinkError(
            f"{place.zh} 的 {table or '查询'}中没有列 {lacking}；现有 {there or '无'}",
            f"{table or 'the query'} in {place} has no column {lacking}; it has {there or 'none'}",
        )

    # -- on a thread

    def _look(self, session: Session) -> None:
        options = self._options
        statement = (
            asked(options.query, self._marks.beyond(), 1) if options.query else self._statements.nothing()
        )
        found = session.columns(statement)
        self._names = {name.lower(): name for name in found} | {name: name for name in found}
        needed = {options.watermark, *options.key, *filter(None, (options.time,))}
        if lacking := [name for name in needed if self._actual(name) is None]:
            raise self._lacks(lacking)
        if not options.query:
            self._writable = session.writable(options.table)

    def _top(self, session: Session) -> float | None:
        """The highest mark that is believed; the very highest also shows in which form times are told."""
        last = self._last
        top = self._told_top(session)
        return top if top is None or top <= last else self._told_top(session, self._marks.bound(last))

    def _told_top(self, session: Session, last: object = None) -> float | None:
        (row,) = session.rows(self._statements.top(last))
        value = row[TOP]
        return None if value is None else self._marks.of(value)

    def _since(
        self, columns: Mapping[str, str], first: Member, session: Session
    ) -> tuple[list[Row], float, bool]:
        """New rows in the order of their watermark, how far they reach, and whether they are all."""
        rows: list[Row] = []
        low = end = first.tally.low
        limit, batches = self._options.batch, 0
        while batches < BATCHES:
            bound = self._marks.bound(low)
            if self._options.query:
                found = session.rows(asked(self._options.query, bound, limit))
            else:
                found = session.rows(self._statements.since(columns.values(), bound, limit))
            batch = self._rows(found, columns, first.times)
            rows += batch
            end = max(end, batch[-1].mark) if batch else end
            if not batch or len(found) < limit:
                return rows, end, True
            if batch[-1].mark > low:
                low = batch[-1].mark
            elif limit < LONGEST_BATCH:
                limit *= 4
            else:
                raise LinkError(
                    f"超过 {limit} 行的 {self._options.watermark} = {found[-1]}；请指定逐行增长的列作水位",
                    f"more than {limit} rows have {self._options.watermark} = {found[-1]};"
                    " name a watermark that grows with every row",
                )
            batches += end > first.tally.position  # what is read again goes on top
        return rows, end, False

    @property
    def _last(self) -> float:
        return self._marks.last(self._wall_ns())

    def _rows(
        self, found: Iterable[Mapping[str, object]], columns: Mapping[str, str], row_times: RowTimes
    ) -> list[Row]:
        rows = []
        time_column = self._options.time_column
        times = row_times.reading()
        for told in found:
            cells: Cells = {name: told.get(actual) for name, actual in columns.items()}
            try:
                mark = self._marks.of(cells[self._options.watermark])
            except LinkError:
                continue  # one row's broken watermark; where all are so, the highest is too, and that is told
            if mark <= self._last:
                rows.append(Row(mark, times.of(mark, cells[time_column]) if time_column else None, cells))
        return rows


Routes = Mapping[tuple[str, ...], Mapping[tuple[str, ...], Sequence[Member]]]


def _routes(members: Iterable[Member]) -> Routes:
    routes: dict[tuple[str, ...], dict[tuple[str, ...], list[Member]]] = {}
    for member in members:
        names, held = member.routed
        routes.setdefault(names, {}).setdefault(held, []).append(member)
    return routes


def _owners(row: Row, routes: Routes) -> Iterable[Member]:
    for names, by_value in routes.items():
        yield from by_value.get(tuple(plain.text(row.cells.get(name)) for name in names), ())


def _is_beyond(tally: Tally, top: float | None) -> bool:
    return tally.position > (NO_MARK if top is None else top)
