"""What a notification means to a point."""

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.snmp import ber, objects
from drivers.snmp.ber import Malformed
from drivers.snmp.pdu import TRAP_OID, Pdu
from drivers.snmp.schema import Source

RESTARTED = frozenset({ber.oid_content(f"1.3.6.1.6.3.1.1.5.{number}") for number in (1, 2)})
"""coldStart and warmStart carry nothing that could match; where a point is cleared by them they clear it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A point that notifications set and clear."""

    sets: frozenset[bytes]
    clears: frozenset[bytes]
    match: tuple[tuple[bytes, str | int], ...]

    @classmethod
    def of(cls, source: Source) -> "Watched":
        assert source.trap is not None
        return cls(
            frozenset(_spellings(source.trap)),
            frozenset(spelling for trap in source.clears for spelling in _spellings(trap)),
            tuple((ber.oid_content(oid), value) for oid, value in source.match.items()),
        )

    def told(self, pdu: Pdu) -> bool | None:
        """True when it sets the point, False when it clears it, None when it says nothing of it."""
        trap = next((varbind.content for varbind in pdu.varbinds if varbind.oid == TRAP_OID), b"")
        if trap in self.clears and (trap in RESTARTED or self._matches(pdu)):
            return False
        return True if trap in self.sets and self._matches(pdu) else None

    def _matches(self, pdu: Pdu) -> bool:
        """Every variable is there, as such or as an instance of it, and holds what it must."""
        return all(self._holds(pdu, oid, value) for oid, value in self.match)

    def _holds(self, pdu: Pdu, oid: bytes, value: str | int) -> bool:
        for varbind in pdu.varbinds:
            if varbind.oid.startswith(oid):
                try:
                    if objects.says(varbind.tag, varbind.content, value):
                        return True
                except Malformed:
                    continue
        return False


def _spellings(trap: str) -> Iterator[bytes]:
    """A trap of version 1 comes with a 0 before its number (RFC 3584), which older MIBs do not have."""
    yield ber.oid_content(trap)
    group, _, number = trap.rpartition(".")
    yield ber.oid_content(
        f"{group.removesuffix('.0')}.{number}" if group.endswith(".0") else f"{group}.0.{number}"
    )
