"""Which CJ/T 188 meters there are on a line."""

from collections.abc import AsyncIterator

from drivers.cjt188.frame import ANY_TYPE, ANYBODY, Frame, Function, answers
from drivers.cjt188.layouts import ADDRESS
from drivers.line import Line
from drivers.search import Found, Heard, heard, search


def meters(
    line: Line,
    timeout_s: float,
    *,
    type_: int = ANY_TYPE,
    low_first: bool = False,
    wake: int = 4,
    low: str = "",
) -> AsyncIterator[Found]:
    """The meters on an open line that it was joined for, as they are found. Raises LinkError.

    A meter alone on its line is found by one question. Several are only told apart where they heed the digits
    that a pattern does not leave open, which not all makers do.
    """
    name = ADDRESS.to_bytes(2, "little" if low_first else "big")

    async def ask(pattern: str) -> Heard:
        question = Frame(type_, pattern, Function.READ_ADDRESS, name + b"\0").framed(wake)
        return await heard(line, pattern, question, answers, timeout_s)

    return search(ask, len(ANYBODY), low)
