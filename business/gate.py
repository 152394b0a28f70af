"""The one gate of the business: permission, idempotency, transaction, audit, for every command alike."""

import dataclasses
import logging
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from actors.messages import Issuer, Stage
from actors.said import in_both, said
from business.access import ANYWHERE, ROOT, Authority, Reach, Refusal, permission_of
from business.access.permission import fields_of
from business.access.person import NOWHERE
from business.audit.chain import digest_of
from business.audit.changes import collected, watch
from business.audit.trail import Deed, End, Recorded, append, end, recorded, recorded_among
from business.database import begun, is_begun
from business.identity.model import changes_access
from business.identity.overreach import overreached
from business.together import Together

logger = logging.getLogger(__name__)

MOST_TOGETHER = 8
"""Commands that share a transaction: the first waits for the last."""

_LOST = said(
    "业务数据库在提交时中断；命令可能已生效，恢复后请先查看再重新下达",
    "the business database was lost at the commit; the command may have taken effect: look before repeating",
)


class Refused(Exception):
    """A command that is not carried out; of its transaction only the audit record stays."""

    def __init__(self, reason: str) -> None:
        """`reason` is a `Refusal`, or a text that is said in both languages."""
        super().__init__(reason)
        self.reason = str(reason)


@dataclass(frozen=True, slots=True)
class Denied:
    """An event: the command is refused, and what was written about that (a failure counted) stays."""

    reason: str
    """As of `Refused`."""


class Module(Protocol):
    """What a business module offers."""

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out the command in the caller's transaction and say what happened. Raises Refused."""


@runtime_checkable
class Scoped(Protocol):
    """A module whose commands touch parts of the group; what others touch is the group's as a whole."""

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """The paths of all scopes that the command touches; none is the whole group. Raises Refused."""


@runtime_checkable
class Owned(Protocol):
    """A module some of whose commands a person may send about what is his own."""

    def is_own(self, session: Session, command: Any, reach: Reach) -> bool:
        """Whether all that it touches belongs to him whose reach this is."""


@dataclass(frozen=True, slots=True)
class Execute:
    """A command on its way to its module.

    Its class says what it needs (`permission`), and may say what it is about, as a template over its fields
    (`about = "users/{user}"`), and that it is no deed but mere presence (`audited = False`).
    """

    issuer: Issuer
    command: Any
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    """One command of one id is carried out once, whoever repeats it, across restarts."""


@dataclass(frozen=True, slots=True)
class Outcome:
    stage: Stage
    """DONE or REFUSED; FAILED for one that had ended in a defect and comes again."""
    detail: str
    """Why not: a `Refusal`, or a text that is said in both languages. Of a DONE command what an event gives
    as its `answer`, such as the id of what was made; recorded too, so that a repetition hears the same."""
    events: tuple[Any, ...] = ()


_Ask = Callable[[Session, Module, Execute], str | None]


def _asking_nobody(_session: Session, _module: Module, _order: Execute) -> str | None:
    return None


@dataclass(slots=True, eq=False)
class _Asked:
    """A command that waits for its end, and how far it is."""

    module: Module
    order: Execute
    ask: _Ask
    deed: Deed
    outcome: Outcome | None = None
    error: BaseException | None = None
    needs_commit: bool = False
    """Whether its outcome becomes true with the commit alone."""
    is_done: bool = False


@dataclass(slots=True)
class _Group:
    """A transaction that commands share, and how far it is."""

    connection: Connection
    end: End
    """Of the trail, with what the savepoints so far have added."""
    known: dict[str, Recorded | None] = field(default_factory=dict)
    """By id of a command, what the trail says of it; None for nothing."""
    is_closed: bool = False
    """Its last command changed what people may do."""


