"""What `office` asks of `core` and tells it, each call waiting for its answer."""

from collections.abc import Sequence

from actors.channels.command_client import BlockingCommandClient
from actors.channels.query_client import BlockingQueryClient
from actors.codecs import CORE_COMMANDS, QUERIES
from actors.messages import (
    CommandResult,
    CommandRow,
    Commands,
    FollowJournal,
    Journal,
    JournalRow,
    RaiseEvent,
    ReadEndedCommands,
    ReadRequests,
    RequestRow,
    Requests,
)
from actors.paths import RunPaths
from actors.refusals import OFFICE

TELL_S = 5.0
"""An event that `core` has not taken by then is told again."""


class CoreClient:
    """From any thread. Questions raise QueryFailed while `core` is away."""

    def __init__(self, paths: RunPaths, *, follower: str) -> None:
        """Under the name `follower` `core` keeps what plans ask until it has been taken."""
        self._follower = follower
        self._queries = BlockingQueryClient(paths.query("core"), QUERIES)
        self._commands = BlockingCommandClient(paths.command("core"), CORE_COMMANDS)

    def ended_commands(self, after: int, limit: int) -> Sequence[CommandRow]:
        answer = self._queries.one(ReadEndedCommands(after, limit), timeout_s=1.0)
        assert isinstance(answer, Commands)
        return answer.rows

    def journal(self, after: int, limit: int) -> Sequence[JournalRow]:
        answer = self._queries.one(FollowJournal(after, limit), timeout_s=2.0)
        assert isinstance(answer, Journal)
        return answer.rows

    def requests(self, after: int, limit: int) -> Sequence[RequestRow]:
        """What plans ask others to do."""
        answer = self._queries.one(ReadRequests(after, limit, self._follower), timeout_s=2.0)
        assert isinstance(answer, Requests)
        return answer.rows

    def tell(self, event: RaiseEvent, id_: str) -> CommandResult:
        return self._commands.ask(event, OFFICE, TELL_S, name=id_)
