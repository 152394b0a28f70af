"""One pass over the blocks of one device, without a task switch in between."""

import asyncio
from collections.abc import Callable

from config.text import Text
from drivers.errors import LinkError
from drivers.modbus import mbap
from drivers.modbus.decoding import Irregular, RawScan, RegisterDecoder
from drivers.modbus.refusals import Refusals
from drivers.modbus.registers import Block
from drivers.modbus.request import Channel


class Poll:
    """Reads what the template needs, minus what this device refuses; one pass at a time.

    `done` hears the raw scan, `lost` why the pass failed; one of them, once a pass, on the loop.
    """

    def __init__(
        self,
        unit: int,
        timeout_s: float,
        decoder: RegisterDecoder,
        clock: Callable[[], float],
        done: Callable[[RawScan], None],
        lost: Callable[[LinkError], None],
    ) -> None:
        self._unit = unit
        self._timeout_s = timeout_s
        self._decoder = decoder
        self._clock = clock
        self._done = done
        self._lost = lost
        self._left = 0
        self._link: Channel | None = None
        self._silent: _BlockRead | None = None
        self._proof: _Proof | None = None
        self._unsent: list[_BlockRead] = []
        self.refusing = False
        """Whether the device has refused a read of the pass under way."""
        self.reset()

    @property
    def busy(self) -> bool:
        return self._left > 0

    def reset(self) -> None:
        """A new connection may lead to another firmware: read everything again."""
        decoder = self._decoder
        self._told: set[Block] = set()
        self._refusals = Refusals(decoder.registers, decoder.blocks, decoder.limits)
        self._plan(decoder.blocks)

    def begin(self, link: Channel) -> None:
        self._link = link
        self._left = len(self._reads)
        self.refusing = False
        self._silent = self._proof = None
        self._unsent.clear()
        for read in self._reads:
            link.read(read)
            if not self._left:
                return  # failed at once
        if not self._reads:
            self._finish()

    def stop(self) -> None:
        """Forget the pass under way; neither `done` nor `lost` will be called for it."""
        if self._left and self._link is not None:
            self._left = 0
            proof = {self._proof} if self._proof is not None else set()
            self._link.forget({*self._reads, *proof})

    def told(self, block: Block) -> None:
        """The device has answered a read of it."""
        self._told.add(block)

    def unanswered(self, read: "_BlockRead", error: LinkError, *, sent: bool) -> None:
        """Many devices do not refuse what they do not have but say nothing: one that at once answers another
        read lives, and has never answered this one."""
        if self._silent is not None and not sent:
            self._unsent.append(read)
        elif self._silent is not None or not sent or not self._told or read.block in self._told:
            self.fail(error)
        else:
            self._silent = read
            block = min(self._told, key=lambda told: told.count)
            self._proof = _Proof(self, self._unit, block, self._timeout_s, error)
            asyncio.get_running_loop().call_soon(self._prove, self._proof)

    def proven(self) -> None:
        """The device lives: what it said nothing to it does not have."""
        silent, self._silent, self._proof = self._silent, None, None
        if not self.busy or silent is None or self._link is None:
            return
        unsent, self._unsent = self._unsent, []
        silent.refused = self.refusing = True
        self.collect()
        for read in unsent:
            self._link.read(read)

    def _prove(self, proof: "_Proof") -> None:
        if self.busy and self._proof is proof and self._link is not None:
            self._link.read(proof)

    def collect(self) -> None:
        """One more read has been answered."""
        self._left -= 1
        if not self._left:
            self._finish()

    def fail(self, reason: LinkError | Text) -> None:
        """A read will never be answered, or was answered with nonsense."""
        self.stop()
        if isinstance(reason, Text):
            reason = unusable(self._link, self._unit, reason)
        self._lost(reason)

    def _finish(self) -> None:
        reads = self._reads
        if not self._regular or self.refusing:
            self._done(self._irregular())
        elif len(reads) == 1:
            self._done(reads[0].payload)
        else:
            self._done(b"".join([read.payload for read in reads]))

    def _irregular(self) -> Irregular:
        refused = [read.block for read in self._reads if read.refused]
        parts = [(read.block, read.payload) for read in self._reads if not read.refused]
        bad = self._refusals.settle(refused, self._clock())
        if self._refusals.blocks != tuple(read.block for read in self._reads):
            self._plan(self._refusals.blocks)
        return Irregular(self._decoder.image(parts), bad)

    def _plan(self, blocks: tuple[Block, ...]) -> None:
        self._regular = blocks == self._decoder.blocks
        self._reads = tuple(_BlockRead(self, self._unit, block, self._timeout_s) for block in blocks)


class _BlockRead:
    """The standing request for one block of one device; sent again for every pass."""

    __slots__ = (
        "_poll",
        "_size",
        "block",
        "deadline_s",
        "frame",
        "payload",
        "refused",
        "timeout_s",
        "told",
        "unit",
    )

    def __init__(self, poll: Poll, unit: int, block: Block, timeout_s: float) -> None:
        self.unit = unit
        self.frame = read_frame(unit, block)
        self.timeout_s = timeout_s
        self.deadline_s = 0.0
        self.block = block
        self.payload = b""
        self.refused = False
        self.told = False
        self._size = block.size_bytes
        self._poll = poll

    def answered(self, pdu: bytes) -> None:
        poll = self._poll
        if not poll.busy:
            return
        if not self.told:  # hashing a block for every answer would cost more than all the rest
            self.told = True
            poll.told(self.block)
        if pdu[0] & mbap.ERROR_FLAG:
            if pdu[1] not in mbap.REFUSED:
                poll.fail(mbap.exception_text(pdu[1]))
                return
            self.refused = poll.refusing = True
        elif pdu[1] != self._size or len(pdu) != self._size + 2:
            came, place = len(pdu) - 2, self.block.place
            reason = Text(
                f"对{place.zh} 的读取，应答为 {came} 字节，应为 {self._size} 字节",
                f"{came} bytes answer the read of {place.en}, which takes {self._size}",
            )
            poll.fail(reason)
            return
        else:
            self.refused = False
            self.payload = pdu[2:]
        poll.collect()

    def failed(self, error: LinkError, *, sent: bool) -> None:
        if self._poll.busy:
            self._poll.unanswered(self, error, sent=sent)


class _Proof:
    """A read that the device has answered before, asked again to see whether it lives."""

    __slots__ = ("_error", "_poll", "deadline_s", "frame", "timeout_s", "unit")

    def __init__(self, poll: Poll, unit: int, block: Block, timeout_s: float, error: LinkError) -> None:
        self.unit = unit
        self.frame = read_frame(unit, block)
        self.timeout_s = timeout_s
        self.deadline_s = 0.0
        self._poll = poll
        self._error = error
        """Why it is asked."""

    def answered(self, pdu: bytes) -> None:
        self._poll.proven()

    def failed(self, error: LinkError, *, sent: bool) -> None:
        if self._poll.busy:
            self._poll.fail(self._error)


def read_frame(unit: int, block: Block) -> bytes:
    """The request that fetches `block`."""
    return mbap.framed(unit, mbap.read_pdu(block.table.read_function, block.address, block.count))


def unusable(link: Channel | None, unit: int, reason: Text) -> LinkError:
    """The unit has answered, with nothing that could be used."""
    return LinkError(f"{link} 从站 {unit}：{reason.zh}", f"{link} unit {unit}: {reason.en}")