class Gate:
    """Carries out the commands of all modules on one writer's sessions.

    Those that wait at the same time share a transaction and its one sync to the disk, each within a savepoint
    of its own; their outcomes are told after the commit.
    """

    def __init__(
        self, sessions: sessionmaker[Session], authority: Authority, wall_ns: Callable[[], int]
    ) -> None:
        watch(sessions)
        self._sessions = sessions
        self._authority = authority
        self._wall_ns = wall_ns
        self._together = Together(self._commit_group)

    def carry_out(self, module: Module, order: Execute) -> Outcome:
        """Ask, do, record: all or nothing. A defect is recorded, then raised."""
        return _told(*self.carry_out_all(module, (order,)))

    def carry_out_all(self, module: Module, orders: Iterable[Execute]) -> list[Outcome | BaseException]:
        """Each as if it came alone, in this order; in the place of an outcome the defect it ended in."""
        return self._bring([_Asked(module, order, self._refusal, _deed(order)) for order in orders])

    def on_own_account(self, module: Module, order: Execute) -> Outcome:
        """What the program itself has decided, such as its first users: recorded, and asked of nobody."""
        return _told(*self._bring([_Asked(module, order, _asking_nobody, _deed(order))]))

    def all_on_own_account(self, module: Module, orders: Iterable[Execute]) -> list[Outcome | BaseException]:
        """As `carry_out_all`, for what the program itself has decided."""
        return self._bring([_Asked(module, order, _asking_nobody, _deed(order)) for order in orders])

    def _refusal(self, session: Session, module: Module, order: Execute) -> str | None:
        """Inside the transaction: nobody's access changes between the answer and the deed."""
        issuer, command = order.issuer, order.command
        if refusal := self._authority.refusal(issuer, command, ANYWHERE):
            return refusal
        scopes = (module.scopes_of(session, command) if isinstance(module, Scoped) else ()) or (ROOT,)
        own = isinstance(module, Owned) and self._is_own(session, module, order)
        refusals = (self._authority.refusal(issuer, command, scope, own=own) for scope in scopes)
        return next(filter(None, refusals), None)

    def _is_own(self, session: Session, module: Owned, order: Execute) -> bool:
        person = self._authority.person(order.issuer.session)
        reach = person.reach(permission_of(order.command) or "") if person is not None else NOWHERE
        return reach.own and module.is_own(session, order.command, reach)

    def _bring(self, asked: Sequence[_Asked]) -> list[Outcome | BaseException]:
        self._together.bring(asked)
        ends = [one.error or one.outcome for one in asked]
        return [end for end in ends if end is not None]

    def _commit_group(self, waiting: deque[_Asked]) -> None:
        """One transaction for those that wait. It ends before a command that comes again and after one that
        changes what people may do: whoever comes next shall see both."""
        taken: dict[str, _Asked] = {}
        committing = False
        try:
            with self._sessions.begin() as session:
                group = _Group(begun(session), end(session))
                self._authority.look_again()
                while waiting and waiting[0].order.id not in taken:
                    one = waiting.popleft()
                    taken[one.order.id] = one
                    if one.order.id not in group.known:
                        ids = [one.order.id, *(other.order.id for other in list(waiting)[:MOST_TOGETHER])]
                        group.known |= {**dict.fromkeys(ids), **recorded_among(session, ids)}
                    self._finish(group, one)
                    if group.is_closed or len(taken) == MOST_TOGETHER:
                        break
                committing = True
        except OperationalError as error:
            taken = taken or _first(waiting)
            logger.critical("%s: the business database cannot be written: %s", _kinds(taken), error.orig)
            self._lose(taken.values(), committing=committing)
        except BaseException as error:  # noqa: BLE001  # who waits must hear of it, whoever's thread this is
            taken = taken or _first(waiting)
            for one in taken.values():
                one.error = one.error or error
        finally:
            self._authority.look_again()
            for one in taken.values():
                one.is_done = True

    def _lose(self, group: Iterable[_Asked], *, committing: bool) -> None:
        for one in group:
            if one.outcome is None and one.error is None:
                one.outcome = _NOT_RECORDED
            elif one.needs_commit:
                one.outcome = self._after_loss(one.deed, committing=committing)

    def _after_loss(self, deed: Deed, *, committing: bool) -> Outcome:
        """What is true after the database failed: a server that is lost in a commit may have made it."""
        if committing:
            try:
                with self._sessions() as session:
                    known = recorded(session, deed.id)
            except OperationalError:
                return Outcome(Stage.UNKNOWN, _LOST)
            if known is not None:
                return _again(known, deed)
        # Nothing has taken place: what cannot be recorded is not carried out.
        return _NOT_RECORDED

    def _finish(self, group: _Group, asked: _Asked) -> None:
        """Bring a command to its end. Raises OperationalError when the whole transaction is lost."""
        try:
            self._carry_out(group, asked)
        except OperationalError as error:
            if not is_begun(group.connection):
                raise
            logger.critical("%s: the business database cannot be written: %s", asked.deed.kind, error.orig)
            asked.outcome = asked.outcome or _NOT_RECORDED
        except BaseException as error:  # noqa: BLE001  # it ends whoever asked for it, and nobody else
            asked.error = error

    def _carry_out(self, group: _Group, asked: _Asked) -> None:
        order, deed = asked.order, asked.deed
        if (known := group.known[order.id]) is not None:
            asked.outcome = _again(known, deed)
            return
        try:
            with self._within(group) as session, session.begin():
                if refusal := asked.ask(session, asked.module, order):
                    raise Refused(refusal)
                events = asked.module.handle(session, order.issuer, order.command)
                denied = next((event for event in events if isinstance(event, Denied)), None)
                stage = Stage.REFUSED if denied else Stage.DONE
                detail = str(denied.reason) if denied else _answer(events)
                newest = self._append(session, group, asked, stage, detail, denied=denied is not None)
        except Refused as refused:
            _warn(deed, refused.reason)
            asked.outcome = Outcome(Stage.REFUSED, refused.reason)
            self._note(group, asked, Stage.REFUSED, refused.reason)
            return
        except OperationalError:
            raise
        except BaseException as error:
            self._note(group, asked, Stage.FAILED, type(error).__name__)
            raise
        group.end, group.is_closed = newest, changes_access(session)
        if denied is not None:
            _warn(deed, denied.reason)
        asked.outcome, asked.needs_commit = Outcome(stage, detail, events), True

    def _within(self, group: _Group) -> Session:
        """A session whose transaction is a savepoint of the group's."""
        return self._sessions(bind=group.connection, join_transaction_mode="create_savepoint")

    def _note(self, group: _Group, asked: _Asked, stage: Stage, detail: str) -> None:
        with self._within(group) as session, session.begin():
            if detail == Refusal.NOT_PERMITTED:
                overreached(session, asked.order.issuer.session, self._wall_ns())
            newest = self._append(session, group, asked, stage, detail)
        group.end, group.is_closed = newest, changes_access(session)

    def _append(
        self,
        session: Session,
        group: _Group,
        asked: _Asked,
        stage: Stage,
        detail: str,
        *,
        denied: bool = False,
    ) -> End:
        """What only shows presence is left out, unless it was denied: then something is wrong."""
        changes, deed = collected(session), asked.deed
        if not denied and not getattr(type(asked.order.command), "audited", True):
            return group.end
        if not deed.object and changes:
            deed = dataclasses.replace(deed, object=changes[0].object)
        return append(session, deed, self._wall_ns(), stage, detail, changes, group.end)


