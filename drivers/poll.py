"""One pass over the blocks of one device, without a task switch in between."""

from collections.abc import Callable

from drivers import mbap
from drivers.decoding import Irregular, RawScan, RegisterDecoder
from drivers.errors import LinkError
from drivers.link import Link
from drivers.refusals import Refusals
from drivers.registers import Block


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
        self._link: Link | None = None
        self.refusing = False
        """Whether the device has refused a read of the pass under way."""
        self.reset()

    @property
    def busy(self) -> bool:
        return self._left > 0

    def reset(self) -> None:
        """A new connection may lead to another firmware: read everything again."""
        decoder = self._decoder
        self._refusals = Refusals(decoder.registers, decoder.blocks, decoder.limits)
        self._plan(decoder.blocks)

    def begin(self, link: Link) -> None:
        self._link = link
        self._left = len(self._reads)
        self.refusing = False
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
            self._link.forget(set(self._reads))

    def collect(self) -> None:
        """One more read has been answered."""
        self._left -= 1
        if not self._left:
            self._finish()

    def fail(self, reason: LinkError | str) -> None:
        """A read will never be answered, or was answered with nonsense."""
        self.stop()
        if isinstance(reason, str):
            reason = LinkError(f"{self._link} unit {self._unit}: {reason}")
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

    __slots__ = ("_poll", "_size", "block", "deadline_s", "frame", "payload", "refused", "timeout_s", "unit")

    def __init__(self, poll: Poll, unit: int, block: Block, timeout_s: float) -> None:
        self.unit = unit
        self.frame = read_frame(unit, block)
        self.timeout_s = timeout_s
        self.deadline_s = 0.0
        self.block = block
        self.payload = b""
        self.refused = False
        self._size = block.size_bytes
        self._poll = poll

    def answered(self, pdu: bytes) -> None:
        poll = self._poll
        if not poll.busy:
            return
        if pdu[0] & mbap.ERROR_FLAG:
            if pdu[1] not in mbap.REFUSED:
                poll.fail(mbap.exception_text(pdu[1]))
                return
            self.refused = poll.refusing = True
        elif pdu[1] != self._size or len(pdu) != self._size + 2:
            poll.fail(
                f"{len(pdu) - 2} bytes answer the read of {self.block.table} {self.block.address}, "
                f"which takes {self._size}"
            )
            return
        else:
            self.refused = False
            self.payload = pdu[2:]
        poll.collect()

    def failed(self, error: LinkError, *, sent: bool) -> None:
        if self._poll.busy:
            self._poll.fail(error)


def read_frame(unit: int, block: Block) -> bytes:
    """The request that fetches `block`."""
    return mbap.framed(unit, mbap.read_pdu(block.table.read_function, block.address, block.count))
