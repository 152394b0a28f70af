"""What a command comes to when the database fails under it (S-32): refused, unless it may have been done."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL, event, select, text
from sqlalchemy.orm import Session

from actors.messages import AcknowledgeAlarm, HangTag, Issuer, Stage
from actors.permissions import URGENT
from business.access import Authority, Refusal
from business.access.messages import GrantRole
from business.access.model import Grant, Role
from business.audit.verify import verify
from business.gate import Execute
from business.identity.messages import ContinueSession, DisableUser, EnableUser, LogOut
from business.identity.model import Place, User
from tests.business.conftest import SITE, Office
from tests.business.postgresql import TEMPLATE, Server, running_server


@pytest.fixture
def chief(office: Office) -> Issuer:
    office.create("chief", "security-administrator")
    return office.log_in("chief")


def is_whole(office: Office) -> bool:
    with office.sessions() as session:
        return verify(session).breaks == ()


def role_of(office: Office, user: str) -> str | None:
    """The one that was granted last."""
    query = select(Role.name).join(Grant).join(User, User.id == Grant.user_id).where(User.name == user)
    with office.sessions() as session:
        return session.scalars(query.order_by(Grant.id.desc())).first()


def test_what_a_full_disk_cannot_record_is_not_carried_out(office: Office, chief: Issuer) -> None:
    office.create("li", "viewer")
    with office.writer.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    commands = itertools.cycle((DisableUser("li"), EnableUser("li")))
    disabled = False
    while (outcome := office.do(next(commands), chief)).stage is Stage.DONE:
        disabled = not disabled
    assert outcome.detail == Refusal.NOT_RECORDED
    with office.sessions() as session:
        assert session.scalar(select(User.disabled).where(User.name == "li")) == disabled
    assert is_whole(office)


class TestServerLost:
    """Stopped at once, as a power failure would; a server for each test, so that it may."""

    @pytest.fixture
    def server(self) -> Iterator[Server]:
        with running_server() as server:
            yield server

    @pytest.fixture
    def database(self, server: Server) -> URL:
        return server.url(TEMPLATE)

    def test_what_comes_while_it_is_away_is_refused_until_it_is_back(
        self, office: Office, chief: Issuer, server: Server
    ) -> None:
        office.create("li", "viewer")
        server.stop()
        for command in (GrantRole("li", "operator"), ContinueSession()):
            outcome = office.do(command, chief)
            assert (outcome.stage, outcome.detail) == (Stage.REFUSED, Refusal.NOT_RECORDED)
        server.start()
        assert role_of(office, "li") == "viewer"
        assert office.do(GrantRole("li", "operator"), chief).stage is Stage.DONE
        assert role_of(office, "li") == "operator"
        assert is_whole(office)

    def test_who_was_in_the_control_room_may_acknowledge_for_a_shift(
        self, office: Office, server: Server
    ) -> None:
        """S-32, SR 2.10: and gives no other command; who was not there is nobody."""
        office.create("olga", "operator")
        olga = office.log_in("olga", place=Place.CONTROL)
        left = office.log_in("olga", place=Place.CONTROL)
        office.do(LogOut(), left)
        seconds = itertools.count(100.0)
        authority = Authority(office.reader, office.wall_ns, SITE, urgent=URGENT, clock=lambda: next(seconds))
        authority.remember()
        acknowledge, hang = AcknowledgeAlarm("ahu-1", "t", "high", 1, ""), HangTag("ahu-1", "repair")
        server.stop()
        assert authority.refusal(olga, acknowledge) is None
        assert authority.refusal(olga, hang) == Refusal.NOT_RECORDED
        assert authority.refusal(left, acknowledge) == Refusal.NOT_LOGGED_IN
        office.pass_minutes(12 * 60 + 1)
        assert authority.refusal(olga, acknowledge) == Refusal.NOT_LOGGED_IN

    def test_a_server_lost_within_a_command_leaves_nothing_of_it(
        self,
        office: Office,
        chief: Issuer,
        server: Server,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        office.create("li", "viewer")
        handle = office.access.handle

        def interrupted(session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
            events = handle(session, issuer, command)
            server.stop()
            return events

        monkeypatch.setattr(office.access, "handle", interrupted)
        outcome = office.gate.carry_out(office.access, Execute(chief, GrantRole("li", "operator")))
        assert (outcome.stage, outcome.detail) == (Stage.REFUSED, Refusal.NOT_RECORDED)
        server.start()
        assert role_of(office, "li") == "viewer"
        assert is_whole(office)

    def test_a_server_lost_at_the_commit_leaves_it_unknown_and_one_may_ask_again(
        self, office: Office, chief: Issuer, server: Server
    ) -> None:
        office.create("li", "viewer")
        order = Execute(chief, GrantRole("li", "operator"))

        event.listen(office.writer, "commit", lambda _connection: server.stop(), once=True)
        outcome = office.gate.carry_out(office.access, order)
        assert outcome.stage is Stage.UNKNOWN
        assert "提交时中断" in outcome.detail
        server.start()
        assert office.gate.carry_out(office.access, order).stage is Stage.DONE
        assert role_of(office, "li") == "operator"
        assert is_whole(office)

    def test_a_connection_lost_after_the_commit_is_known_to_be_done(
        self, office: Office, chief: Issuer
    ) -> None:
        office.create("li", "viewer")

        def lose(connection: Any) -> None:
            driver = connection.connection.driver_connection
            driver.commit()
            pid = driver.info.backend_pid
            with office.reader.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)"))

        event.listen(office.writer, "commit", lose, once=True)
        outcome = office.gate.carry_out(office.access, Execute(chief, GrantRole("li", "operator")))
        assert outcome.stage is Stage.DONE
        assert role_of(office, "li") == "operator"
        assert is_whole(office)
