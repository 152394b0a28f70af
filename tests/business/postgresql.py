"""A PostgreSQL server of our own for the tests: real, durable, reached by a socket in its directory only."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError

from business.database import open_writer
from business.migrations import migrate

START_S = 60.0
TEMPLATE = "migrated"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "log_min_messages": "panic",
}


class Server:
    """A cluster in a directory. It dies with the process that started it."""

    def __init__(self, directory: Path, settings: Mapping[str, str]) -> None:
        self._directory = directory
        self._settings = {**SETTINGS, **settings}
        self._data = directory / "data"
        self._password = secrets.token_hex(8)
        self._process: subprocess.Popen[bytes] | None = None
        (programs,) = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)[-1:]
        self._programs = programs.parent
        given = directory / "password"
        given.write_text(self._password)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = pwd.getpwnam("postgres")
            for path in (directory, given):
                os.chown(path, user.pw_uid, user.pw_gid)
        initdb = ("initdb", "--username=steward", "--auth=scram-sha-256", f"--pwfile={given}")
        place = (f"--pgdata={self._data}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")
        subprocess.run([*self._command(*initdb), *place], check=True, capture_output=True, cwd=directory)

    def url(self, database: str = "postgres") -> URL:
        return URL.create(
            "postgresql",
            "steward",
            self._password,
            database=database,
            query={"host": str(self._directory)},
        )

    @property
    def password(self) -> str:
        return self._password

    def program(self, name: str) -> Path:
        """One of the server's own programs."""
        return self._programs / name

    def start(self) -> None:
        """Returns when it takes connections."""
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        options += [f"-cunix_socket_directories={self._directory}"]
        self._process = subprocess.Popen(
            [*self._command("postgres", "-D", str(self._data)), *options], cwd=self._directory
        )
        self._await()

    def stop(self) -> None:
        """At once, as a power failure would; the next start recovers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_S)
            self._process = None

    def drop(self, database: str) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def create(self, database: str, template: str = "template0") -> None:
        self._administer(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')

    def _administer(self, statement: str) -> None:
        engine = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()

    def _await(self) -> None:
        """Its socket is there before it answers: ask until it does, or until it has ended."""
        assert self._process is not None
        while True:
            try:
                self._administer("SELECT 1")
            except OperationalError:
                if self._process.poll() is not None:
                    raise
                try:
                    self._process.wait(0.02)
                except subprocess.TimeoutExpired:
                    continue
            else:
                return

    def _command(self, program: str, *arguments: str) -> list[str]:
        command = [str(self._programs / program), *arguments]
        own = ["setpriv", "--pdeathsig", "QUIT"]
        if os.geteuid() == 0:
            own += ["--reuid=postgres", "--regid=postgres", "--init-groups"]
        return [*own, *command]


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """A started server with a database `TEMPLATE` that has all migrations."""
    # Not pytest's directory: the path of a socket has 107 characters at most.
    directory = Path(tempfile.mkdtemp(prefix="st-pg-"))
    try:
        server = Server(directory, settings)
        server.start()
        try:
            server.create(TEMPLATE)
            engine = open_writer(server.url(TEMPLATE))
            migrate(engine)
            engine.dispose()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory)


def _version(program: Path) -> int:
    return int(program.parts[-3])
