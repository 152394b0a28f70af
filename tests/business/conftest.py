"""A business database of its own for every test, with a clock that the test moves and cheap hashes."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from sqlalchemy import URL, MetaData, inspect, make_url, select
from sqlalchemy.orm import Session, sessionmaker

from actors.messages import Issuer
from business.access import Authority
from business.access.model import Grant
from business.access.service import Access
from business.actor import BusinessActor
from business.commands import MODULES
from business.database import open_reader, open_writer, sessions, sqlite_url
from business.fields.keyring import Keyring
from business.fields.sealed import supply
from business.gate import Execute, Gate, Module, Outcome
from business.identity.bootstrap import prepare_access
from business.identity.messages import CreateUser, LoggedIn, LogIn
from business.identity.model import Place, User
from business.identity.passwords import Passwords
from business.identity.service import Identity
from business.identity.tokens import fingerprint, new_token
from business.master_data import master_data
from business.migrations import migrate
from config.settings import Security
from config.text import Text
from tests.business.postgresql import TEMPLATE, Server, running_server

KEYS = Keyring(("a sealing key of the tests, long enough",))
CODE = "4711-code"
GOOD = "Correct-Horse-7"
SITE = "campus"
NOBODY = Issuer("", "", "127.0.0.1")


class CountingHasher(PasswordHasher):
    """Counts checks: two log-ins that cost the same number of hashes take the same time (S-04)."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.checks = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002
        self.checks += 1
        return super().verify(hash, password)


class Office:
    """The identity actor with everything around it."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.now_ns = 1_800_000_000_000_000_000
        self.hasher = CountingHasher()
        self.events: list[Any] = []
        self._chief: Issuer | None = None
        self.security = Security()
        self.open()

    def open(self) -> None:
        self.writer = open_writer(self.url)
        if not inspect(self.writer).has_table("alembic_version"):
            migrate(self.writer)
        self.sessions: sessionmaker[Session] = sessions(self.writer)
        self.reader = open_reader(self.url)
        for engine in (self.writer, self.reader):
            supply(engine, KEYS)
        self.authority = Authority(self.reader, self.wall_ns, SITE)
        self.identity = Identity(Passwords(self.hasher), self.wall_ns, CODE, security=self.security)
        self.gate = Gate(self.sessions, self.authority, self.wall_ns)
        self.access = Access(self.wall_ns)
        prepare_access(self.gate, self.authority, self.access, SITE, Text("测试园区", "Test campus"))
        self.modules: dict[str, Module] = {"identity": self.identity, "access": self.access}
        self.actors = {
            name: BusinessActor.start(name, module=module, gate=self.gate, announce=self.events.append)
            for name, module in self.modules.items()
        }

    def close(self) -> None:
        for actor in self.actors.values():
            actor.stop(block=True, timeout=30)
        self.reader.dispose()
        self.writer.dispose()

    def rows(self, *tables: str) -> dict[str, list[Any]]:
        """Everything that stands in these tables, by default in all."""
        catalogue = MetaData()
        catalogue.reflect(self.writer, only=tables or None)
        with self.writer.connect() as connection:
            return {one.name: list(connection.execute(select(one))) for one in catalogue.sorted_tables}

    def wall_ns(self) -> int:
        return self.now_ns

    def pass_minutes(self, minutes: float) -> None:
        self.now_ns += int(minutes * 60e9)

    def do(self, command: Any, issuer: Issuer = NOBODY) -> Outcome:
        return self.carry_out(Execute(issuer, command))

    def carry_out(self, order: Execute) -> Outcome:
        outcome = self.actors[MODULES[type(order.command)]].ask(order, timeout=60)
        assert isinstance(outcome, Outcome)
        return outcome

    def create(self, user: str, role: str, password: str = GOOD, scope: int = 0) -> None:
        with self.sessions.begin() as session:
            self.identity.handle(session, NOBODY, CreateUser(user, user.title(), role, password, scope))

    def grant(self, user: str) -> int:
        """The id of the user's newest grant."""
        query = select(Grant.id).join(User, User.id == Grant.user_id).where(User.name == user)
        with self.authority.open() as session:
            return session.scalars(query.order_by(Grant.id.desc())).first() or 0

    def chief(self) -> Issuer:
        """An administrator, logged in from elsewhere."""
        if self._chief is None:
            self.create("chief", "security-administrator")
            self._chief = self.log_in("chief", address="10.7.7.7")
        return self._chief

    def try_to_log_in(
        self,
        user: str,
        password: str = GOOD,
        *,
        place: Place = Place.OFFICE,
        address: str = "10.0.0.1",
        token: str = "",
        previous: str = "",
    ) -> Outcome:
        token = token or new_token()
        return self.do(LogIn(user, password, fingerprint(token), place.value, address, "a browser", previous))

    def log_in(self, user: str, **how: Any) -> Issuer:
        outcome = self.try_to_log_in(user, **how)
        logged_in = outcome.events[-1]
        assert isinstance(logged_in, LoggedIn), outcome
        return Issuer(logged_in.user, logged_in.session, "10.0.0.1")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = metafunc.definition.get_closest_marker("both_databases")
    chosen = any("database" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))
    if wanted and "database" in metafunc.fixturenames and not chosen:
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and _on_postgresql(item):
            # Ahead of the fixtures that look what a test leaves behind: the server outlives it.
            item.fixturenames.insert(0, "postgresql")


def _on_postgresql(item: pytest.Function) -> bool:
    return hasattr(item, "callspec") and item.callspec.params.get("database") == "postgresql"


def begin(url: URL) -> None:
    """Tables, and what every database begins with: of it each test has a copy."""
    office = Office(url)
    master_data(office.gate, ZoneInfo("Asia/Shanghai"), office.wall_ns)
    office.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """One server for the whole run, a database a test; no test of it takes the machine's power away."""
    with running_server(fsync="off") as server:
        begin(server.url(TEMPLATE))
        yield server


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database as every one begins."""
    path = tmp_path_factory.mktemp("begun") / "business.db"
    begin(make_url(sqlite_url(path)))
    return path


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, begun: Path) -> Iterator[URL]:
    """Where the business database of the test is, with its tables and what every one begins with."""
    if getattr(request, "param", "sqlite") == "sqlite":
        path = tmp_path / "business.db"
        shutil.copyfile(begun, path)
        yield make_url(sqlite_url(path))
        return
    server: Server = request.getfixturevalue("postgresql")
    name = f"test_{secrets.token_hex(6)}"
    server.create(name, TEMPLATE)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def office(database: URL) -> Iterator[Office]:
    office = Office(database)
    yield office
    office.close()
