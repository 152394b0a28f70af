"""The connections to one database, shared by its tables: a few threads, each statement with a time limit."""

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy.sql.expression import ClauseElement

from drivers.database.products import ENGINES
from drivers.database.schema import Place
from drivers.errors import LinkError

T = TypeVar("T")

THREADS = 4
"""So many statements run at once: a table that is locked holds up nobody else."""
IDLE_S = 300.0
"""A connection that was idle longer is not trusted any more: firewalls forget."""
GRACE_S = 0.5
"""What a time limit of the server's or the library's is given before the connection is cut."""


class Session:
    """One connection, used by one thread at a time."""

    def __init__(self, place: Place, password: Callable[[], str], timeout_s: float) -> None:
        self._engine = ENGINES[place.product]
        self._place = place
        self._timeout_s = timeout_s
        self._raw: Any = None
        self.keeps = self._engine.keeps
        self.used_s = 0.0
        self.due_s = time.monotonic() + place.connect_timeout_s + timeout_s + GRACE_S
        """When what is under way has taken too long."""
        raw = self._engine.connect(place, password(), timeout_s)
        self._raw = raw

    def rows(self, statement: ClauseElement) -> list[Mapping[str, object]]:
        """What a statement brings, by column. Whatever a library raises comes through."""
        return self._execute(statement)[1]

    def columns(self, statement: ClauseElement) -> list[str]:
        """The names of what a statement brings."""
        return self._execute(statement)[0]

    def writable(self, table: str) -> float:
        """1 where the account could write to the table, 0 where not, NaN where nobody may know."""
        self._begin()
        try:
            return self._engine.writable(self._raw, self._place, table)
        except Exception:  # noqa: BLE001 - the views of rights may be closed to it, and it reads all the same
            return math.nan

    def _begin(self) -> None:
        self.due_s = time.monotonic() + self._timeout_s + GRACE_S

    def _execute(self, statement: ClauseElement) -> tuple[list[str], list[Mapping[str, object]]]:
        dialect = self._engine.dialect
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self._begin()
        with contextlib.closing(self._raw.cursor()) as cursor:
            encoding, cell, bound = self._place.encoding, self._engine.cell, self._engine.bound
            values = {name: bound(value, encoding) for name, value in compiled.params.items()}
            cursor.execute(str(compiled), *([values] if values else []))
            names = [str(cell(column[0], "")) for column in cursor.description]
            return names, [
                {name: cell(value, encoding) for name, value in zip(names, row, strict=True)}
                for row in cursor.fetchall()
            ]

    def abort(self) -> None:
        """From another thread."""
        if self._raw is not None:
            self._engine.abort(self._raw)

    def close(self) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            with contextlib.suppress(Exception):  # it is gone either way
                raw.close()


class Database:
    """Used on the loop; `close` cuts what is under way. As many sessions are kept as there are threads."""

    def __init__(self, place: Place, password: Callable[[], str], timeout_s: float) -> None:
        """`password` is called on a thread at each connection and may raise LinkError."""
        self.place = place
        self._password = password
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"sql {place.host or place.file}")
        self._idle: list[Session] = []
        self._busy: set[Session] = set()
        self._lock = threading.Lock()
        self._closed = False

    async def run(self, work: Callable[[Session], T]) -> T:
        """What `work` makes of a session, on a thread. Raises LinkError, for whatever goes wrong there."""
        if self._closed:
            raise LinkError(f"{self.place.zh} 已关闭", f"{self.place} was closed")
        job = _Job(self, work)
        future: asyncio.Future[T] = asyncio.get_running_loop().run_in_executor(self._threads, job.run)
        try:
            while not future.done():
                await asyncio.wait({future}, timeout=max(0.02, job.left_s()))
                if not future.done() and job.left_s() <= 0:
                    job.abort()
                    await asyncio.wait({future}, timeout=GRACE_S)
                    if not future.done():
                        raise LinkError(
                            f"{self.place.zh} 无应答；暂时放弃",
                            f"{self.place} does not answer; it is given up for now",
                        )
            return future.result()
        except asyncio.CancelledError:
            job.abort()
            raise
        finally:
            future.cancel()

    async def close(self) -> None:
        self._closed = True
        with self._lock:
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for session in busy:
            session.abort()
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.gather(*(asyncio.to_thread(session.close) for session in idle))

    # -- on a thread

    def take(self) -> Session:
        while True:
            with self._lock:
                session = self._idle.pop() if self._idle else None
            if session is None:
                session = Session(self.place, self._password, self._timeout_s)
            elif time.monotonic() - session.used_s > IDLE_S:
                session.close()
                continue
            with self._lock:
                self._busy.add(session)
            return session

    def give_back(self, session: Session, *, good: bool) -> None:
        session.used_s = time.monotonic()
        with self._lock:
            self._busy.discard(session)
            if good and session.keeps and not self._closed:
                self._idle.append(session)
                return
            bad = [session]
            if not good:  # what ended one connection has perhaps ended all
                bad += self._idle
                self._idle.clear()
        for one in bad:
            one.close()


class _Job:
    """One piece of work, from its place in the queue to its end."""

    def __init__(self, database: Database, work: Callable[[Session], Any]) -> None:
        self._database = database
        self._work = work
        place = database.place
        self._connecting_due_s = (
            time.monotonic() + place.connect_timeout_s + 2 * database._timeout_s + GRACE_S
        )
        self._session: Session | None = None
        self._cut = False

    def left_s(self) -> float:
        session = self._session
        return (self._connecting_due_s if session is None else session.due_s) - time.monotonic()

    def abort(self) -> None:
        self._cut = True
        if (session := self._session) is not None:
            session.abort()

    def run(self) -> Any:
        place = self._database.place
        try:
            session = self._database.take()
        except LinkError:
            raise
        except Exception as error:
            raise _failed(place, error) from error
        good = False
        try:
            session.due_s = time.monotonic() + self._database._timeout_s + GRACE_S
            self._session = session
            if self._cut:
                raise LinkError(f"{place.zh} 已放弃", f"{place} was given up")
            result = self._work(session)
            good = True
        except LinkError:
            good = True
            raise
        except Exception as error:
            raise _failed(place, error) from error
        finally:
            self._session = None
            self._database.give_back(session, good=good and not self._cut)
        return result


def _failed(place: Place, error: Exception) -> LinkError:
    said = _said(error)
    meant = next((zh for marks, zh in _MEANT if any(mark in said.lower() for mark in marks)), "")
    return LinkError(f"{place.zh}：{meant}{'：' if meant else ''}{said}", f"{place}: {said}")


_MEANT = (
    (("connection refused", "can't connect", "unable to connect"), "无法连接"),
    (("password authentication failed", "access denied", "login failed"), "用户名或口令错误"),
    (
        ("does not exist", "doesn't exist", "no such table", "unknown database", "invalid object name"),
        "库或表不存在",
    ),
    (("permission denied", "command denied", "permission was denied"), "没有权限"),
    (("timeout", "timed out", "interrupted", "locked"), "超时"),
    (("not a database",), "不是数据库文件"),
)
"""What of the servers' words an operator is told in Chinese, before the words themselves."""


def _said(error: Exception) -> str:
    """What a library says, in one line."""
    if any(isinstance(part, bytes) for part in error.args):
        parts = (part.decode("utf-8", "replace") if isinstance(part, bytes) else part for part in error.args)
        said = " ".join(map(str, parts))
    else:
        said = str(error) or type(error).__name__
    return " ".join(said.split())[:300]
