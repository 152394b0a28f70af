"""Who may write a point: the run of the highest level, and before all of them a person. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from actors.messages import HeldPoint
from config.plans import PointName

Value = float | str


@dataclass(frozen=True, slots=True)
class Claim:
    """A run has written a point, and holds it until it ends."""

    run: int
    plan: str
    level: int
    value: Value
    before: Value | None
    """What the point gets back; None where nobody knows."""
    since_ns: int
    turn: int = 0
    """Which claim of all it was: what a point was before is known by whoever claimed it first."""


@dataclass(frozen=True, slots=True)
class Hand:
    """A person has operated a point: no plan writes it until it is released, or the time is over."""

    command: str
    user: str
    value: Value
    since_ns: int
    until_ns: int


class Claims:
    """Claims of one point stand one above the other: the first is the one in force."""

    def __init__(self) -> None:
        self._claims: dict[PointName, list[Claim]] = {}
        self._hands: dict[PointName, Hand] = {}
        self._turns = 0

    def take(self, point: PointName, claim: Claim, now_ns: int) -> Claim | Hand | None:
        """Claim the point; who keeps it instead, or None. Of equals the first wins, unless they agree."""
        if (hand := self.hand(point, now_ns)) is not None:
            return hand
        others = [one for one in self._claims.get(point, ()) if one.run != claim.run]
        for one in others:
            if one.level < claim.level or (one.level == claim.level and one.value != claim.value):
                return one
        own = next((one for one in self._claims.get(point, ()) if one.run == claim.run), None)
        self._turns += 1
        claim = replace(claim, turn=self._turns)
        if own is not None:  # written twice by one run: what was there before the first counts
            claim = replace(claim, before=own.before, turn=own.turn)
        self._claims[point] = sorted([claim, *others], key=lambda one: (one.level, one.turn))
        return None

    def release(self, run: int) -> None:
        """What the run has changed is now the business of whoever claimed the point after it."""
        for point, claims in [*self._claims.items()]:
            own = next((one for one in claims if one.run == run), None)
            if own is None:
                continue
            rest = [one for one in claims if one.run != run]
            later = [one for one in rest if one.turn > own.turn]
            if later:
                heir = min(later, key=lambda one: one.turn)
                rest[rest.index(heir)] = replace(heir, before=own.before)
            if rest:
                self._claims[point] = rest
            else:
                del self._claims[point]

    def own(self, point: PointName, run: int) -> Claim | None:
        return next((one for one in self._claims.get(point, ()) if one.run == run), None)

    def first_but(self, point: PointName, run: int) -> Claim | None:
        """The strongest claim of another run."""
        return next((one for one in self._claims.get(point, ()) if one.run != run), None)

    # --- persons

    def hand(self, point: PointName, now_ns: int) -> Hand | None:
        hand = self._hands.get(point)
        return hand if hand is not None and now_ns < hand.until_ns else None

    def lay_hand(self, point: PointName, hand: Hand) -> None:
        self._hands[point] = hand

    def lift_hand(self, point: PointName) -> bool:
        return self._hands.pop(point, None) is not None

    def outdated(self, now_ns: int) -> list[PointName]:
        """Points whose person's time is over; they are free from now on."""
        past = [point for point, hand in self._hands.items() if now_ns >= hand.until_ns]
        for point in past:
            del self._hands[point]
        return past

    # --- what is shown

    def points(self) -> Iterator[tuple[PointName, tuple[Claim, ...], Hand | None]]:
        for point in sorted({*self._claims, *self._hands}, key=str):
            yield point, tuple(self._claims.get(point, ())), self._hands.get(point)


def held_points(claims: Claims) -> Iterator[HeldPoint]:
    """What is shown of them: the one in force, and who has lost the point to it."""
    for point, each, hand in claims.points():
        plans = tuple(dict.fromkeys(one.plan for one in each))
        name = point.device, point.point
        if hand is not None:
            yield HeldPoint(*name, 0, "", 0, hand.user, hand.value, hand.since_ns, hand.until_ns, plans)
        elif each:
            first = each[0]
            yield HeldPoint(
                *name, first.run, first.plan, first.level, "", first.value, first.since_ns, 0, plans[1:]
            )
