"""What is wrong with a site: problems as values, each with its place, collected and told all at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from reprlib import Repr

Key = str | int

_SUGGESTIONS = 100
"""Close names are looked for this often in one check; a site with more unknown names has another trouble."""

_short = Repr()
_short.maxstring = _short.maxother = 60


def shown(value: object) -> str:
    """`value` as messages quote it, cut to a readable length."""
    return _short.repr(value)


def dotted(keys: Iterable[Key]) -> str:
    """Keys as people read them: `device[12].connection.port`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


_NOUNS = {
    "account": "渠道", "alarm": "报警", "alarm class": "报警类别", "channel": "渠道类型", "device": "设备",
    "driver": "驱动", "event": "事件", "group": "控制组", "key": "键", "limit set": "限值组", "node": "节点",
    "plan": "预案", "point": "点位", "profile": "模板", "rule": "规则", "subsystem": "子系统",
    "time zone": "时区", "variable": "变量", "zone": "区域",
}  # fmt: skip
"""What may be unknown, in Chinese."""

BUILT_IN = "built-in profiles"
"""Where the profiles that come with the program stand, in the place of a file."""


@dataclass(frozen=True, slots=True)
class Where:
    """A place inside a file: the keys that lead there, and the id of the entry they pass through."""

    file: str
    keys: tuple[Key, ...] = ()
    name: str = ""
    named_at: int = 0
    """How many of the keys lead to the entry called `name`."""

    def at(self, *keys: Key) -> "Where":
        return Where(self.file, self.keys + keys, self.name, self.named_at)

    def called(self, name: object) -> "Where":
        return Where(self.file, self.keys, name, len(self.keys)) if isinstance(name, str) else self

    def __str__(self) -> str:
        if not self.name:
            return dotted(self.keys)
        entry, inside = dotted(self.keys[: self.named_at]), dotted(self.keys[self.named_at :])
        return f"{entry} {self.name} .{inside}" if inside else f"{entry} {self.name}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is, and the way out."""

    file: str
    path: str
    """Where inside the file, for people: `device[12] ahu-3 .connection.port`."""
    value: str
    """The offending value as it was written; '' where something is missing."""
    message: str
    suggestion: str
    line: int | None = None
    """Counted from 1; None where no text was at hand, or none of it matches."""
    where: Where | None = None
    """`path` for programs."""
    zh: str = ""
    """Message and way out in Chinese, where it is known."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        inside = f" {self.path}:" if self.path else ""
        return f"{place}:{inside} {self.message}. {self.suggestion}".rstrip()


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem inside one thing: the keys that lead to it there, and the problem."""

    keys: tuple[Key, ...]
    value: object
    message: str
    suggestion: str
    zh: str = ""
    """Both in Chinese, where it is known."""


class Unfit(ValueError):
    """Raised by a field's own check: the rest of a sentence that begins with the field, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


class SiteError(Exception):
    """Raised when a site cannot be used; carries everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'' if count == 1 else 's'} in the site"
        return "\n".join([head, *(f"  {problem}" for problem in self.problems)])


@dataclass(slots=True)
class Problems:
    """Collects problems; the same one is kept once, however many devices run into it."""

    complete: bool = True
    """False when a file could not be read: an unknown name may be defined there, and is not reported."""
    _found: dict[tuple[str, tuple[Key, ...], str], Problem] = field(default_factory=dict)
    _suggested: int = 0

    def add(
        self,
        where: Where,
        value: object,
        message: str,
        suggestion: str = "",
        *,
        context: str = "",
        line: int | None = None,
        zh: str = "",
    ) -> None:
        """`context` is what holds for one of many devices: said, but no reason to tell the problem again."""
        key = (where.file, where.keys, message)
        if key not in self._found:
            told = f"{message} ({context})" if context else message
            written = "" if value is None else shown(value)
            self._found[key] = Problem(where.file, str(where), written, told, suggestion, line, where, zh)

    def unknown(self, where: Where, what: str, name: object, known: Iterable[str]) -> None:
        """`name` should be one of `known` and is not."""
        if self.complete or what == "key":
            names = list(dict.fromkeys(known))
            near = self._near(name, names)
            zh = f"是否指 {near!r}？" if near else f"可用：{'、'.join(sorted(names)[:20]) or '没有'}"
            message = f"unknown {what} {shown(name)}"
            self.add(
                where,
                name,
                message,
                _way_out(near, names),
                zh=f"未知的{_NOUNS.get(what, what)} {shown(name)}；{zh}",
            )

    def twice(self, where: Where, what: str, name: str, first: Where) -> None:
        here, there = f"{where.file} {where}", f"{first.file} {first}"
        self.add(
            where, name, f"{what} {name!r} is defined twice, in {there} and in {here}", "Rename or remove one"
        )

    def did_you_mean(self, name: object, known: Iterable[str]) -> str:
        """The way out for an unknown name: the nearest known one, else some that are known."""
        names = list(dict.fromkeys(known))
        return _way_out(self._near(name, names), names)

    def _near(self, name: object, names: list[str]) -> str:
        """'' when none is near, or enough have been looked for."""
        if self._suggested >= _SUGGESTIONS:
            return ""
        self._suggested += 1
        return next(iter(get_close_matches(str(name)[:60], names, n=1)), "")

    def __len__(self) -> int:
        return len(self._found)

    def all(self) -> tuple[Problem, ...]:
        """In the order of files and places."""
        return tuple(sorted(self._found.values(), key=_order))


def _way_out(near: str, names: list[str]) -> str:
    if near:
        return f"Did you mean {near!r}?"
    if not names:
        return "None is defined"
    some = ", ".join(sorted(names)[:20])
    return f"Known: {some}" + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _order(problem: Problem) -> tuple[str, list[tuple[bool, Key]]]:
    keys = problem.where.keys if problem.where else ()
    return problem.file, [(isinstance(key, str), key) for key in keys]
