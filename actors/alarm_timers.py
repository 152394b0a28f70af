"""What happens to an alarm by itself after a while, on the monotonic clock. Pure."""

from actors.alarm_records import Name
from actors.alarm_states import Trigger


class Timers:
    """A time is asked for in seconds from now on; it runs from the next look at the clock."""

    def __init__(self) -> None:
        self._asked: dict[tuple[Name, Trigger], float] = {}
        self._due: dict[tuple[Name, Trigger], float] = {}

    def ask(self, name: Name, trigger: Trigger, seconds: float) -> None:
        """Instead of what was asked for before."""
        self._due.pop((name, trigger), None)
        self._asked[name, trigger] = max(0.0, seconds)

    def cancel(self, name: Name, *triggers: Trigger) -> None:
        """All of the alarm's when no trigger is named."""
        for trigger in triggers or tuple(Trigger):
            self._asked.pop((name, trigger), None)
            self._due.pop((name, trigger), None)

    def runs(self, name: Name, trigger: Trigger) -> bool:
        return (name, trigger) in self._asked or (name, trigger) in self._due

    def due(self, now: float) -> list[tuple[Name, Trigger]]:
        """What is due at `now`, monotonic seconds, each once."""
        for key, seconds in self._asked.items():
            self._due[key] = now + seconds
        self._asked.clear()
        over = [key for key, due in self._due.items() if due <= now]
        for key in over:
            del self._due[key]
        return over
