"""Why the gate does not carry out a command now: who gives it, how old it is, and what it is meant for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from actors.channels.command import Envelope
from actors.command_checks import problem, processes_of
from actors.messages import AcknowledgeAlarm, Issuer, OperatePoint, RaiseEvent, WithdrawSelection
from actors.permissions import PERMISSIONS
from actors.said import said
from actors.selection import Selections
from config.site import Site

CLOCK_LIMIT_S = 5.0
"""How far the clock of a process may be off before commands for it are refused."""

OFFICE = Issuer("office", "", "")
"""The process itself: only it has no session, and it tells plans what has happened in the business."""

NOTIFIER = "notifier"
"""The session of an answer from outside: the notifier has called this person by the site's own policies, and
has seen that the answer is his."""


class Authority(Protocol):
    """Who may do what, asked at the moment of execution."""

    def refusal(self, issuer: Issuer, command: object, /) -> str | None:
        """Why not, or None."""

    def remember(self) -> object:
        """Look who is there, for when nobody can be asked; called every second, never raises."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """clock_offset_s: how far the clock of a process is off; None while it is not known."""

    authority: Authority
    selections: Selections
    clock: Callable[[], float]
    clock_offset_s: Callable[[str], float | None]

    def of_person(self, site: Site, envelope: Envelope) -> str | None:
        """Why a person's command is not carried out, or None; a selection that is operated is used up."""
        body = envelope.body
        if type(body) not in PERMISSIONS:
            kind = type(body).__name__
            return said(f"{kind} 不是可在此下达的命令", f"{kind} is not a command of the gate")
        if refused := self._expired(envelope):
            return refused
        is_news = isinstance(body, RaiseEvent) and envelope.issuer == OFFICE
        is_answer = isinstance(body, AcknowledgeAlarm) and envelope.issuer.session == NOTIFIER
        if not is_news and not is_answer and (refused := self.authority.refusal(envelope.issuer, body)):
            return refused
        if refused := self._unmeant(site, body):
            return refused
        match body:
            case OperatePoint():
                return self.selections.operate(envelope.issuer, body, self.clock())
            case WithdrawSelection():
                return self.selections.withdraw(body)
            case _:
                return None

    def of_plan(self, site: Site, envelope: Envelope) -> str | None:
        """Why a plan's command is not: nobody's permission is asked, its configuration was approved."""
        return self._expired(envelope) or self._unmeant(site, envelope.body)

    def _expired(self, envelope: Envelope) -> str | None:
        if not envelope.has_expired(self.clock()):
            return None
        return said(
            f"命令已超过 {envelope.ttl_s:g} s 的有效期；请重新下达",
            f"it is older than its {envelope.ttl_s:g} s to live; give the command again",
        )

    def _unmeant(self, site: Site, body: object) -> str | None:
        """Why the command makes no sense now, whoever gives it."""
        if refused := problem(site, body):
            return refused
        for process in processes_of(site, body):
            off_s = self.clock_offset_s(process)
            if off_s is not None and abs(off_s) > CLOCK_LIMIT_S:
                return said(
                    f"进程 {process} 的时钟偏差 {off_s:.1f} s，超过 {CLOCK_LIMIT_S:g} s；请校时后重新下达",
                    f"the clock of {process} is off by {off_s:.1f} s, more than {CLOCK_LIMIT_S:g} s; "
                    "set its clock, then give the command again",
                )
        return None
