"""The meter's clock against ours."""

from collections.abc import Callable
from datetime import UTC, datetime

from drivers import layout
from drivers.dlt645.frame import EVERYBODY, Frame
from drivers.dlt645.meter import Meter
from drivers.driver import WriteError
from drivers.questions import Refused, asked

OBEYED_WITHIN_S = 300.0
"""A meter whose clock is further off ignores a broadcast. DL/T 645-2007, section 7.2."""
DAY_S = 86400.0

_TIME = layout.fields("YYMMDDhhmmss")[0]


def told(when: datetime) -> bytes:
    """As a broadcast and the end of a command say it: seconds first."""
    return layout.timed(_TIME, when)


def local(wall_ns: int, utc_offset_s: float) -> datetime:
    """By the meter's clock, as if that were UTC."""
    return datetime.fromtimestamp(wall_ns / 1e9 + utc_offset_s, UTC)


async def drift_s(meter: Meter, wall_ns: Callable[[], int], utc_offset_s: float, retries: int) -> float:
    """How far the meter's clock is ahead of ours, in seconds. Raises Refused, LinkError, or ValueError for
    a clock that shows no time."""
    date_at, time_at = meter.edition.date_and_time
    date = await _told(meter, date_at, retries)
    asked_ns = wall_ns()
    time = await _told(meter, time_at, retries)
    between_s = (asked_ns + wall_ns()) / 2e9
    shown = layout.moment(layout.fields("YYMMDDWWhhmmss")[0], time + date)
    ahead_s = shown.timestamp() - utc_offset_s - between_s
    if abs(abs(ahead_s) - DAY_S) < OBEYED_WITHIN_S:  # the day changed between the two answers
        return ahead_s % DAY_S if ahead_s < 0 else ahead_s - DAY_S
    return ahead_s


async def tell_time(meter: Meter, wall_ns: Callable[[], int], utc_offset_s: float) -> None:
    """Set the clocks of all meters on the line by broadcast. Raises WriteError or LinkError.

    Only after this one was found to obey: nobody answers a broadcast.
    """
    try:
        ahead_s = await drift_s(meter, wall_ns, utc_offset_s, 1)
    except (Refused, ValueError) as error:
        why = error.why.zh if isinstance(error, Refused) else f"应答无法解读：{error}"
        raise WriteError(
            f"时钟无法读取，没有校时：{why}", f"the clock cannot be read and was not set: {error}"
        ) from error
    if abs(ahead_s) >= OBEYED_WITHIN_S:
        raise WriteError(
            f"{meter.zh} 的时钟偏差 {ahead_s:+.0f} s；广播校时只在 {OBEYED_WITHIN_S:g} s 以内有效"
            "（DL/T 645-2007，7.2）：请在现场用编程键校时",
            f"the clock of {meter} is {ahead_s:+.0f} s off; a broadcast is obeyed within "
            f"{OBEYED_WITHIN_S:g} s only (DL/T 645-2007, 7.2): set it on site with the programming key",
        )
    time = told(local(wall_ns(), utc_offset_s))
    await meter.tell(Frame(EVERYBODY, meter.edition.functions.CLOCK, time))


async def _told(meter: Meter, identifier: int, retries: int) -> bytes:
    data = await asked(meter, identifier, retries)
    size = layout.size_of(meter.edition.layout_of(identifier) or "")
    if len(data) < size:
        raise ValueError(f"{identifier:X} brings {len(data)} bytes, a clock takes {size}")
    return data[:size]
