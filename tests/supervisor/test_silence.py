"""The watchdog says by itself that Steward is silent, by a mailbox of its own."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from benchmarks.ports import free_ports
from config.notification import Account, Duties, Notification, NotificationSettings
from config.site import Site
from config.text import Text
from supervisor.silence import AGAIN_S, Voice
from tests.actors.small_site import point, rule, site
from tests.flows.house import eventually

WRONG = {"core": "hangs", "zone-a": "away"}


@dataclass
class Mailbox:
    port: int
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content
        assert content is not None
        self.mails.append(message_from_bytes(content, policy=default))
        return "250 OK"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    (port,) = free_ports(1)
    found = Mailbox(port)
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield found
    finally:
        controller.stop()


def account(port: int, **more: Any) -> Account:
    options = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "steward@example.com"}
    usual = Account(
        "watch", Text("值守", "Watch"), "email", 1, Duties.WATCHDOG, 0, (), 0, 0, (), options
    )  # fmt: skip
    return replace(usual, **more)


class Spoken:
    """A voice with a clock that the test turns."""

    def __init__(
        self, path: Path, *accounts: Account, receivers: tuple[str, ...] = ("li@example.com",)
    ) -> None:
        self.now_s = 0.0
        plain = site(point("t", rule("high")))
        told = replace(plain.settings, notification=NotificationSettings(silent_receivers=receivers))
        accounts_by_id: Mapping[str, Account] = {one.id: one for one in accounts}
        self.site: Site = replace(plain, settings=told, notification=Notification(accounts=accounts_by_id))
        self.voice = Voice(self.site, {}, path, path, clock=lambda: self.now_s)

    def hears(self, wrong: Mapping[str, str], after_s: float = 0.0) -> None:
        self.now_s += after_s
        self.voice.hear(wrong)


def test_silence_is_told_once_and_again_while_it_lasts_and_not_while_all_is_well(
    tmp_path: Path, box: Mailbox
) -> None:
    spoken = Spoken(tmp_path, account(box.port))
    spoken.hears({})
    spoken.hears(WRONG, 1)
    eventually(lambda: len(box.mails) == 1)
    assert "core、zone-a" in box.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    spoken.hears(WRONG, AGAIN_S - 1)
    spoken.hears({"core": "hangs"}, 0.5)
    spoken.hears({"core": "hangs"}, 0.5)
    eventually(lambda: len(box.mails) == 2)
    spoken.hears({}, AGAIN_S)
    spoken.hears({"core": "hangs"}, 1)
    eventually(lambda: len(box.mails) == 3)
    assert "zone-a" not in box.mails[2].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_what_falls_silent_later_is_told_at_once(tmp_path: Path, box: Mailbox) -> None:
    spoken = Spoken(tmp_path, account(box.port))
    spoken.hears({"core": "hangs"})
    spoken.hears(WRONG, 1)
    eventually(lambda: len(box.mails) == 2)


def test_everybody_is_told_in_the_language_of_the_account(tmp_path: Path, box: Mailbox) -> None:
    receivers = ("li@example.com", "+8613800138000", "wang@example.com")
    spoken = Spoken(tmp_path, account(box.port, languages=("en",)), receivers=receivers)
    assert asyncio.run(spoken.voice.tell(WRONG)) == 2, "a mailbox calls no number"
    assert [one["To"] for one in box.mails] == ["li@example.com", "wang@example.com"]
    assert {str(one["Subject"]) for one in box.mails} == {"Steward is silent"}


def test_an_account_that_cannot_be_used_is_logged_and_the_other_tells(
    tmp_path: Path, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    (nobody,) = free_ports(1)
    spoken = Spoken(
        tmp_path,
        account(box.port, id="wrong", options={"host": 5}),
        account(nobody, id="away"),
        account(box.port, id="secret", options={**account(box.port).options, "user": "steward"}),
        account(box.port),
    )
    assert asyncio.run(spoken.voice.tell(WRONG)) == 1
    logged = "\n".join(one.getMessage() for one in caplog.records)
    assert "account wrong cannot be used" in logged
    assert "account away" in logged
    assert "account secret" in logged
    assert len(box.mails) == 1


@pytest.mark.parametrize(
    "changes", [{"enabled": False}, {"duties": Duties.ALL}, {"kind": "no-such-kind"}], ids=str
)
def test_only_accounts_that_are_kept_for_it_are_used(
    tmp_path: Path, box: Mailbox, changes: dict[str, Any]
) -> None:
    spoken = Spoken(tmp_path, account(box.port, **changes))
    assert asyncio.run(spoken.voice.tell(WRONG)) == 0
    assert box.mails == []


def test_the_site_as_it_is_now_counts(tmp_path: Path, box: Mailbox) -> None:
    spoken = Spoken(tmp_path)
    assert asyncio.run(spoken.voice.tell(WRONG)) == 0
    notification = Notification(accounts={"watch": account(box.port)})
    spoken.voice.use(replace(spoken.site, notification=notification))
    assert asyncio.run(spoken.voice.tell(WRONG)) == 1
