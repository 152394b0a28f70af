"""The one gate of the business: permission, idempotency, transaction, audit, for every command alike."""

import dataclasses
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from actors.messages import Issuer, Stage
from actors.said import in_both, said
from business.access import ANYWHERE, ROOT, Authority, Reach, Refusal, permission_of
from business.access.permission import fields_of
from business.access.person import NOWHERE
from business.audit.chain import digest_of
from business.audit.changes import collected, watch
from business.audit.model import AuditRecord
from business.audit.trail import Deed, append, recorded
from business.identity.overreach import overreached

logger = logging.getLogger(__name__)


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


class Gate:
    """Carries out the commands of all modules on one writer's sessions."""

    def __init__(
        self, sessions: sessionmaker[Session], authority: Authority, wall_ns: Callable[[], int]
    ) -> None:
        watch(sessions)
        self._sessions = sessions
        self._authority = authority
        self._wall_ns = wall_ns

    def carry_out(self, module: Module, order: Execute) -> Outcome:
        """Ask, do, record: one transaction. A defect is recorded, then raised."""
        return self._carry_out(module, order, self._refusal)

    def on_own_account(self, module: Module, order: Execute) -> Outcome:
        """What the program itself has decided, such as its first users: recorded, and asked of nobody."""
        return self._carry_out(module, order, _asking_nobody)

    def _refusal(self, session: Session, module: Module, order: Execute) -> str | None:
        """Inside the transaction: nobody's access changes between the answer and the deed."""
        issuer, command = order.issuer, order.command
        self._authority.look_again()
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

    def _carry_out(self, module: Module, order: Execute, ask: _Ask) -> Outcome:
        deed, committing = _deed(order), False
        try:
            with self._sessions.begin() as session:
                if (known := recorded(session, order.id)) is not None:
                    return _again(known, deed)
                if refusal := ask(session, module, order):
                    raise Refused(refusal)
                events = module.handle(session, order.issuer, order.command)
                denied = next((event for event in events if isinstance(event, Denied)), None)
                stage = Stage.REFUSED if denied else Stage.DONE
                detail = str(denied.reason) if denied else _answer(events)
                self._append(session, order, deed, stage, detail, denied=denied is not None)
                committing = True
        except Refused as refused:
            return self._refuse(order, deed, refused.reason)
        except OperationalError as error:
            logger.critical("%s: the business database cannot be written: %s", deed.kind, error.orig)
            return self._after_loss(deed, committing=committing)
        except Exception as error:
            self._note(order, deed, Stage.FAILED, type(error).__name__)
            raise
        finally:
            self._authority.look_again()
        if denied is not None:
            _warn(deed, denied.reason)
        return Outcome(stage, detail, events)

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
        return Outcome(Stage.REFUSED, Refusal.NOT_RECORDED.value)

    def _refuse(self, order: Execute, deed: Deed, reason: str) -> Outcome:
        _warn(deed, reason)
        try:
            self._note(order, deed, Stage.REFUSED, reason)
        except OperationalError as error:
            logger.critical("%s was refused, which cannot be recorded: %s", deed.kind, error.orig)
        return Outcome(Stage.REFUSED, reason)

    def _note(self, order: Execute, deed: Deed, stage: Stage, detail: str) -> None:
        with self._sessions.begin() as session:
            if detail == Refusal.NOT_PERMITTED:
                overreached(session, order.issuer.session, self._wall_ns())
            self._append(session, order, deed, stage, detail)

    def _append(
        self, session: Session, order: Execute, deed: Deed, stage: Stage, detail: str, *, denied: bool = False
    ) -> None:
        """What only shows presence is left out, unless it was denied: then something is wrong."""
        changes = collected(session)
        if not denied and not getattr(type(order.command), "audited", True):
            return
        if not deed.object and changes:
            deed = dataclasses.replace(deed, object=changes[0].object)
        append(session, deed, self._wall_ns(), stage, detail, changes)


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


def _again(known: AuditRecord, deed: Deed) -> Outcome:
    """The answer to a command whose id came before."""
    if known.body_digest != deed.body_digest or known.user != deed.issuer.user:
        _warn(deed, Refusal.ID_TAKEN)
        return Outcome(Stage.REFUSED, Refusal.ID_TAKEN.value)
    return Outcome(Stage(known.result), known.detail)


def _warn(deed: Deed, reason: str) -> None:
    logger.warning("%s of %s refused: %s", deed.kind, deed.issuer.user or "nobody", in_both(reason))
