"""What upsd answers, line by line."""

from config.text import Explained
from drivers.nut.line import Malformed, meaning, words

MOST_LINES = 4096
"""Of a list."""


class Refused(Explained):
    """upsd answered with an error."""

    def __init__(self, code: str) -> None:
        why = meaning(code)
        super().__init__(why.zh, why.en)
        self.code = code


def said(received: bytes) -> list[str]:
    """The words of one line. Raises Refused, Malformed."""
    found = words(received.decode("utf-8", "replace").rstrip("\r\n"))
    if not found:
        raise Malformed("应答为空行", "an empty line")
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
                raise Malformed(
                    f"列表的开头是 {line[:4]}；请检查该端口上是否为 upsd",
                    f"{line[:4]} for the begin of a list; is it upsd that listens there?",
                )
            self._begun = True
            return False
        if line == ["END", "LIST", *what]:
            return True
        if line[: len(what)] != what or len(self.rows) >= MOST_LINES:
            raise Malformed(f"{what} 的列表中有无关的行 {line[:4]}", f"{line[:4]} in a list of {what}")
        self.rows.append(line[len(what) :])
        return False
