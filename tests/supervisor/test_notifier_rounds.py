"""The notifier's rounds go on whatever becomes of the actor that takes them."""

from types import SimpleNamespace
from typing import Any

import pykka

from actors.address import Address
from business.notifier.inbox import Round
from supervisor.processes.notifier import Rounds


class Loop:
    """Its time passes when the test says so."""

    def __init__(self) -> None:
        self.later: list[Any] = []

    def call_later(self, _delay_s: float, call: Any) -> None:
        self.later.append(call)

    def passes(self, times: int = 1) -> None:
        for _ in range(times):
            self.later.pop()()


class Incarnation:
    def __init__(self) -> None:
        self.mail: list[Round] = []
        self.is_dead = False

    def tell(self, message: Round) -> None:
        if self.is_dead:
            raise pykka.ActorDeadError("it has failed")
        self.mail.append(message)


def test_no_second_round_waits_and_a_failed_actor_takes_none_with_it() -> None:
    loop, first, second = Loop(), Incarnation(), Incarnation()
    address = Address("notifier", first)  # type: ignore[arg-type]
    rounds = Rounds(SimpleNamespace(loop=loop), address)  # type: ignore[arg-type]
    rounds.start()
    loop.passes(3)
    assert len(first.mail) == 1
    first.mail.pop().begun()
    loop.passes()
    assert len(first.mail) == 1, "it lies there when the actor fails"
    first.is_dead = True
    address.point(None)
    loop.passes(2)
    address.point(second)  # type: ignore[arg-type]
    loop.passes(3)
    assert len(second.mail) == 1


def test_a_round_that_nobody_took_is_told_again() -> None:
    loop, one = Loop(), Incarnation()
    one.is_dead = True
    rounds = Rounds(SimpleNamespace(loop=loop), Address("notifier", one))  # type: ignore[arg-type]
    rounds.start()
    one.is_dead = False
    loop.passes()
    assert len(one.mail) == 1
    assert rounds.stop(1.0)
    loop.passes()
    assert loop.later == []
