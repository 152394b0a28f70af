"""What the variables of a UPS say to points, and what a write says to upsd."""

import math
from collections.abc import Iterable, Mapping

from drivers.driver import Quality, Value
from drivers.nut.schema import Kind, Source
from drivers.readings import Readings


def readings(sources: Iterable[object], variables: Mapping[str, str] | None) -> Readings:
    """What the variables of one UPS, None for stale ones, say to these points."""
    values: list[float] = []
    quality: list[int] = []
    texts: dict[int, str] = {}
    for column, source in enumerate(sources):
        assert isinstance(source, Source)
        value, how = _reading(source, variables)
        quality.append(how)
        values.append(math.nan if isinstance(value, str) else value)
        if source.type is Kind.TEXT:
            texts[column] = value if isinstance(value, str) else ""
    return Readings(values, quality, texts)


def _reading(source: Source, variables: Mapping[str, str] | None) -> tuple[Value, Quality]:
    if variables is None:
        return math.nan, Quality.BAD_STALE
    if source.variable is None:
        return math.nan, Quality.BAD_NOT_READ
    held = variables.get(source.variable)
    if held is None:
        return math.nan, Quality.BAD_ADDRESS
    if source.type is Kind.TEXT:
        return held, Quality.GOOD
    if source.flag:
        return float(source.flag in held.split()), Quality.GOOD
    if source.equals:
        return float(held == source.equals), Quality.GOOD
    try:
        value = float(held)
    except ValueError:
        value = math.nan
    return (value, Quality.GOOD) if math.isfinite(value) else (math.nan, Quality.BAD_INPUT)


def order(ups: str, source: Source, value: Value) -> tuple[str, ...] | None:
    """The words for upsd; None where the source says nothing about writing 0."""
    said = value if isinstance(value, str) else f"{value:.12g}"
    if source.command is None:
        assert source.variable is not None
        return "SET", "VAR", ups, source.variable, said
    if source.parameter:
        return "INSTCMD", ups, source.command, said
    command = source.command if said != "0" else source.off
    return None if command is None else ("INSTCMD", ups, command)
