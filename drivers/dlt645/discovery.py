"""Which DL/T 645 meters there are on a line."""

from collections.abc import AsyncIterator

from drivers.dlt645.edition import Edition, Function
from drivers.dlt645.frame import ANYBODY, Frame, answers
from drivers.line import Line
from drivers.search import Found, Heard, heard, search

_ADDRESS_2007, _NUMBER_1997 = 0x04000401, 0xC032


def meters(
    line: Line, edition: Edition, timeout_s: float, *, wake: int = 4, low: str = ""
) -> AsyncIterator[Found]:
    """The meters on an open line that it was joined for, as they are found. Raises LinkError.

    A meter of 2007 alone on its line is found by one question.
    """

    async def ask(pattern: str) -> Heard:
        return await heard(line, pattern, _question(edition, pattern).framed(wake), answers, timeout_s)

    return search(ask, len(ANYBODY), low)


def _question(edition: Edition, pattern: str) -> Frame:
    """Only a meter alone may be asked for its address; of the edition of 1997 any data will do."""
    if pattern == ANYBODY and edition.functions is Function:
        return Frame(pattern, Function.READ_ADDRESS, b"")
    identifier = _ADDRESS_2007 if edition.functions is Function else _NUMBER_1997
    return Frame(pattern, edition.functions.READ, identifier.to_bytes(edition.identifier_size, "little"))
