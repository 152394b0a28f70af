"""Finding the registers that a device does not have, without losing the good ones around them. Pure.

A device answers a whole read with "illegal address" when one register of it is missing. The read is then
cut in two, scan after scan, until the missing register stands alone; what is left is joined again.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from drivers.driver import Quality
from drivers.modbus.registers import Block, ReadLimits, Register, plan

RETRY_S = 600.0
"""A register that was refused may come with a firmware update: it is asked for again this often."""


class Refusals:
    """The reads of one device, as they change with what it refuses. Starts as planned for its template."""

    def __init__(self, registers: Sequence[Register], planned: Sequence[Block], limits: ReadLimits) -> None:
        self.blocks = tuple(planned)
        """What to read in the next scan."""
        self._registers = registers
        self._limits = replace(limits, gap=0)
        self._isolated: dict[Block, float] = {}
        self._joined_without: frozenset[Block] = frozenset()

    @property
    def isolated(self) -> Collection[int]:
        """The columns that the device does not have."""
        return sorted(column for block in self._isolated for column in block.columns)

    def settle(self, refused: Collection[Block], now_s: float) -> tuple[tuple[int, Quality], ...]:
        """After a scan: which columns it lacks and why. `blocks` becomes what the next scan reads."""
        unread: list[int] = []
        keep: list[Block] = []
        for block in self.blocks:
            if block not in refused:
                self._isolated.pop(block, None)
                keep.append(block)
            elif len(parts := self._cut(block)) > 1:
                unread.extend(block.columns)
                keep.extend(parts)
            else:
                self._isolated[block] = now_s + RETRY_S
        missing = frozenset(self._isolated)
        if not unread and missing != self._joined_without:
            self._joined_without = missing
            keep = self._joined(keep)
        keep.extend(block for block, retry_s in self._isolated.items() if retry_s <= now_s)
        if not keep and self._isolated:
            keep.append(
                next(iter(self._isolated))
            )  # a device that refuses everything must still be seen to live
        self.blocks = tuple(keep)
        return (
            *((column, Quality.BAD_NOT_READ) for column in unread),
            *((column, Quality.BAD_ADDRESS) for column in self.isolated),
        )

    def _cut(self, block: Block) -> tuple[Block, ...]:
        """Without its gaps if it has any, else in halves; one part when all its points share a register."""
        tight = plan(self._registers, self._limits, block.columns)
        if len(tight) > 1:
            return tight
        spans = sorted({(self._registers[c].address, self._registers[c].end) for c in block.columns})
        first = set(spans[: len(spans) // 2])
        low = [c for c in block.columns if (self._registers[c].address, self._registers[c].end) in first]
        high = [c for c in block.columns if c not in low]
        if not low:
            return (block,)
        return plan(self._registers, self._limits, low) + plan(self._registers, self._limits, high)

    def _joined(self, blocks: Sequence[Block]) -> list[Block]:
        columns = [column for block in blocks for column in block.columns]
        return list(plan(self._registers, self._limits, columns))
