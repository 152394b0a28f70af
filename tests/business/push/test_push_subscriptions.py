"""Browsers that people subscribe to messages, as commands."""

import json

import pytest
from sqlalchemy import text

from actors.messages import Stage
from business.identity.messages import DisableUser
from business.notifier.channels.push_crypto import new_key_pair
from business.notifier.people import directory
from business.push.messages import SubscribePush, UnsubscribePush
from business.push.queries import devices, receivers
from business.push.service import MOST_CHARACTERS, MOST_DEVICES, Push, fingerprint
from config.notification import Medium
from tests.business.conftest import Office
from tests.business.desk import Desk

KEYS = {"p256dh": new_key_pair().public, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}

pytestmark = pytest.mark.both_databases


def told(number: int = 1, **other: object) -> str:
    """What the browser of that number gives."""
    endpoint = f"https://push.example.com/send/{number}"
    return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": KEYS} | other)


@pytest.fixture
def desk(office: Office) -> Desk:
    desk = Desk(office, Push(office.wall_ns))
    for user in ("li", "wu"):
        office.create(user, "guard")
    return desk


def names(desk: Desk, user: str) -> list[str]:
    with desk.office.authority.open() as session:
        return [one.name for one in devices(session, user)]


def test_a_browser_is_subscribed_listed_and_given_to_the_notifier(desk: Desk) -> None:
    li = desk.office.log_in("li")
    assert desk.do(SubscribePush(told(), "Chrome · Android"), li).events
    assert desk.do(SubscribePush(told(2), "Edge · Windows" + "x" * 200), li).events
    assert names(desk, "li") == [("Edge · Windows" + "x" * 200)[:80], "Chrome · Android"]
    with desk.office.authority.open() as session:
        found = [json.loads(body) for _, body in receivers(session)]
    assert found[0] == {"endpoint": "https://push.example.com/send/1", "keys": KEYS}


def test_what_a_browser_gave_is_sealed_and_not_in_the_trail(desk: Desk) -> None:
    desk.do(SubscribePush(told(), "Chrome"), desk.office.log_in("li"))
    with desk.office.writer.connect() as connection:
        kept = connection.execute(text("SELECT * FROM push_subscriptions")).all()
        trail = connection.execute(text("SELECT * FROM audit_changes")).all()
    for secret in (
        "push.example.com",
        KEYS["auth"],
        KEYS["p256dh"],
        fingerprint("https://push.example.com/send/1"),
    ):
        assert secret not in repr(trail)
    assert "push.example.com" not in repr(kept)


def test_a_browser_is_subscribed_for_whoever_did_so_last(desk: Desk) -> None:
    li, wu = desk.office.log_in("li"), desk.office.log_in("wu")
    desk.do(SubscribePush(told(), "Chrome"), li)
    desk.do(SubscribePush(told(), "Chrome"), li)
    assert names(desk, "li") == ["Chrome"]
    desk.do(SubscribePush(told(), "Chrome"), wu)
    assert (names(desk, "li"), names(desk, "wu")) == ([], ["Chrome"])


def test_only_ones_own_is_removed(desk: Desk) -> None:
    li, wu = desk.office.log_in("li"), desk.office.log_in("wu")
    desk.do(SubscribePush(told(), "Chrome"), li)
    with desk.office.authority.open() as session:
        (own,) = devices(session, "li")
    assert "no such subscription of yours" in desk.refused(UnsubscribePush(own.id), wu)
    assert desk.do(UnsubscribePush(own.id), li).events
    assert names(desk, "li") == []
    assert "no such subscription of yours" in desk.refused(UnsubscribePush(own.id), li)


def test_a_person_has_so_many_and_no_more(desk: Desk) -> None:
    li = desk.office.log_in("li")
    for number in range(MOST_DEVICES):
        assert desk.do(SubscribePush(told(number), "Chrome"), li).events
    assert "remove one" in desk.refused(SubscribePush(told(99), "Chrome"), li)
    assert desk.do(SubscribePush(told(3), "Firefox"), li).events, "one that is there is renewed"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "subscribe there anew"),
        ("[1]", "subscribe there anew"),
        (told(keys={"p256dh": "AAAA", "auth": "AAAA"}), "subscribe there anew"),
        (told(endpoint="http://push.example.com/1"), "not https"),
        (told(endpoint="https://push.example.com/" + "x" * MOST_CHARACTERS), "use another browser"),
    ],
)
def test_what_is_no_subscription_is_refused(desk: Desk, given: str, why: str) -> None:
    assert why in desk.refused(SubscribePush(given, "Chrome"), desk.office.log_in("li"))


def test_a_disabled_account_is_pushed_nothing(desk: Desk) -> None:
    desk.do(SubscribePush(told(), "Chrome"), desk.office.log_in("li"))
    desk.office.create("boss", "security-administrator")
    boss = desk.office.log_in("boss")
    assert desk.office.do(DisableUser("li"), boss).stage is Stage.DONE
    with desk.office.authority.open() as session:
        told_of = directory(session, desk.office.wall_ns()).people["li"]
    assert told_of.disabled, "nobody disabled is called"
    assert Medium.PUSH in told_of.addresses
