"""Questions before a person starts, confirms, stops or releases something: one dialog, with a reason."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from config.text import Text
from hmi.commanding import carry_out
from hmi.editing import Editor, Field, Values
from hmi.view import View
from hmi.words import linkage as words

LONGEST = 200


class Deciding:
    def __init__(self, view: View) -> None:
        self._view = view
        self._editor = Editor(view, (Field("reason", words.REASON, longest=LONGEST),))

    def offer(
        self,
        act: str,
        permission: str,
        question: Text,
        button: Text,
        named: Callable[[str], str | None],
        command: Callable[[str, str], Any],
        *,
        needs_reason: bool = True,
    ) -> None:
        """Clicks with that act ask `question` about what `named` says of the key, None for nothing there is;
        `command` makes the command of key and reason."""
        view = self._view

        async def ask(key: str) -> None:
            name = named(key)
            if name is None:
                return

            async def then(values: Values) -> bool:
                reason = values["reason"].strip()
                if needs_reason and not reason:
                    ui.notify(view.say(words.REASON_NEEDED), type="warning")
                    return False
                return await carry_out(view, command(key, reason), permission, view.house.ports.gate)

            title = view.say(question, **{"point" if "{point}" in question.zh else "name": name})
            self._editor.open(title, {}, then, button=button)

        view.on(act, permission, ask)
