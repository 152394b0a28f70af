"""A parser that takes bytes from strangers, as the fuzzer sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    """Protocol, and which part of it where there are several: modbus-tcp, dlt645."""
    seeds: Sequence[bytes]
    """Good messages of every kind, from which the bad ones are made."""
    feed: Callable[[bytes], object]
    """Does with the bytes what the driver does when they arrive. The errors with which the driver refuses
    them are caught inside; whatever else is raised is a crash."""
