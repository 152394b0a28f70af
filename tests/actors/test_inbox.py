"""The lanes of an inbox: what overtakes, what is shed, what is refused."""

import queue
from dataclasses import dataclass
from typing import Any

import pykka
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pykka._envelope import Envelope
from pykka.messages import _ActorStop

from actors.inbox import Inbox
from actors.life import Ping, PlatformError


@dataclass(frozen=True, slots=True)
class Scan:
    number: int


def put(inbox: Inbox, *messages: Any) -> None:
    for message in messages:
        inbox.put(Envelope(message))


def taken(inbox: Inbox) -> list[Any]:
    messages = []
    while not inbox.empty():
        messages.append(inbox.get().message)
    return messages


def test_messages_come_out_in_the_order_in_which_they_went_in() -> None:
    inbox = Inbox(limit=10, sheds=(Scan,))
    put(inbox, "a", Scan(1), Scan(2), "b", Scan(3), "c")
    assert taken(inbox) == ["a", Scan(1), Scan(2), "b", Scan(3), "c"]


def test_control_messages_come_out_first() -> None:
    inbox = Inbox()
    put(inbox, "a", "b", Ping(), "c", _ActorStop())
    assert taken(inbox) == [Ping(), _ActorStop(), "a", "b", "c"]


def test_an_empty_inbox_says_so() -> None:
    with pytest.raises(queue.Empty):
        Inbox().get()


def test_beyond_the_limit_the_oldest_telemetry_is_shed_and_counted() -> None:
    inbox = Inbox(limit=3, sheds=(Scan,))
    put(inbox, Scan(1), "order", Scan(2), Scan(3), Scan(4))
    assert inbox.shed == 2
    assert taken(inbox) == ["order", Scan(3), Scan(4)]


def test_what_is_not_telemetry_is_never_shed_and_pushes_telemetry_out() -> None:
    inbox = Inbox(limit=2, sheds=(Scan,))
    put(inbox, Scan(1), "a", "b", "c", Scan(2))
    assert inbox.shed == 2
    assert taken(inbox) == ["a", "b", "c"]


def test_a_shed_ask_is_answered() -> None:
    inbox = Inbox(limit=1, sheds=(Scan,))
    reply: pykka.Future[Any] = pykka.ThreadingFuture()
    inbox.put(Envelope(Scan(1), reply_to=reply))
    put(inbox, Scan(2))
    with pytest.raises(PlatformError, match="shed the message: more than 1 messages wait"):
        reply.get(timeout=1)


def test_depth_and_its_maximum_count_what_waits() -> None:
    inbox = Inbox()
    put(inbox, "a", "b", Ping())
    assert (inbox.depth, inbox.depth_max) == (3, 3)
    inbox.get()
    assert (inbox.depth, inbox.depth_max) == (2, 3)


def test_it_wakes_its_actor_once_until_the_actor_rests_again() -> None:
    woken: list[int] = []
    inbox = Inbox()
    inbox.wake = lambda: woken.append(inbox.depth)
    put(inbox, "before the first turn")
    assert woken == []
    inbox.get()
    assert inbox.rest()
    put(inbox, "a", "b")
    assert woken == [1]


def test_an_actor_with_mail_may_not_rest() -> None:
    inbox = Inbox()
    put(inbox, "a")
    assert not inbox.rest()


def test_a_sealed_inbox_takes_control_messages_only() -> None:
    inbox = Inbox()
    put(inbox, "accepted")
    inbox.seal()
    put(inbox, Ping())
    with pytest.raises(pykka.ActorDeadError):
        put(inbox, "refused")
    reply: pykka.Future[Any] = pykka.ThreadingFuture()
    inbox.put(Envelope("refused", reply_to=reply))
    with pytest.raises(pykka.ActorDeadError):
        reply.get(timeout=1)
    assert taken(inbox) == [Ping(), "accepted"]


def test_a_closed_inbox_takes_nothing_and_hands_out_what_was_left() -> None:
    inbox = Inbox(limit=9, sheds=(Scan,))
    put(inbox, "a", Scan(1), Ping())
    assert {e.message for e in inbox.clear()} == {"a", Scan(1)}
    assert [e.message for e in inbox.close()] == [Ping()]
    with pytest.raises(pykka.ActorDeadError):
        put(inbox, Ping())
    assert inbox.empty()


@given(
    st.lists(st.one_of(st.integers(0, 9).map(Scan), st.text(max_size=1), st.just("take"))), st.integers(1, 5)
)
def test_shedding_never_touches_the_order_or_the_mail(steps: list[Any], limit: int) -> None:
    """Against a plain list: the oldest telemetry leaves when more than the limit waits."""
    inbox, model, shed = Inbox(limit=limit, sheds=(Scan,)), list[Any](), 0
    for step in steps:
        if step == "take":
            if model:
                assert inbox.get().message == model.pop(0)
            continue
        put(inbox, step)
        model.append(step)
        if len(model) > limit and (oldest := next((m for m in model if isinstance(m, Scan)), None)):
            model.remove(oldest)
            shed += 1
    assert (inbox.shed, taken(inbox)) == (shed, model)
