"""An alarm of the plant reaches whoever is on duty by mail, and his answer reaches the alarm (N01, N06)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from actors.channels.command_client import BlockingCommandClient
from actors.channels.query_client import BlockingQueryClient
from actors.messages import AlarmState, CommandResult, Issuer, Stage
from benchmarks.modbus_farm import Farm
from benchmarks.ports import free_ports
from business.duty.messages import CreateRoster, CreateTeam, EnlistMember, RosterLine
from business.identity.account_messages import SetContact
from business.notifier.messages import (
    NOTIFIER_COMMANDS,
    NOTIFIER_QUERIES,
    AnswerByLink,
    Escalations,
    Messages,
    MessageState,
    ReadEscalations,
    ReadMessages,
    SendMessage,
)
from config.notification import Progress
from tests.flows.house import HOT, TEMPERATURE, House, calm, eventually, house

CALLING = """
[[account]]
id = "post"
name = {{ zh = "邮箱", en = "Mailbox" }}
kind = "email"
options = {{ host = "127.0.0.1", port = {port}, security = "none", sender = "steward@example.com" }}

[[policy]]
id = "usual"
name = {{ zh = "一般", en = "Usual" }}
team = "engineering"
priorities = ["critical", "high"]
step = [{{ audience = "on-duty", media = ["email"] }}, {{ after_s = 600, audience = "leader" }}]

[settings.notification]
link_address = "https://steward.example.com"
"""


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content
        assert content is not None
        self.mails.append(message_from_bytes(content, policy=default))
        return "250 OK"

    def about(self, device: str) -> list[EmailMessage]:
        return [one for one in self.mails if device in str(one["Subject"])]


@contextmanager
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box, (port,) = Mailbox(), free_ports(1)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def tell(home: House, body: Any) -> CommandResult:
    client = BlockingCommandClient(home.paths.command("notifier"), NOTIFIER_COMMANDS)
    return client.ask(body, Issuer("test", "", ""), 10.0, wait_s=10.0)


def on_duty(home: House) -> None:
    """Li has duty in the team, day and night."""
    chief = home.administrator()
    warden = home.log_in("warden")
    home.add_user(warden, "li", "operator")
    always = RosterLine(1, "00:00", "00:00", "li")
    for body, by in (
        (SetContact("li", "", "li@example.com"), warden),
        (CreateTeam("engineering", "工程", "Engineering"), chief),
        (EnlistMember("engineering", "li", "member"), chief),
        (CreateRoster("engineering", "always", "2026-01-01", "", 1, (always,)), chief),
    ):
        done = home.tell_office(body, by)
        assert done.stage is Stage.DONE, done


def hears_of(home: House, box: Mailbox) -> bool:
    """Whether a message to whoever is on duty has come: the notifier knows of him."""
    tell(home, SendMessage("trial", {"who": "test"}, teams=("engineering",), medium="email"))
    return bool(box.mails)


def messages(home: House) -> Messages:
    found = BlockingQueryClient(home.paths.query("notifier"), NOTIFIER_QUERIES).one(
        ReadMessages(0, 100), timeout_s=10.0
    )
    assert isinstance(found, Messages)
    return found


def handed(home: House) -> list[MessageState]:
    """How far the messages about alarms have come."""
    return [one.state for one in messages(home).rows if one.subject]


def calls(home: House) -> Escalations:
    found = BlockingQueryClient(home.paths.query("notifier"), NOTIFIER_QUERIES).one(
        ReadEscalations(0, 100), timeout_s=10.0
    )
    assert isinstance(found, Escalations)
    return found


def link_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"https://steward\.example\.com/a/([\w-]+)", body.get_content())
    assert found
    return found[1]


def test_an_alarm_is_mailed_once_across_kills_and_answered_by_its_link() -> None:
    with Farm(2, registers=20, period_s=0.1) as farm, mailbox() as (box, port), house(farm) as home:
        calm(farm, 2)
        with (home.site / "site.toml").open("a", encoding="utf-8") as written:
            written.write(CALLING.format(port=port))
        home.start()
        on_duty(home)
        eventually(lambda: hears_of(home, box), what="a mail to whoever is on duty")
        farm.set(0, TEMPERATURE, HOT)
        eventually(lambda: box.about("机组0"), what="the mail")
        eventually(lambda: handed(home) == [MessageState.HANDED])
        before = home.kill("notifier")
        farm.set(1, TEMPERATURE, HOT)
        eventually(lambda: "u01" in {one.device for one in home.alarms().values()}, what="the second alarm")
        home.wait_back("notifier", before)
        eventually(lambda: box.about("机组1"), what="the mail of what came while it was away")
        assert len(box.about("机组0")) == 1

        token = link_in(box.about("机组0")[0])
        assert tell(home, AnswerByLink(token, Progress.ACKNOWLEDGED, "10.0.0.9")).stage is Stage.DONE
        eventually(
            lambda: home.alarms()["u00/temperature/high"].state is AlarmState.ACKNOWLEDGED,
            what="the acknowledgement in core",
        )
        (answer,) = [one for one in home.journal("u00") if one.transition == "acknowledge"]
        assert (answer.user, answer.station) == ("li", "link")
        eventually(lambda: [one.subject for one in calls(home).rows] == ["u01/temperature/high"])
        assert handed(home) == [MessageState.HANDED, MessageState.HANDED]
        assert all("li@" not in one.receiver for one in messages(home).rows)
