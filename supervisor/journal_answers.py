"""Queries of `core` that `alarms.db` answers."""

from collections.abc import Iterator

from actors.channels.query import Handler, QueryFailed
from actors.journal_reader import JournalReader
from actors.messages import (
    MOST_NAMES,
    Alarms,
    Commands,
    FollowJournal,
    Journal,
    ReadAlarms,
    ReadCommands,
    ReadEndedCommands,
    ReadJournal,
)
from actors.said import said


def journal_handlers(reader: JournalReader) -> dict[type, Handler]:
    def journal(query: ReadJournal) -> Iterator[Journal]:
        if query.wanted.is_too_long:
            raise QueryFailed(
                said(
                    f"一次最多查询 {MOST_NAMES} 台设备",
                    f"no more than {MOST_NAMES} devices may be named at once",
                )
            )
        yield Journal(reader.page(query.wanted, query.cursor, query.limit), reader.count(query.wanted))

    def follow(query: FollowJournal) -> Iterator[Journal]:
        yield Journal(reader.since(query.after, query.limit))

    def commands(query: ReadCommands) -> Iterator[Commands]:
        yield Commands(reader.commands(query.cursor, query.limit))

    def ended_commands(query: ReadEndedCommands) -> Iterator[Commands]:
        yield Commands(reader.ended_commands(query.after, query.limit))

    def alarms(_query: ReadAlarms) -> Iterator[Alarms]:
        yield Alarms(reader.alarms(), reader.areas())

    return {
        ReadAlarms: alarms,
        ReadJournal: journal,
        FollowJournal: follow,
        ReadCommands: commands,
        ReadEndedCommands: ended_commands,
    }
