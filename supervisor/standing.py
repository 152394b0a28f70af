"""What stands in for children of `core` that restart or are not there yet: they are found at every call."""

from collections.abc import Callable
from typing import Any

from actors.address import Address
from actors.life import ChildFailed, Life, Listener
from supervisor.node import Node


class ZoneByName:
    """Tells whichever actor now is a zone."""

    __slots__ = ("_find", "_zone")

    def __init__(self, find: Callable[[str], Address | None], zone: str) -> None:
        self._find = find
        self._zone = zone

    def tell(self, message: Any) -> bool:
        address = self._find(self._zone)
        return address is not None and address.tell(message)


class Named:
    """Tells a child of the root, once it is there."""

    __slots__ = ("_name", "_node")

    def __init__(self, node: Node, name: str) -> None:
        self._node = node
        self._name = name

    def tell(self, message: Any) -> bool:
        address = self._node.addresses.get(self._name)
        return address is not None and address.tell(message)


class Fatal:
    """Reports a child's life to its supervisor, and ends the process with the child: what zones have decided
    and the journal has not written would otherwise be told again from the disk."""

    def __init__(self, supervisor: Listener, fail: Callable[[BaseException], None]) -> None:
        self._supervisor = supervisor
        self._fail = fail

    def tell(self, message: Life) -> None:
        self._supervisor.tell(message)
        if isinstance(message, ChildFailed):
            self._fail(RuntimeError(f"{message.name}: {message.error}"))
