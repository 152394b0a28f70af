"""Draw docs/alarm-states.md anew from the table of `actors.alarm_states`: `make docs`."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from actors.alarm_states import HIDDEN, TRANSITIONS, Case
from actors.messages import AlarmState

PATH: Final = Path(__file__).parents[1] / "docs" / "alarm-states.md"

_LETTERS: Final = dict(zip(AlarmState, "ABCDEFGHI", strict=True))
_HEAD: Final = """# The life of an alarm

Drawn from the table in `actors/alarm_states.py` by `make docs`; a test compares them. The letters are those
of ISA-18.2-2016. A bell (🔔) marks what is annunciated, unless the occurrence is held back: because it is
old, beneath a lost device or node, or in a part of the site under test.

What hides an alarm adds up: it may be shelved, suppressed by design and out of service at once, shows the
strongest, and is heard of again when the last has gone. Any state takes these three; the first drawing leaves
them out.
"""


def text() -> str:
    return "\n".join(
        (
            _HEAD,
            "## From condition to rest",
            "",
            *_drawing(hidden=False),
            "",
            "## Hidden, and back",
            "",
            *_drawing(hidden=True),
            "",
            "## The table",
            "",
            "| from | what happens | if | journal | to |",
            "|---|---|---|---|---|",
            *_table(),
            "",
        )
    )


def _drawing(*, hidden: bool) -> Iterator[str]:
    """The transitions among plain states, or those that begin or end in hidden ones."""
    arrows: dict[tuple[AlarmState, AlarmState], list[str]] = defaultdict(list)
    for (state, _), cases in TRANSITIONS.items():
        for case in cases:
            target = case.transition.target
            if (state in HIDDEN or target in HIDDEN) is hidden:
                arrows[state, target].append(_said(case))
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in AlarmState:
        yield f"  {_id(state)}: {_LETTERS[state]} {state.value}"
    for (state, target), said in arrows.items():
        if not hidden or AlarmState.NORMAL in {state, target} or target is AlarmState.UNACKNOWLEDGED:
            yield f"  {_id(state)} --> {_id(target)}: {' / '.join(dict.fromkeys(said))}"
    yield "```"


def _table() -> Iterator[str]:
    for (state, trigger), cases in TRANSITIONS.items():
        for case in cases:
            target = case.transition.target
            yield (
                f"| {_LETTERS[state]} {state.value} | {trigger.value} | {case.guard} | {_said(case)} "
                f"| {_LETTERS[target]} {target.value} |"
            )


def _said(case: Case) -> str:
    return case.transition.name + (" 🔔" if case.transition.annunciates else "")


def _id(state: AlarmState) -> str:
    return state.name.lower()


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
