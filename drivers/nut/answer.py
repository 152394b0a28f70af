"""What upsd answers, line by line."""

from drivers.nut.line import Malformed, words

MOST_LINES = 4096
"""Of a list."""


class Refused(Exception):
    """upsd answered with an error: the code is its text."""


def said(received: bytes) -> list[str]:
    """The words of one line. Raises Refused, Malformed."""
    found = words(received.decode("utf-8", "replace").rstrip("\r\n"))
    if not found:
        raise Malformed("an empty line")
    if found[0] == "ERR":
        raise Refused(found[1] if len(found) > 1 else "unknown")
    return found


class Listing:
    """The answer to `LIST what`, as its lines come."""

    def __init__(self, *what: str) -> None:
        self.rows: list[list[str]] = []
        """Each without the words of the question."""
        self._what = list(what)
        self._begun = False

    def take(self, line: list[str]) -> bool:
        """Whether this was the last line. Raises Malformed."""
        what = self._what
        if not self._begun:
            if line != ["BEGIN", "LIST", *what]:
                raise Malformed(f"{line[:4]} for the begin of a list; is it upsd that listens there?")
            self._begun = True
            return False
        if line == ["END", "LIST", *what]:
            return True
        if line[: len(what)] != what or len(self.rows) >= MOST_LINES:
            raise Malformed(f"{line[:4]} in a list of {what}")
        self.rows.append(line[len(what) :])
        return False
