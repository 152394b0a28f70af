"""What the commands about messages do, each in one transaction."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.access import Refusal
from business.duty import teams
from business.gate import Refused
from business.identity.account import user_named
from business.identity.model import User, UserKind
from business.identity.passwords import Passwords
from business.notifier import reaching
from business.notifier.channels.catalogue import KINDS
from business.notifier.commands import (
    Announce,
    MessageAsked,
    ReachChanged,
    SayHowFar,
    SendTrial,
    SetPin,
    SetReach,
    SetReachOf,
    StartReachabilityTest,
)
from business.notifier.messages import CheckReachable, SayProgress, SendMessage
from business.notifier.outbox import MINUTE_NS, Outbox, Task
from business.notifier.people import PERSONAL, reached
from business.notifier.reach import CRITICAL
from config.notification import Medium, Progress
from config.notify_events import ANNOUNCEMENT, DANGER, TRIAL
from config.site import Site
from config.text import Text

ORDINARY: Final = 3
"""The priority of an announcement that is not urgent: no call, no SMS unless somebody wishes it."""
TEXT_LENGTH = 500
MOST_TEAMS, MOST_PERSONS = 50, 500
TRIAL_PAUSE_NS = MINUTE_NS // 2
"""Between two test messages of one person: they cost money."""
TRIAL_VALID_NS = 10 * MINUTE_NS
ID_LENGTH = 200
_TITLE, _TEXT = Text("标题", "the title"), Text("正文", "the text")


class Messaging:
    """The module of `BusinessActor` that knows how people are reached, and asks the notifier."""

    def __init__(
        self,
        here: Callable[[], str],
        site: Callable[[], Site],
        passwords: Passwords,
        outbox: Outbox,
        wall_ns: Callable[[], int],
    ) -> None:
        """`here` is the path of this site."""
        self._here = here
        self._site = site
        self._passwords = passwords
        self._outbox = outbox
        self._wall_ns = wall_ns
        self._tried: dict[str, int] = {}
        """When each person last sent himself a test message."""

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        del session, command
        return (self._here(),)

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case SetReach():
                return self._set_reach(session, user_named(session, issuer.user), command)
            case SetReachOf():
                return self._set_reach(session, user_named(session, command.user), command)
            case SetPin():
                user = _staff(user_named(session, issuer.user))
                reaching.set_pin(session, user, command.pin, self._passwords)
                return (ReachChanged(user.name),)
            case SendTrial():
                return self._ask(session, self._trial(session, issuer, command))
            case Announce():
                return self._ask(session, _announcement(session, command))
            case SayHowFar():
                return self._ask(session, _progress(issuer, command))
            case StartReachabilityTest():
                return self._ask(session, CheckReachable(_teams(session, command.teams)))
            case _:
                raise TypeError(f"{type(command).__name__} is not a command about messages")

    def _ask(self, session: Session, task: Task) -> tuple[Any, ...]:
        return (MessageAsked(self._outbox.put(session, task)),)

    def _set_reach(self, session: Session, user: User, command: SetReach | SetReachOf) -> tuple[Any, ...]:
        reaching.set_reach(session, _staff(user), command.lines)
        return (ReachChanged(user.name),)

    def _trial(self, session: Session, issuer: Issuer, command: SendTrial) -> SendMessage:
        person = reached(session, issuer.user)
        if person is None:
            raise Refused(Refusal.UNKNOWN_USER)
        medium = self._medium(command)
        if medium not in person.media:
            raise Refused(
                said(
                    "您没有登记这个渠道的号码或地址；请安全管理员在“登录安全”中登记",
                    "you have no number or address for this medium; a security administrator enters it under "
                    "Log-in security",
                )
            )
        now_ns = self._wall_ns()
        if now_ns - self._tried.get(issuer.user, -TRIAL_PAUSE_NS) < TRIAL_PAUSE_NS:
            raise Refused(
                said(
                    f"两次试发之间至少 {TRIAL_PAUSE_NS // 10**9} 秒；请稍后再试",
                    f"test messages come {TRIAL_PAUSE_NS // 10**9} s apart at least; try again later",
                )
            )
        self._tried[issuer.user] = now_ns
        return SendMessage(
            TRIAL,
            {"who": person.display},
            persons=(person.user,),
            medium=medium,
            account=command.account,
            language=person.language,
            until_ns=now_ns + TRIAL_VALID_NS,
        )

    def _medium(self, command: SendTrial) -> Medium:
        """Raises Refused for one by which no person is reached, and for an account that does not have it."""
        if command.medium not in PERSONAL:
            raise Refused(
                said(
                    f"“{command.medium[:20]}”不是提醒渠道；可选 {'、'.join(PERSONAL)}",
                    f"{command.medium[:20]!r} is no medium; choose of {', '.join(PERSONAL)}",
                )
            )
        if command.account:
            account = self._site().notification.accounts.get(command.account)
            kind = KINDS.get(account.kind) if account is not None else None
            if kind is None or kind.medium != command.medium:
                raise Refused(
                    said(
                        f"渠道 {command.medium} 没有账号“{command.account[:64]}”；请核对配置",
                        f"medium {command.medium} has no account {command.account[:64]!r}; look at the "
                        "configuration",
                    )
                )
        return Medium(command.medium)


def _announcement(session: Session, command: Announce) -> SendMessage:
    title, text = wording.name(command.title, _TITLE), wording.name(command.text, _TEXT, TEXT_LENGTH)
    if not command.teams and not command.persons:
        raise Refused(said("没有收件人；请选班组或人员", "it is for nobody; choose teams or people"))
    if len(command.persons) > MOST_PERSONS:
        raise Refused(
            said(
                f"一次最多 {MOST_PERSONS} 人，现有 {len(command.persons)} 人；请分次发送",
                f"at most {MOST_PERSONS} people at once, these are {len(command.persons)}; send it in parts",
            )
        )
    return SendMessage(
        DANGER if command.urgent else ANNOUNCEMENT,
        {"title": title, "text": text},
        persons=tuple(dict.fromkeys(teams.staff(session, one).name for one in command.persons)),
        teams=_teams(session, command.teams),
        priority=CRITICAL if command.urgent else ORDINARY,
    )


def _progress(issuer: Issuer, command: SayHowFar) -> SayProgress:
    if not command.escalation or len(command.escalation) > ID_LENGTH:
        raise Refused(said("没有这次呼叫；请刷新页面", "there is no such escalation; reload the page"))
    if command.progress not in set(Progress):
        raise Refused(
            said(
                f"没有“{command.progress[:20]}”这种进度；可选 {'、'.join(Progress)}",
                f"there is no progress {command.progress[:20]!r}; choose of {', '.join(Progress)}",
            )
        )
    return SayProgress(command.escalation, issuer.user, Progress(command.progress))


def _teams(session: Session, names: tuple[str, ...]) -> tuple[str, ...]:
    """Raises Refused for one that there is not."""
    if len(names) > MOST_TEAMS:
        raise Refused(
            said(
                f"一次最多 {MOST_TEAMS} 个班组，现有 {len(names)} 个；请分次发送",
                f"at most {MOST_TEAMS} teams at once, these are {len(names)}; send it in parts",
            )
        )
    return tuple(dict.fromkeys(teams.existing(session, one).id for one in names))


def _staff(user: User) -> User:
    if user.kind != UserKind.STAFF:
        raise Refused(
            said(
                f"{user.display}不是员工；提醒方式只用于员工",
                f"{user.display} is no staff; only staff are reached by rules of their own",
            )
        )
    return user
