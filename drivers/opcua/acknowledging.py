"""Acknowledging what conditions wait for (Part 9, 5.7): by the event that told their state, never by name."""

import asyncio
from collections.abc import Callable

from asyncua import ua

from config.text import Text
from drivers.driver import Acknowledgement, WriteError
from drivers.errors import LinkError
from drivers.opcua.conditions import Occurrence, Watcher
from drivers.opcua.connection import Connection
from drivers.opcua.events import ACKNOWLEDGE, CONFIRM, answer_request
from drivers.opcua.status import ALREADY_ANSWERED, AWAY, BAD, CODE, PERHAPS_OBEYED, UNKNOWN_EVENT
from drivers.opcua.wire import Refused, status_text

ATTEMPTS = 3
"""A condition may tell another state just when this one is acknowledged."""
LOOK_S = 0.02


async def acknowledge(connected: Connection, watcher: Watcher, told: Acknowledgement) -> bool:
    """All that waits for it; false where nothing does. Raises LinkError and WriteError."""
    comment = f"{told.by}: {told.comment}" if told.comment else told.by
    waiting = [one for condition in watcher.conditions.values() for one in condition.waiting]
    problems: list[Text] = []
    for one in waiting:
        try:
            await _settle(connected, watcher, one, told.seen_ns, comment)
        except WriteError as error:
            place = f"{one.source} {one.condition}"
            problems.append(Text(f"{place}：{error.why.zh}", f"{place}: {error}"))
    if problems:
        raise WriteError("；".join(one.zh for one in problems), "; ".join(one.en for one in problems))
    return bool(waiting)


async def _settle(
    connected: Connection, watcher: Watcher, one: Occurrence, seen_ns: int, comment: str
) -> None:
    """Acknowledge it, and confirm it where the condition wants that too."""
    if not (one.condition_node and one.event_id):
        raise WriteError(
            "服务器没有给出它的 ConditionId 或 EventId；请在设备上确认",
            "the server tells no ConditionId or EventId of it; acknowledge it at the device",
        )
    status = 0
    for _ in range(ATTEMPTS):
        if seen_ns and one.time_ns > seen_ns:
            raise WriteError(
                "在此确认之后它又有变化；请在设备上确认",
                "it has changed since it was acknowledged here; acknowledge it at the device",
            )
        if one.acknowledged:
            break
        before = one
        status = await _call(connected, ACKNOWLEDGE, one, comment)
        if status & CODE != UNKNOWN_EVENT:
            break
        changed = await _until(connected, watcher, one, lambda now: now.event_id != before.event_id)  # noqa: B023
        if changed is None:
            break
        one = changed
    if _is_refusal(status) and _waiting(watcher, one) is not None:
        why = status_text(status)
        raise WriteError(f"服务器应答 {why.zh}", f"the server says {why.en}")
    after = await _until(connected, watcher, one, lambda now: now.acknowledged)
    if after is not None:
        status = await _call(connected, CONFIRM, after, comment)
        if _is_refusal(status):
            why = status_text(status)
            raise WriteError(
                f"已确认（Acknowledge），但未复核（Confirm）：服务器应答 {why.zh}",
                f"it is acknowledged, but not confirmed: the server says {why.en}",
            )


async def _until(
    connected: Connection, watcher: Watcher, one: Occurrence, holds: Callable[[Occurrence], bool]
) -> Occurrence | None:
    """How the same state is once the server tells that `holds`; None where it no longer waits for anybody,
    or nothing is told in time."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + connected.patience_s
    while (now := _waiting(watcher, one)) is not None and not holds(now):
        if connected.is_over or loop.time() > until_s:
            return None
        await asyncio.sleep(LOOK_S)
    return now


def _waiting(watcher: Watcher, one: Occurrence) -> Occurrence | None:
    """How the same state of the same condition is now; None where it waits for nobody."""
    condition = watcher.conditions.get(one.id)
    if condition is None:
        return None
    now = condition.branches.get(one.branch) if one.branch else condition.now
    return now if now is not None and now.waits else None


def _is_refusal(status: int) -> bool:
    return bool(status & BAD) and status & CODE not in ALREADY_ANSWERED


async def _call(connected: Connection, method: int, one: Occurrence, comment: str) -> int:
    """What the server says to it. Raises LinkError."""
    try:
        answer = await connected.wire.ask(answer_request(method, one, comment), ua.CallResponse)
        status = int(answer.Results[0].StatusCode.value)
    except Refused as refused:
        status = refused.status
    except IndexError:
        raise LinkError("服务器的应答没有结果", "the server answers without a result") from None
    if status & CODE in AWAY | PERHAPS_OBEYED:
        why = status_text(status)
        raise LinkError(f"服务器应答 {why.zh}", f"the server says {why.en}")
    return status