_NOT_RECORDED = Outcome(Stage.REFUSED, Refusal.NOT_RECORDED.value)


def _told(end: Outcome | BaseException) -> Outcome:
    if isinstance(end, BaseException):
        raise end
    return end


def _first(waiting: deque[_Asked]) -> dict[str, _Asked]:
    one = waiting.popleft()
    return {one.order.id: one}


def _kinds(group: dict[str, _Asked]) -> str:
    return ", ".join(one.deed.kind for one in group.values())


def _deed(order: Execute) -> Deed:
    command = order.command
    kind = type(command).__name__
    about: str = getattr(type(command), "about", "")
    fields = fields_of(command)
    return Deed(
        id=order.id,
        kind=kind,
        issuer=order.issuer,
        permission=(permission_of(command) or "")[:64],
        object=about.format_map(fields),
        reason=str(fields.get("reason", "")),
        body_digest=digest_of(kind, repr(command)),  # secrets have no place in a repr
    )


def _answer(events: tuple[Any, ...]) -> str:
    return str(next((event.answer for event in events if hasattr(event, "answer")), ""))


def _again(known: Recorded, deed: Deed) -> Outcome:
    """The answer to a command whose id came before."""
    if known.body_digest != deed.body_digest or known.user != deed.issuer.user:
        _warn(deed, Refusal.ID_TAKEN)
        return Outcome(Stage.REFUSED, Refusal.ID_TAKEN.value)
    return Outcome(Stage(known.result), known.detail)


def _warn(deed: Deed, reason: str) -> None:
    logger.warning("%s of %s refused: %s", deed.kind, deed.issuer.user or "nobody", in_both(reason))
