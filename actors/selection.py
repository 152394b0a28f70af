"""Select before operate (S-60): a write takes two steps, the second does what the first showed. Pure.

Where a point takes two persons (S-62), the second step is another's than the first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from actors.messages import (
    Issuer,
    OpenSelection,
    OperatePoint,
    SelectionsOpen,
    SelectPoint,
    WithdrawSelection,
)
from actors.said import in_chinese, said
from config.site import Device, Point

VALID_S = 10.0
"""How long a selection may be operated."""
TWO_PERSON_VALID_S = 300.0
"""How long it waits for a second person."""
KEPT_S = 60.0
"""How long an expired selection is remembered."""


@dataclass(frozen=True, slots=True)
class Selection:
    id: str
    user: str
    session: str
    command: SelectPoint
    until_s: float
    """Monotonic."""
    two_person: bool = False


def selected(device: Device, point: Point, value: float | str) -> str:
    """What a person is told who may operate now, or let another. The point is one that can be written."""
    assert point.write is not None
    if point.write.two_person:
        minutes = f"{TWO_PERSON_VALID_S / 60:g}"
        return said(
            f"已提出{in_chinese(device, point.id)} = {value}；请另一人在 {minutes} 分钟内执行",
            f"{device.id}/{point.id} = {value} is asked for; another person carries it out within "
            f"{minutes} minutes",
        )
    low, high, unit = f"{point.write.low:g}", f"{point.write.high:g}", point.unit
    return said(
        f"已选择{in_chinese(device, point.id)} = {value} {unit}，允许 {low} 至 {high} {unit}；请执行",
        f"selected {device.id}/{point.id} = {value} {unit}, allowed {low} to {high} {unit}; operate",
    )


class Selections:
    """The selections that are open: at most one a point, so that two people never operate one thing at once.

    new_id: draws an id that cannot be guessed.
    """

    def __init__(self, new_id: Callable[[], str], valid_s: float = VALID_S) -> None:
        self._new_id = new_id
        self._valid_s = valid_s
        self._open: dict[str, Selection] = {}

    def select(
        self, issuer: Issuer, command: SelectPoint, now_s: float, *, two_person: bool = False
    ) -> Selection | str:
        """The selection, or why not. Whoever selects a point again replaces the own selection of it."""
        self._forget(now_s)
        for other in [*self._open.values()]:
            if (other.command.device, other.command.point) != (command.device, command.point):
                continue
            if other.session != issuer.session and now_s < other.until_s:
                target, left = f"{command.device}/{command.point}", f"{other.until_s - now_s:.0f} s"
                return said(
                    f"{target} 已被 {other.user} 选择，还剩 {left}；请稍后再试",
                    f"{target} is selected by {other.user} for another {left}; try again then",
                )
            del self._open[other.id]
        until_s = now_s + (TWO_PERSON_VALID_S if two_person else self._valid_s)
        selection = Selection(self._new_id(), issuer.user, issuer.session, command, until_s, two_person)
        self._open[selection.id] = selection
        return selection

    def operate(self, issuer: Issuer, command: OperatePoint, now_s: float) -> str | None:
        """Use a selection up; why it may not be operated, or None. A refused one stays open for its owner,
        unless the value differs: then it must be selected again."""
        selection = self._open.get(command.selection)
        target = f"{command.device}/{command.point}"
        if selection is None:
            return said(
                f"{target} 的选择不存在或已用过；请重新选择",
                f"the selection of {target} is unknown or was used already; select again",
            )
        if selection.two_person and selection.user == issuer.user:
            return said(
                f"{target} 须由另一人执行：您是提出的人",
                f"another person must carry out {target}: you are the one who asked for it",
            )
        if not selection.two_person and (selection.user, selection.session) != (issuer.user, issuer.session):
            return said(
                f"{target} 是 {selection.user} 在另一处登录中选择的；请自行选择",
                f"{target} was selected by {selection.user} in another session; select it yourself",
            )
        del self._open[command.selection]
        if now_s >= selection.until_s:
            valid_s = TWO_PERSON_VALID_S if selection.two_person else self._valid_s
            return said(
                f"{target} 的选择已过期，有效期为 {valid_s:g} s；请重新选择",
                f"the selection of {target} has expired, it is valid for {valid_s:g} s; select again",
            )
        wanted = selection.command
        if (command.device, command.point) != (wanted.device, wanted.point):
            other = f"{wanted.device}/{wanted.point}"
            return said(
                f"选择的是 {other}，不是 {target}；请重新选择",
                f"{other} was selected, not {target}; select again",
            )
        if type(command.value) is not type(wanted.value) or command.value != wanted.value:
            return said(
                f"为 {target} 选择的值是 {wanted.value!r}，不是 {command.value!r}；请重新选择",
                f"{wanted.value!r} was selected for {target}, not {command.value!r}; select again",
            )
        return None

    def withdraw(self, command: WithdrawSelection) -> str | None:
        """Why there is nothing to withdraw, or None."""
        if self._open.pop(command.selection, None) is None:
            target = f"{command.device}/{command.point}"
            return said(
                f"{target} 的选择不存在或已用过", f"the selection of {target} is unknown or was used already"
            )
        return None

    def waiting(self, now_s: float) -> tuple[Selection, ...]:
        """Those that a second person may carry out."""
        return tuple(one for one in self._open.values() if one.two_person and now_s < one.until_s)

    def _forget(self, now_s: float) -> None:
        """Expired ones are kept for a while, so that a late operate hears the reason."""
        self._open = {id_: each for id_, each in self._open.items() if now_s < each.until_s + KEPT_S}


def told(waiting: tuple[Selection, ...], ahead_ns: int) -> SelectionsOpen:
    """What waits for a second person, for the screens; `ahead_ns`: of the wall clock over the monotonic."""
    return SelectionsOpen(tuple(_open(one, ahead_ns) for one in waiting))


def _open(selection: Selection, ahead_ns: int) -> OpenSelection:
    command, until_ns = selection.command, ahead_ns + int(selection.until_s * 1e9)
    return OpenSelection(
        selection.id, command.device, command.point, command.value, selection.user, command.reason, until_ns
    )
