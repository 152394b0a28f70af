"""How often plans may start: the interval between two starts, and the starts of a day. Pure."""

from datetime import datetime, tzinfo

from actors.linkage import words
from config.plans import Plan

KEPT_NS = 86_400 * 10**9
"""Longer than any interval, and as long as a day."""


class Limits:
    def __init__(self) -> None:
        self._begun: dict[str, list[int]] = {}

    def begun(self, plan: str, at_ns: int) -> None:
        self._begun.setdefault(plan, []).append(at_ns)

    def refusal(self, plan: Plan, now_ns: int, zone: tzinfo) -> str | None:
        """Why it may not start now, or None."""
        begun = self._begun[plan.id] = [at for at in self._begun.get(plan.id, ()) if now_ns - at <= KEPT_NS]
        if begun and now_ns - max(begun) < plan.min_interval_s * 1e9:
            return words.too_soon(plan)
        today = datetime.fromtimestamp(now_ns / 1e9, zone).date()
        times = sum(datetime.fromtimestamp(at / 1e9, zone).date() == today for at in begun)
        return words.too_often(plan) if plan.max_a_day and times >= plan.max_a_day else None
