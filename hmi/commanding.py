"""Sending commands and telling in words how far they came."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from actors.messages import CommandResult, Stage
from config.site import Point
from hmi import drawing, words
from hmi.ports import Commands
from hmi.view import View
from hmi.words import operating as own
from hmi.words import refusals

TTL_S = 10.0
"""How long a command is worth carrying out."""

_TROUBLE = {Stage.FAILED, Stage.REFUSED, Stage.UNKNOWN}


def in_words(view: View, result: CommandResult, point: Point | None = None) -> str:
    """A result as a person reads it: stage, value read back, reason."""
    parts = [view.say(words.STAGES[result.stage])]
    if result.stage is Stage.CONFIRMED and result.value is not None and point is not None:
        parts.append(
            view.say(own.READ_BACK_VALUE, value=drawing.with_unit(view.language, point, result.value))
        )
    if result.detail and result.stage is not Stage.DONE:
        parts.append(refusals.refusal(view.language, result.detail))
    return "：".join(parts) if view.language == "zh" else ": ".join(parts)


def is_trouble(result: CommandResult) -> bool:
    return result.stage in _TROUBLE


async def send(
    view: View, body: Any, heard: Callable[[CommandResult], None], port: Commands | None = None
) -> CommandResult:
    """Send a command, report every stage, return the last. Silence ends as unknown."""
    last = CommandResult("", Stage.UNKNOWN, view.say(own.COMMAND_NO_ANSWER), None, view.live.wall_ns())
    said = False
    issuer = view.issuer() if port else view.plant_issuer()
    async for result in (port or view.house.ports.gate).send(body, issuer, TTL_S):
        last, said = result, True
        heard(result)
    if not said:
        heard(last)
    return last


def notify(view: View, said: str, *, trouble: bool = False) -> None:
    """A line for whoever sits at the page, if anybody still does."""
    if not view.client.is_deleted:
        with view.client.content:
            ui.notify(said, type="warning" if trouble else "info")


async def carry_out(view: View, body: Any, permission: str, port: Commands | None = None) -> bool:
    """A command without a dialog of its own: its end is shown as a notice. True when it was done."""
    if not await view.may(permission):
        return False
    result = await send(view, body, lambda _result: None, port)
    notify(view, in_words(view, result), trouble=is_trouble(result))
    return not is_trouble(result)
