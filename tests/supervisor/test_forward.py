"""Commands from `core` to the field processes."""

import queue
import time
from collections.abc import Iterator

import pytest

from actors.channels.command import CommandServer, Envelope, Reply
from actors.codecs import FIELD_COMMANDS
from actors.loop import IoLoop
from actors.messages import CommandResult, Issuer, ReadConditions, Stage, WritePoint
from actors.paths import RunPaths
from supervisor import forward as module
from supervisor.forward import Forwarder

WITHIN_S = 30.0


def fail(error: BaseException) -> None:
    raise error


class Way:
    """A forwarder, and the field processes that run."""

    def __init__(self, paths: RunPaths) -> None:
        self._paths = paths
        self._loop = IoLoop()
        self._loop.start()
        self._servers: list[CommandServer] = []
        self.came: queue.SimpleQueue[Envelope] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[CommandResult] = queue.SimpleQueue()
        self.forwarder = Forwarder(self._loop, paths)
        self.forwarder.start()

    def field(self, name: str) -> None:
        def obey(envelope: Envelope, reply: Reply) -> None:
            self.came.put(envelope)
            if not isinstance(envelope.body, ReadConditions):
                reply(CommandResult(envelope.id, Stage.ACCEPTED, "", None, 1))
            reply(CommandResult(envelope.id, Stage.DONE, "", None, 2))

        server = CommandServer(self._paths.command(name), FIELD_COMMANDS, obey, on_failure=fail)
        server.start()
        self._servers.append(server)

    def send(self, *processes: str, id_: str, ttl_s: float = 5.0) -> None:
        issuer = Issuer("olga", "session", "station")
        envelope = Envelope(
            id=id_,
            issuer=issuer,
            ttl_s=ttl_s,
            deadline_s=time.monotonic() + ttl_s,
            body=WritePoint("d", "p", 1.0),
        )
        self.forwarder.forward(processes, envelope, self.answers.put)

    def close(self) -> None:
        assert self.forwarder.stop(WITHIN_S)
        for server in self._servers:
            server.stop(WITHIN_S)
        self._loop.stop()


@pytest.fixture
def way(paths: RunPaths) -> Iterator[Way]:
    way = Way(paths)
    yield way
    way.close()


def test_every_stage_comes_back_under_the_id_of_the_command(way: Way) -> None:
    way.field("field")
    way.send("field", id_="abc")
    came = way.came.get(timeout=WITHIN_S)
    assert (came.id, came.issuer.user, came.body) == ("abc", "olga", WritePoint("d", "p", 1.0))
    assert came.deadline_s - time.monotonic() < 5.0
    found = [way.answers.get(timeout=WITHIN_S) for _ in range(2)]
    assert [(one.id, one.stage) for one in found] == [("abc", Stage.ACCEPTED), ("abc", Stage.DONE)]


def test_a_field_process_that_is_away_gets_nothing_later(way: Way) -> None:
    way.send("field", id_="abc", ttl_s=0.3)
    answer = way.answers.get(timeout=WITHIN_S)
    assert (answer.id, answer.stage) == ("abc", Stage.FAILED)
    assert "not sent" in answer.detail
    way.field("field")
    way.send("field", id_="def")
    assert way.came.get(timeout=WITHIN_S).id == "def"
    assert way.came.empty()


def test_many_commands_at_once_share_one_client(way: Way) -> None:
    way.field("field")
    for at in range(50):
        way.send("field", id_=f"c{at}")
    ended: set[str] = set()
    while len(ended) < 50:
        answer = way.answers.get(timeout=WITHIN_S)
        if answer.stage.is_final:
            assert answer.stage is Stage.DONE
            ended.add(answer.id)


def test_zones_that_ask_for_conditions_together_ask_every_field_process_once(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GATHER_S", 0.1)
    way.field("one")
    way.field("two")
    way.forwarder.use(("one", "two"))
    for _ in range(20):
        way.forwarder.read_conditions()
    for _ in range(2):
        assert isinstance(way.came.get(timeout=WITHIN_S).body, ReadConditions)
    with pytest.raises(queue.Empty):
        way.came.get(timeout=0.3)


def test_a_command_for_two_processes_ends_when_both_have_and_as_badly_as_the_worse(way: Way) -> None:
    way.field("one")
    way.field("two")
    way.send("one", "two", id_="abc")
    assert {way.came.get(timeout=WITHIN_S).id for _ in range(2)} == {"abc"}
    assert way.answers.get(timeout=WITHIN_S).stage is Stage.DONE
    way.send("one", "nobody", id_="def", ttl_s=0.3)
    assert way.answers.get(timeout=WITHIN_S).stage is Stage.FAILED
    assert way.answers.empty()
