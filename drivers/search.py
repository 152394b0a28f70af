"""Finding the meters of a line by their addresses: a search through a tree of digits.

A meter answers when all digits of its address that are not left open agree. Where several answer at once they
spoil each other's answers; the line is then asked with two low digits more, one pair after the other.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

from drivers.driver import Surroundings
from drivers.errors import Unanswered
from drivers.exploring import Row
from drivers.line import Line, join, leave
from drivers.line_schema import LineTerms

OPEN = "A"
ASKER = "search for meters"
"""Who takes turns on the line."""

Answers = Callable[[bytes], Iterator[tuple[bytes, str]]]
"""The answers among what came, each with the address that gives it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one question."""

    addresses: tuple[str, ...] = ()
    """Of those that were understood."""
    spoilt: bool = False
    """Something else came too."""


@dataclass(frozen=True, slots=True)
class Found:
    address: str
    alone: bool = True
    """False where several meters have this very address."""


async def search(ask: Callable[[str], Awaitable[Heard]], digits: int, low: str = "") -> AsyncIterator[Found]:
    """All meters whose address ends in `low`, an even number of digits. `ask` puts the question to a pattern
    of `digits` digits, the open ones written A, and raises LinkError when the line itself fails.

    Takes 100 questions for each pair of digits that several meters share, most of them unanswered.
    """
    heard = await ask(OPEN * (digits - len(low)) + low)
    if not heard.spoilt and len(heard.addresses) <= 1:
        for address in heard.addresses:
            yield Found(address)
    elif len(low) == digits:
        yield Found(low, alone=False)
    else:
        for pair in range(100):
            async for found in search(ask, digits, f"{pair:02d}{low}"):
                yield found


async def heard(line: Line, pattern: str, question: bytes, answers: Answers, timeout_s: float) -> Heard:
    """What comes of one question on an open line that ASKER has joined. Raises LinkError."""
    found: list[tuple[bytes, str]] = []

    def cut(received: bytes) -> bytes | None:
        found[:] = answers(received)
        return found[-1][0] if found else None

    try:
        await line.ask((ASKER, pattern), question, cut, timeout_s)
    except Unanswered as error:
        return Heard(spoilt=bool(error.received.replace(question, b"")))
    return Heard(tuple({address: None for _, address in found}))


async def rows(
    terms: LineTerms, surroundings: Surroundings, meters: Callable[[Line], AsyncIterator[Found]]
) -> AsyncIterator[Row]:
    """What is found on a line, for who explores it. Raises LinkError."""
    line = await join(surroundings.shares, terms, ASKER)
    try:
        await line.opened()
        async for found in meters(line):
            yield {"address": found.address, **({} if found.alone else {"twice": "yes"})}
    finally:
        await leave(surroundings.shares, line, ASKER)
