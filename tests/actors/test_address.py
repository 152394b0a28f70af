"""An address leads to whichever incarnation is running, and never raises at whoever tells."""

from typing import Any

import pykka
import pytest

from actors.actor import Actor
from actors.address import Address


class Echo(Actor):
    def handle(self, message: Any) -> Any:
        return (self.actor_urn, message)


def test_a_tell_and_an_ask_reach_the_present_incarnation() -> None:
    first, second = Echo.start("echo"), Echo.start("echo")
    address = Address("echo", first)
    assert address.tell("hello")
    assert address.ask("hello", timeout_s=30) == (first.actor_urn, "hello")
    address.point(second)
    assert address.ask("hello", timeout_s=30) == (second.actor_urn, "hello")
    assert address.request("hello").get(timeout=30) == (second.actor_urn, "hello")
    assert address.ref is second
    first.stop(timeout=30)
    second.stop(timeout=30)


def test_a_tell_while_nobody_is_there_is_dropped_and_counted() -> None:
    address = Address("publisher")
    assert not address.tell("scan")
    assert address.dropped == 1
    assert repr(address) == "<Address publisher -> nobody>"


def test_a_tell_to_an_incarnation_that_has_just_ended_is_dropped_and_counted() -> None:
    ref = Echo.start("publisher")
    address = Address("publisher", ref)
    ref.stop(timeout=30)
    assert not address.tell("scan")
    assert address.dropped == 1


def test_an_ask_while_nobody_is_there_says_so() -> None:
    with pytest.raises(pykka.ActorDeadError, match="publisher is not running"):
        Address("publisher").ask("snapshot", timeout_s=1)
