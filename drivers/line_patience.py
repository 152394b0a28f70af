"""Who on a half-duplex line answers and who does not, and how long each may keep the others waiting."""

from collections.abc import Collection, Hashable, Iterable

SILENCES = 3
"""So many questions in a row without an answer from anybody mean that the connection is dead."""
SUSPECT_SHARE_S = 1.25
SHORTEST_PATIENCE_S = 0.1
GENEROUS_EVERY_S = 5.0
"""Out of so many seconds, silent askers together may take SUSPECT_SHARE_S from those who wait, and one of
them its whole time: else who is slow and alive would never be heard again."""


class Patience:
    """Suspects have not answered their last question; whoever answers is none any more."""

    def __init__(self) -> None:
        self._failures = 0
        self._silent: set[Hashable] = set()
        """Who has not answered since anybody did."""
        self._suspects: set[Hashable] = set()
        self._generous_s = float("-inf")

    def connected(self) -> None:
        """Another connection may bring answers."""
        self._failures = 0
        self._silent.clear()

    def succeeded(self, asker: Hashable) -> None:
        self._failures = 0
        self._silent.clear()
        self._suspects.discard(asker)

    def failed(self, asker: Hashable, *, doubted: bool) -> None:
        """No answer came. A suspect is only who is `doubted` for it."""
        self._failures += 1
        self._silent.add(asker)
        if doubted:
            self._suspects.add(asker)

    def forget(self, asker: Hashable) -> None:
        self._silent.discard(asker)
        self._suspects.discard(asker)

    def is_at_end(self, users: Collection[Hashable]) -> bool:
        """Whether none of the users has answered for so long that the connection must be dead."""
        return self._failures >= SILENCES and self._silent >= set(users)

    def doubts(self, askers: Iterable[Hashable]) -> bool:
        """Whether all of them are suspects."""
        return self._suspects.issuperset(askers)

    def spares(self, asker: Hashable, now_s: float) -> bool:
        """Whether its question now gets its whole time though others wait."""
        if asker not in self._suspects:
            return True
        generous = now_s >= self._generous_s + GENEROUS_EVERY_S
        if generous:
            self._generous_s = now_s
        return generous

    def share_s(self, timeout_s: float) -> float:
        """A suspect keeps the others waiting for less, the more there are of it."""
        share_s = SUSPECT_SHARE_S / max(1, len(self._suspects))
        return min(timeout_s, max(share_s, SHORTEST_PATIENCE_S))
