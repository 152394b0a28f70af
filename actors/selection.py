"""Select before operate (S-60): a write takes two steps, the second does what the first showed. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from actors.messages import Issuer, OperatePoint, SelectPoint
from actors.said import in_chinese, said
from config.site import Device, Point

VALID_S = 10.0
"""How long a selection may be operated."""
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


def selected(device: Device, point: Point, value: float | str) -> str:
    """What a person is told who may operate now. The point is one that can be written."""
    assert point.write is not None
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

    def select(self, issuer: Issuer, command: SelectPoint, now_s: float) -> Selection | str:
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
        selection = Selection(self._new_id(), issuer.user, issuer.session, command, now_s + self._valid_s)
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
        if (selection.user, selection.session) != (issuer.user, issuer.session):
            return said(
                f"{target} 是 {selection.user} 在另一处登录中选择的；请自行选择",
                f"{target} was selected by {selection.user} in another session; select it yourself",
            )
        del self._open[command.selection]
        if now_s >= selection.until_s:
            return said(
                f"{target} 的选择已过期，有效期为 {self._valid_s:g} s；请重新选择",
                f"the selection of {target} has expired, it is valid for {self._valid_s:g} s; select again",
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

    def _forget(self, now_s: float) -> None:
        """Expired ones are kept for a while, so that a late operate hears the reason."""
        self._open = {id_: each for id_, each in self._open.items() if now_s < each.until_s + KEPT_S}
