"""Steward itself: every process with its heartbeat, rates and supervision tree."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui

from actors.channels.query import QueryFailed
from actors.messages import ReadTree, Tree
from actors.said import in_language
from hmi import drawing, words
from hmi.shell import EMPTY, frame, html
from hmi.view import View
from hmi.words import system as system_words

REFRESH_S = 3.0
ROWS = 300
"""Actors shown of one process; a site of thousands of devices is summed up instead of listed."""


class SystemPage:
    """The trees are asked for while somebody looks, and only then."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._trees: dict[str, Tree | str] = {}
        self._turn = 0

    def draw(self) -> None:
        view = self._view
        with frame(view, view.say(words.SYSTEM)):
            html(view.slowly(self._beats, "div"))
            html(view.block(self._drawn, lambda: self._turn))
            ui.timer(REFRESH_S, self._refresh, immediate=True)

    async def _refresh(self) -> None:
        await asyncio.gather(*(self._ask(process) for process in self._view.house.ports.trees))
        self._turn += 1

    async def _ask(self, process: str) -> None:
        try:
            async for chunk in self._view.house.ports.trees[process].ask(ReadTree()):
                assert isinstance(chunk, Tree)
                self._trees[process] = chunk
        except QueryFailed as error:
            self._trees[process] = self._view.say(
                system_words.NO_TREE, error=in_language(str(error), self._view.language)
            )

    def _beats(self) -> Markup:
        view = self._view
        beats = view.live.beats()
        rows = EMPTY.join(
            Markup(
                '<tr><td class="tight"><b>{}</b><br><small>{}</small></td>'
                '<td class="tight"><span class="link {}">{}</span></td>'
                '<td class="tight hide-small">{}</td>'
                '<td class="hide-small tight">{}</td><td class="number">{}</td><td>{}</td></tr>'
            ).format(
                system_words.process(view.language, name),
                name,
                "down" if view.live.is_silent(name) else "up",
                view.say(words.SILENT if view.live.is_silent(name) else words.HEARD),
                beat.pid if beat else drawing.NOTHING,
                drawing.date_and_clock(view.zone, beat.started_ns) if beat else drawing.NOTHING,
                beat.version if beat else drawing.NOTHING,
                figures(view, beat.rates) if beat else "",
            )
            for name in sorted({*view.house.ports.snapshots, *beats})
            for beat in (beats.get(name),)
        )
        return Markup(
            '<div class="scroll"><table><thead><tr><th>{}</th><th class="tight">{}</th>'
            '<th class="hide-small">{}</th>'
            '<th class="hide-small tight">{}</th><th class="number">{}</th><th>{}</th></tr></thead>'
            "<tbody>{}</tbody></table></div>"
        ).format(
            view.say(system_words.PROCESS),
            view.say(words.STATE),
            view.say(system_words.PROCESS_NUMBER),
            view.say(system_words.UP_SINCE),
            view.say(system_words.CONFIGURATION),
            view.say(system_words.FIGURES),
            rows,
        )

    def _drawn(self) -> Markup:
        return EMPTY.join(self._tree(name, tree) for name, tree in sorted(self._trees.items()))

    def _tree(self, name: str, tree: Tree | str) -> Markup:
        view = self._view
        if isinstance(tree, str):
            return Markup('<h2>{}</h2><p class="notice">{}</p>').format(
                system_words.process(view.language, name), tree
            )
        nodes = list(walk(tree.root, 0))
        heads = (
            words.NAME,
            words.KIND,
            words.STATE,
            system_words.RESTARTS,
            system_words.INBOX,
            system_words.MESSAGES,
            system_words.LAST_ERROR,
        )
        return Markup(
            '<h2>{} · {}</h2><div class="scroll"><table class="tree"><thead><tr>{}</tr></thead><tbody>{}'
            "</tbody></table>{}</div>"
        ).format(
            system_words.process(view.language, name),
            name,
            EMPTY.join(Markup("<th>{}</th>").format(view.say(head)) for head in heads),
            EMPTY.join(_node(view, depth, node) for depth, node in nodes[:ROWS]),
            Markup('<p class="empty">{}</p>').format(view.say(words.MORE, count=len(nodes) - ROWS))
            if len(nodes) > ROWS
            else EMPTY,
        )


def figures(view: View, rates: Mapping[str, float]) -> str:
    """What a process says of itself, in words, with units and no more digits than tell something."""
    return " · ".join(
        f"{_figure_name(view, key)} {figure(key, value)}" for key, value in sorted(rates.items())
    )


def _figure_name(view: View, key: str) -> str:
    if key.startswith("canary_"):
        process = system_words.process(view.language, key.removeprefix("canary_").removesuffix("_ms"))
        return view.say(system_words.CANARY, process=process)
    known = system_words.FIGURE_NAMES.get(key)
    return view.say(known) if known else key.replace("_", " ")


def figure(key: str, value: float) -> str:
    if key.endswith("_ms"):
        return f"{value:,.1f} ms" if value < 100 else f"{value:,.0f} ms"
    if key.endswith("_bytes"):
        return f"{value / 2**20:,.1f} MB"
    return f"{value:,.0f}"


def walk(node: Any, depth: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The tree as rows, each with its depth; what is not a map is left out."""
    if isinstance(node, Mapping):
        yield depth, node
        for child in node.get("children") or ():
            yield from walk(child, depth + 1)


def _node(view: View, depth: int, node: Mapping[str, Any]) -> Markup:
    return Markup(
        "<tr><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} / {}</td><td>{}</td><td>{}</td></tr>"
    ).format(
        "\u3000" * depth,
        node.get("name", ""),
        node.get("kind", ""),
        view.say(state)
        if (state := system_words.ACTOR_STATES.get(node.get("state", "")))
        else node.get("state", ""),
        node.get("restarts", 0),
        node.get("inbox", 0),
        node.get("inbox_max", 0),
        f"{node.get('messages', 0):,}",
        node.get("error", "") or "",
    )


def system(view: View) -> None:
    SystemPage(view).draw()
