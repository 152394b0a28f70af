"""What a field process keeps of devices and subsystems beside their conditions, and under which keys.

Keys begin with a tilde, which no condition's key does; a subsystem's have a colon, which no device id has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.limit_schedule import LimitSchedule
from config.site import Subsystem

Change = Mapping[str, bytes | None]
"""Keys and what is to be kept under them; None forgets."""


@dataclass(frozen=True, slots=True)
class Substituted:
    """A person's value for a point, until `until_ns`."""

    device: str
    point: str
    value: float
    until_ns: int


# -- tags (挂牌)


def tag(device: str, by: str, note: str) -> Change:
    return {f"~{device}/tag": f"{by}\n{note}".encode()}


def no_tag(device: str) -> Change:
    return {f"~{device}/tag": None}


def read_tag(recall: Mapping[str, bytes], device: str) -> tuple[str, str]:
    """(by, note), both '' without a tag."""
    by, _, note = recall.get(f"~{device}/tag", b"").decode().partition("\n")
    return by, note


# -- substitution


def substitution(one: Substituted) -> Change:
    return {f"~{one.device}/substitute/{one.point}": f"{one.value!r} {one.until_ns}".encode()}


def no_substitution(device: str, point: str) -> Change:
    return {f"~{device}/substitute/{point}": None}


def read_substitution(recall: Mapping[str, bytes], device: str, point: str) -> Substituted | None:
    """One that is kept; its end may have come."""
    body = recall.get(f"~{device}/substitute/{point}")
    if body is None:
        return None
    value, until_ns = body.split()
    return Substituted(device, point, float(value), int(until_ns))


def substitutions(recall: Mapping[str, bytes]) -> Iterator[Substituted]:
    """All that are kept, of every device."""
    for key in list(recall):
        device, _, point = key.removeprefix("~").partition("/substitute/")
        if key.startswith("~") and point and (one := read_substitution(recall, device, point)):
            yield one


# -- acknowledgements that the device has not heard


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A person has acknowledged an alarm that the device raised itself."""

    device: str
    point: str
    rule: str
    event: int
    by: str
    note: str
    seen_ns: int

    @property
    def key(self) -> str:
        return f"~{self.device}/acknowledge/{self.point}/{self.rule}"


def acknowledgement(one: Acknowledged) -> Change:
    return {one.key: f"{one.event} {one.seen_ns}\n{one.by}\n{one.note}".encode()}


def no_acknowledgement(one: Acknowledged) -> Change:
    return {one.key: None}


def acknowledgements(recall: Mapping[str, bytes], device: str) -> Iterator[Acknowledged]:
    prefix = f"~{device}/acknowledge/"
    for key, body in list(recall.items()):
        if key.startswith(prefix):
            point, _, rule = key.removeprefix(prefix).partition("/")
            numbers, by, note = body.decode().split("\n", 2)
            event, seen_ns = numbers.split()
            yield Acknowledged(device, point, rule, int(event), by, note, int(seen_ns))


# -- totals of a driver that accumulates, and how far it has followed what its device records


def totals(device: str, values: Mapping[str, float]) -> Mapping[str, bytes]:
    return {f"~{device}/totals": "\n".join(f"{name}={value!r}" for name, value in values.items()).encode()}


def read_totals(recall: Mapping[str, bytes], device: str) -> dict[str, float]:
    lines = recall.get(f"~{device}/totals", b"").decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition("=") for line in lines)}


# -- limit sets


def limit_set(subsystem: str, name: str, until_ns: int = 0) -> Change:
    """A person's choice; `until_ns` is 0 where no schedule ends it."""
    return {f"~limits:{subsystem}": f"{name} {until_ns}".encode()}


def read_limit_set(
    recall: Mapping[str, bytes], subsystem: Subsystem, schedule: LimitSchedule, wall_ns: int
) -> str:
    """The one in force: what a person chose, unless the subsystem has it no more or the schedule went on."""
    name, _, until = recall.get(f"~limits:{subsystem.id}", b"").decode().partition(" ")
    if name in subsystem.limit_sets and (not schedule or wall_ns < int(until or 0)):
        return name
    return schedule.at(wall_ns)
