"""The accounts at work: which may take a message now, how fast, and what is wrong with them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from actors.said import said
from business.notifier.calls import Outbound
from business.notifier.channels.port import Channel, ChannelKind
from business.notifier.composing import approval_for
from business.notifier.reach import CRITICAL
from config.notification import Account, Approval, Duties

AT_ONCE: Final = 8
"""Requests of one account under way; the last place is kept for what is critical."""
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
OUT_S: Final = 300.0
"""An account that refuses us is asked again so much later."""
LEAST_BURST: Final = 2.0
"""Tokens of the slowest account: one is kept for what is critical."""


@dataclass(slots=True)
class Line:
    """One account. `clock` is monotonic seconds everywhere."""

    account: Account
    kind: ChannelKind
    channel: Channel | None
    """None where it could not be opened: `problem` says why."""
    problem: str = ""
    since_ns: int = 0
    last_ns: int = 0
    closed_until_s: float = 0.0
    """Nothing is tried before."""
    is_out: bool = False
    """It refuses us: nothing goes this way until somebody acts."""
    failures: int = 0
    blamed: bytes = b""
    """The receiver of the last message that it would take later."""
    under_way: int = 0
    handed_today: int = 0
    failed_today: int = 0
    cost_today: int = 0
    tokens: float = LEAST_BURST
    filled_s: float = 0.0

    @property
    def burst(self) -> float:
        return max(LEAST_BURST, self.account.per_minute / 60)

    @property
    def is_dear(self) -> bool:
        under_way = self.under_way * self.account.cost_each
        return 0 < self.account.cost_a_day <= self.cost_today + under_way

    def takes(self, message: Outbound, approvals: Iterable[Approval]) -> str:
        """'' when this account could ever take the message, else why it does not (`said`)."""
        account = self.account
        if message.only and message.only != account.id:
            return said("指定了其他渠道", "another account is asked for")
        if self.channel is None or self.is_out:
            return self.problem or said("渠道不可用", "the account does not work")
        wanted = {Duties.ALL, Duties.ALARMS if message.call or message.subject else Duties.BUSINESS}
        if account.duties not in wanted and not message.only:
            return said("此渠道不用于这类消息", "the account does not carry such messages")
        if account.languages and message.language not in account.languages:
            return said("此渠道没有这种语言", "the account does not send this language")
        if self.is_dear and message.priority != CRITICAL:
            return said(
                "当日费用已到上限",
                "the day's cost ceiling is reached",
            )
        if self.kind.templated and not approval_for(
            tuple(approvals), account.id, message.event, message.language
        ):
            return said(
                f"没有“{message.event}”的已通过模板；请在模板页登记服务商审核通过的模板",
                f"there is no approved template for {message.event!r}; enter one on the page of templates",
            )
        return ""

    def is_free(self, message: Outbound, now_s: float) -> bool:
        """Whether it may go by it at this moment."""
        if now_s < self.closed_until_s:
            return False
        kept = 0 if message.priority == CRITICAL else 1
        if self.under_way >= AT_ONCE - kept:
            return False
        self._fill(now_s)
        return not self.account.per_minute or self.tokens >= 1 + kept

    def begin(self, now_s: float) -> None:
        self._fill(now_s)
        self.tokens -= 1
        self.under_way += 1

    def _fill(self, now_s: float) -> None:
        grown = (now_s - self.filled_s) * self.account.per_minute / 60
        self.tokens, self.filled_s = min(self.burst, self.tokens + grown), now_s

    def well(self, now_ns: int, cost: int) -> None:
        self.under_way -= 1
        self.failures, self.blamed = 0, b""
        self.is_out = False
        self.closed_until_s = 0.0
        self.last_ns = now_ns
        self.handed_today += 1
        self.cost_today += cost
        if self.problem:
            self.problem, self.since_ns = "", now_ns

    def refused(self) -> None:
        """The receiver or the message was; the account is not to blame."""
        self.under_way -= 1
        self.failed_today += 1

    def paused(self, now_s: float, now_ns: int, why: str, after_s: float, place: bytes) -> None:
        """Later, it says. Once one receiver alone is told so again, the account is not to blame: his message
        waits by itself, and the others go."""
        self.under_way -= 1
        if place != self.blamed or after_s:
            self.failures += 1
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(self.failures - 1, 6))
            self.closed_until_s = now_s + max(after_s, pause_s)
        self.blamed = place
        self._tell(why, now_ns)

    def out(self, now_s: float, now_ns: int, why: str) -> None:
        """It refuses us."""
        self.under_way -= 1
        self.failed_today += 1
        self.is_out = True
        self.closed_until_s = now_s + OUT_S
        self._tell(why, now_ns)

    def checked(self, now_s: float, now_ns: int, problem: str) -> None:
        """It was asked, and has answered or refused."""
        if problem:
            self._tell(problem, now_ns)
        elif self.problem and now_s >= self.closed_until_s:
            self.is_out, self.problem, self.since_ns = False, "", now_ns

    def _tell(self, why: str, now_ns: int) -> None:
        if not self.problem:
            self.since_ns = now_ns
        self.problem = why


@dataclass(frozen=True, slots=True)
class Choice:
    """By which account a message goes."""

    line: Line | None = None
    """None: by none now."""
    why: str = ""
    """Why by none at all (`said`); '' where it only has to wait."""
    passes: bool = False
    """What keeps it from going may be over later: an account that is out, a limit, a ceiling."""


@dataclass(slots=True)
class Lines:
    all: Mapping[str, Line] = field(default_factory=dict)
    """By account, the first to use first."""
    approvals: tuple[Approval, ...] = ()

    def of(self, medium: str) -> tuple[Line, ...]:
        return tuple(
            one
            for one in self.all.values()
            if one.kind.medium.value == medium and one.account.duties is not Duties.WATCHDOG
        )

    def has_room(self, message: Outbound, now_s: float) -> bool:
        """Whether some account may take a message as urgent as this now; so too where none works at all."""
        working = [one for one in self.of(message.medium) if one.channel is not None and not one.is_out]
        return not working or any(one.is_free(message, now_s) for one in working)

    def choose(self, message: Outbound, now_s: float, spent: Callable[[Line], str]) -> Choice:
        """`spent` says why an account takes no more for this receiver, '' for one that does; it is asked only
        of those that are free."""
        lines = self.of(message.medium)
        if not lines:
            return Choice(
                why=said(
                    "这种方式没有渠道；请在“配置 / 通知 / 发送渠道”中建立",
                    "no account is set up for this medium; make one under Configuration / Notification",
                )
            )
        reasons = [one.takes(message, self.approvals) for one in lines]
        able = [one for one, why in zip(lines, reasons, strict=True) if not why]
        if not able:
            passes = any(one.is_out or one.channel is None or one.is_dear for one in lines)
            return Choice(why=reasons[0], passes=passes)
        used_up = []
        for line in able:
            if line.is_free(message, now_s):
                if not (why := spent(line)):
                    return Choice(line)
                used_up.append(why)
        return Choice(why=used_up[0] if len(used_up) == len(able) else "", passes=True)
