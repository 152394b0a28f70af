"""Columns over time as SVG of our own: with a line for the target. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT, LEFT, FOOT = 960, 190, 44, 22
MOST_COLUMNS = 320
"""Where there are more, neighbours share one: it is as high as the highest of them."""
MOST_LABELS = 12


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    value: float
    said: str
    """Shown by pointing at it."""


def columns(values: Sequence[Column], *, target: float | None = None, title: str = "") -> Markup:
    """A chart that scales with its page; columns above the target are hatched as well as darker."""
    drawn = _merged(values)
    highest = max([column.value for column in drawn] + [target or 0.0, 1.0])
    top = _round_up(highest)
    step = (WIDTH - LEFT) / max(len(drawn), 1)
    plain = HEIGHT - FOOT

    def height(value: float) -> float:
        return round(value / top * (plain - 8), 1)

    bar = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>')
    bars = Markup("").join(
        bar.format(
            "over" if target is not None and column.value > target else "within",
            round(LEFT + at * step, 2),
            round(plain - height(column.value), 1),
            round(max(step - (1 if step > 3 else 0), 0.6), 2),
            height(column.value),
            column.said,
        )
        for at, column in enumerate(drawn)
        if column.value
    )
    every = max(-(-len(drawn) // MOST_LABELS), 1)
    labels = Markup("").join(
        Markup('<text x="{}" y="{}">{}</text>').format(round(LEFT + at * step, 1), HEIGHT - 6, column.label)
        for at, column in enumerate(drawn)
        if at % every == 0
    )
    line = Markup("")
    if target is not None:
        y = round(plain - height(target), 1)
        line = Markup('<line class="target" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, WIDTH, y, y)
    axis = Markup(
        '<text class="end" x="{0}" y="14">{1:g}</text><text class="end" x="{0}" y="{2}">0</text>'
        '<line class="axis" x1="{3}" x2="{4}" y1="{2}" y2="{2}"/>'
    ).format(LEFT - 6, top, plain, LEFT, WIDTH)
    return Markup(
        '<svg class="columns" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>'
    ).format(WIDTH, HEIGHT, title, axis, bars, line, labels)


def _merged(values: Sequence[Column]) -> Sequence[Column]:
    width = -(-len(values) // MOST_COLUMNS)
    if width <= 1:
        return values
    return [
        max(values[at : at + width], key=lambda column: column.value) for at in range(0, len(values), width)
    ]


def _round_up(value: float) -> float:
    """To 1, 2, 5 or 10 of its order."""
    order = 10.0 ** (len(str(int(value))) - 1)
    return next(nice * order for nice in (1, 2, 5, 10) if value <= nice * order)
