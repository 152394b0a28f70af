"""Which subscriptions a topic concerns, found without looking at the others."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Filters(Generic[T]):
    """Topic filters with what listens to them; `+` is one level, a last `#` all that follows.

    A topic without wildcards costs one look-up, however many filters there are; filters with wildcards are
    a tree of levels. What begins with `$` is met by no wildcard in its first level (MQTT 3.1.1, 4.7.2).
    """

    def __init__(self) -> None:
        self._exact: dict[str, dict[T, None]] = {}
        self._wild: _Level[T] = _Level()
        self._has_wild = 0

    def add(self, topic_filter: str, listener: T) -> None:
        if not is_wild(topic_filter):
            self._exact.setdefault(topic_filter, {})[listener] = None
            return
        level = self._wild
        for name in topic_filter.split("/"):
            level = level.below.setdefault(name, _Level())
        self._has_wild += listener not in level.here
        level.here[listener] = None

    def remove(self, topic_filter: str, listener: T) -> None:
        if not is_wild(topic_filter):
            listeners = self._exact.get(topic_filter, {})
            listeners.pop(listener, None)
            if not listeners:
                self._exact.pop(topic_filter, None)
            return
        path = [self._wild]
        names = topic_filter.split("/")
        for name in names:
            if (level := path[-1].below.get(name)) is None:
                return
            path.append(level)
        if listener in path[-1].here:
            del path[-1].here[listener]
            self._has_wild -= 1
        for name, above, level in zip(reversed(names), reversed(path[:-1]), reversed(path[1:]), strict=True):
            if not level.here and not level.below:
                del above.below[name]

    def of(self, topic: str) -> list[T]:
        """Every listener that the topic concerns, once for each filter of its own that it meets."""
        found = list(self._exact.get(topic, ()))
        if self._has_wild:
            found.extend(_met(self._wild, topic.split("/"), 0))
        return found


class _Level(Generic[T]):
    __slots__ = ("below", "here")

    def __init__(self) -> None:
        self.below: dict[str, _Level[T]] = {}
        self.here: dict[T, None] = {}


def _met(level: _Level[T], names: list[str], at: int) -> Iterator[T]:
    may_be_wild = at > 0 or not names[0].startswith("$")
    if may_be_wild and (rest := level.below.get("#")) is not None:
        yield from rest.here
    if at == len(names):
        yield from level.here
        return
    for name in (names[at], "+") if may_be_wild else (names[at],):
        if (below := level.below.get(name)) is not None:
            yield from _met(below, names, at + 1)


def is_wild(topic_filter: str) -> bool:
    return "+" in topic_filter or "#" in topic_filter


def meets(topic_filter: str, topic: str) -> bool:
    if not is_wild(topic_filter):
        return topic_filter == topic
    one: Filters[int] = Filters()
    one.add(topic_filter, 0)
    return bool(one.of(topic))


def joined(base: str, topic: str) -> str:
    """The topic below `base`; `..` goes one level up."""
    levels = base.split("/") if base else []
    for name in topic.split("/") if topic else []:
        if name == "..":
            del levels[-1:]
        else:
            levels.append(name)
    return "/".join(levels)


def wrong(topic_filter: str) -> str | None:
    """Why it is no topic filter; None for one that is."""
    if not topic_filter:
        return "is empty; give the connection a base, or the point a topic"
    if len(topic_filter.encode()) > 65535 or "\0" in topic_filter:
        return "is longer than 65535 bytes or holds a zero"
    names = topic_filter.split("/")
    if "#" in names[:-1] or any(name not in ("+", "#") and is_wild(name) for name in names):
        return "has a wildcard amid a level, or # before its end; + is one whole level, # all that follows"
    return None
