"""Follows the alarm journal and the requests of plans by cursor, and lets them open and clear orders."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from actors.channels.socket_owner import Failed
from actors.messages import Issuer, JournalRow, RequestRow, Stage
from actors.said import in_both
from business.alarm_orders.awaiting import Awaiting, due
from business.alarm_orders.messages import OpenAlarmOrder
from business.alarm_orders.model import AlarmOrder, AlarmOrdersFollowed, Source
from business.alarm_orders.policy import of_journal, of_request
from business.alarm_orders.service import followed, subject_of
from business.follower import PAGE, TROUBLE_S, Follower, NotTaken
from business.gate import MOST_TOGETHER, Execute, Gate, Module
from config.site import Site

LOOK_BACK_NS: Final = 3600 * 10**9
"""What is older than this when the program first looks opens no orders."""
ITSELF: Final = Issuer("steward", "", "office")


class AlarmOrderFollower(Follower):
    """A row counts once: its command moves the cursor with itself."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        gate: Gate,
        module: Module,
        site: Callable[[], Site],
        journal: Callable[[int, int], Sequence[JournalRow]],
        requests: Callable[[int, int], Sequence[RequestRow]],
        wall_ns: Callable[[], int],
        *,
        on_failure: Failed,
    ) -> None:
        """`journal(after, limit)` and `requests(after, limit)` read `core`; they raise QueryFailed."""
        super().__init__(
            "alarm orders", "alarms get their work orders", on_failure=on_failure, trouble_s=TROUBLE_S
        )
        self._sessions = sessions
        self._gate = gate
        self._module = module
        self._site = site
        self._journal = journal
        self._requests = requests
        self._wall_ns = wall_ns
        self._is_refused = False

    def turn(self) -> int:
        """Take one page of each; how many rows the fullest one held."""
        rows = max(self._take_journal(), self._take_requests())
        # Behind in the journal nobody knows yet what still stands.
        return rows if rows == PAGE else max(rows, self._take_due())

    def _take_journal(self) -> int:
        after, began_ns = self._place(Source.JOURNAL)
        rows = self._journal(after, PAGE)
        if not rows:
            return 0
        site = self._site()
        opened = self._opened(subject_of(row.device, row.point, row.rule) for row in rows)
        awaiting, commands = Awaiting(site), []
        for row in rows:
            subject = subject_of(row.device, row.point, row.rule)
            awaiting.hear(row)
            command = of_journal(row, site, opened)
            if isinstance(command, OpenAlarmOrder):
                is_old = row.time_ns < began_ns - LOOK_BACK_NS
                if is_old or (subject not in opened and awaiting.holds_back(command)):
                    continue
                opened.add(subject)
            if command is not None:
                commands.append(command)
        awaiting.keep(self._sessions)
        self._carry_out(_in_turn(commands))
        self._advance(Source.JOURNAL, rows[-1].id)
        return len(rows)

    def _take_requests(self) -> int:
        after, began_ns = self._place(Source.REQUESTS)
        rows = self._requests(after, PAGE)
        fresh = [row for row in rows if row.time_ns >= began_ns - LOOK_BACK_NS]
        commands = [command for row in fresh if (command := of_request(row)) is not None]
        self._carry_out(_in_turn(commands))
        if rows:
            self._advance(Source.REQUESTS, rows[-1].id)
        return len(rows)

    def _take_due(self) -> int:
        commands, rows = due(self._sessions, self._site(), self._wall_ns(), PAGE)
        self._carry_out(commands)
        return rows

    def _carry_out(self, commands: Sequence[Any]) -> None:
        """A few share a transaction and its sync; others' commands come between one few and the next.

        After one that was refused each comes alone, so that the trail tells of it and not of those behind it.
        """
        together = 1 if self._is_refused else MOST_TOGETHER
        self._is_refused = True
        for at in range(0, len(commands), together):
            few = [Execute(ITSELF, command) for command in commands[at : at + together]]
            for end in self._gate.all_on_own_account(self._module, few):
                if isinstance(end, BaseException):
                    raise end
                if end.stage is not Stage.DONE:
                    raise NotTaken(in_both(end.detail))
        self._is_refused = False

    def _place(self, source: Source) -> tuple[int, int]:
        """The last row that was taken, and when rows were first looked at."""
        with self._sessions() as session:
            place = session.get(AlarmOrdersFollowed, source.value)
            if place is not None:
                return place.row, place.began_ns
        now_ns = self._wall_ns()
        with self._sessions.begin() as session:
            session.add(AlarmOrdersFollowed(source=source.value, row=0, began_ns=now_ns))
        return 0, now_ns

    def _advance(self, source: Source, row: int) -> None:
        """Past those that came to nothing."""
        with self._sessions.begin() as session:
            place = followed(session, source)
            if place is not None and place.row < row:
                place.row = row

    def _opened(self, subjects: Iterable[str]) -> set[str]:
        query = select(AlarmOrder.subject).where(
            AlarmOrder.subject.in_(set(subjects)), AlarmOrder.closed_ns.is_(None)
        )
        with self._sessions() as session:
            return set(session.scalars(query))


def _in_turn(commands: Sequence[Any]) -> list[Any]:
    """None of them is carried out when one before it was not: rows stay in their order."""
    before = [0, *(command.row for command in commands)]
    return [replace(command, after=row) for command, row in zip(commands, before, strict=False)]
