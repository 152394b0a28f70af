"""What one device is asked for with each scan, and what its points become of the answers."""

from collections.abc import Callable, Sequence

from drivers.bacnet.cov import Subscriptions
from drivers.bacnet.layout import RELIABILITY, STATUS_FLAGS, Layout, flags_of, reliability_of
from drivers.bacnet.names import PROPERTIES
from drivers.bacnet.schema import PRESENT_VALUE
from drivers.bacnet.services import Answer, Ref, Refusal
from drivers.bacnet.session import TOO_LONG, Session
from drivers.bacnet.tags import Datum, ObjectId, Tag
from drivers.bacnet.values import FAULT, quality, shown, usual_tag
from drivers.driver import LinkError, Quality
from drivers.samples import Samples

MISSING_S = 600.0
"""What a device does not have may come with a firmware update: it is asked for again this often."""
SIGN_OF_LIFE = 10
"""So many properties at least are read with every scan, the longest unread first: silence must be noticed."""
_SYSTEM_STATUS = PROPERTIES["system-status"]
_NUMBER = Tag.UNSIGNED, Tag.ENUMERATED


class Poll:
    """Remembers of its device what it lacks, and when it was read what it tells by itself."""

    def __init__(
        self,
        layout: Layout,
        subscriptions: Subscriptions,
        clock: Callable[[], float],
        wall_ns: Callable[[], int],
    ) -> None:
        self._layout = layout
        self._subscriptions = subscriptions
        self._clock = clock
        self._wall_ns = wall_ns
        self._missing: dict[Ref, float] = {}
        self._read_s: dict[Ref, float] = {}
        self._flags: dict[ObjectId, Sequence[bool]] = {}
        self._tags: dict[Ref, int] = {}
        self._told: set[Ref] = set()
        """What the device has told by itself since it was last asked: newer than the answers to that."""
        self.samples = Samples(len(layout.places), layout.texts)

    def begin(self) -> None:
        """A new link may lead to another firmware: nothing is known."""
        self._missing.clear()
        self._read_s.clear()
        self._flags.clear()
        self.samples.spoil(Quality.BAD_NOT_READ)

    def tag(self, ref: Ref) -> int | None:
        """The type of a property, as it was read or else as it usually is."""
        return self._tags.get(ref) or usual_tag(ref)

    async def read(self, session: Session) -> None:
        """Ask for what is due. Raises LinkError, also when the device says that it cannot tell anything."""
        refs = self._due()
        self._told.clear()
        answers = await session.read(self._wanted(refs) or [Ref(session.device, _SYSTEM_STATUS)])
        refused = [answer for answer in answers.values() if isinstance(answer, Refusal)]
        if len(refused) == len(answers) and not any(_lasts(refusal) for refusal in refused):
            raise LinkError(
                f"{session.name.zh} 给不出任何值：{refused[0].why.zh}",
                f"{session} cannot tell any of its values: {refused[0]}",
            )
        reasons = [ref for ref in map(reliability_of, refs) if FAULT in _set(answers.get(flags_of(ref)))]
        if reasons := [ref for ref in dict.fromkeys(reasons) if ref not in self._missing]:
            answers |= await session.read(reasons)
        now_s, now_ns = self._clock(), self._wall_ns()
        for ref, answer in answers.items():
            if isinstance(answer, Refusal):
                self._refused(ref, answer, now_s, now_ns)
            else:
                self._missing.pop(ref, None)
        for ref in refs:
            answer = answers[ref]
            if self._subscriptions.covers(ref.object):
                self._read_s[ref] = now_s
            if not isinstance(answer, Refusal) and ref not in self._told:
                flags, reason = answers.get(flags_of(ref)), answers.get(reliability_of(ref))
                self._take(ref, answer, now_ns, None if isinstance(flags, Refusal) else flags, reason)

    def tell(
        self, ref: Ref, data: Sequence[Datum], time_ns: int, flags: Sequence[Datum] | None = None
    ) -> None:
        """The device tells a value by itself."""
        self._told.add(ref)
        self._take(ref, data, time_ns, flags)

    def _take(
        self,
        ref: Ref,
        data: Sequence[Datum],
        time_ns: int,
        flags: Sequence[Datum] | None = None,
        reason: Answer | None = None,
    ) -> None:
        """A value came, asked for or not, with what is known of its object."""
        if data and data[0].tag != Tag.NULL and data[0].tag != usual_tag(ref):
            self._tags[ref] = data[0].tag
        of_object = Quality.GOOD
        if ref.property == PRESENT_VALUE:
            if flags is not None:
                self._note(ref.object, _bits(flags))
            if ref.object in self._flags:
                of_object = quality(self._flags[ref.object], _number(reason))
        for column in self._layout.columns[ref]:
            value, of_value = shown(data, self._layout.places[column].form)
            self.samples.put(column, value, max(of_object, of_value), time_ns)

    def _note(self, object_: ObjectId, bits: Sequence[bool]) -> None:
        if any(bits):
            self._flags[object_] = bits
        else:
            self._flags.pop(object_, None)

    def _due(self) -> list[Ref]:
        now_s, columns = self._clock(), self._layout.columns
        due: list[Ref] = []
        told: list[Ref] = []
        for ref in columns:
            if self._missing and self._missing.get(ref, 0.0) > now_s:
                continue
            covered = ref.property == PRESENT_VALUE and self._subscriptions.covers(ref.object)
            (told if covered else due).append(ref)
        last = now_s - self._layout.options.backstop_s
        read_s = self._read_s
        late = [ref for ref in told if read_s.get(ref, last) <= last]
        if not due and not late and told:
            late = sorted(told, key=lambda ref: read_s.get(ref, last))[:SIGN_OF_LIFE]
        return due + late or list(columns)[:1]

    def _wanted(self, refs: Sequence[Ref]) -> list[Ref]:
        """With status flags, except those that the device does not have."""
        asked, now_s = self._layout.asked(refs), self._clock()
        if not self._missing:
            return asked
        return [
            ref
            for ref in asked
            if ref.property not in (STATUS_FLAGS, RELIABILITY)
            or ref in self._layout.columns
            or self._missing.get(ref, 0.0) <= now_s
        ]

    def _refused(self, ref: Ref, refusal: Refusal, now_s: float, now_ns: int) -> None:
        if _lasts(refusal):
            self._missing[ref] = now_s + MISSING_S
        for column in self._layout.columns.get(ref, ()):
            why = Quality.BAD_ADDRESS if refusal.is_missing else Quality.BAD_INPUT
            self.samples.put(column, "", why, now_ns)


def _lasts(refusal: Refusal) -> bool:
    return refusal.is_missing or refusal == TOO_LONG


def _bits(data: Sequence[Datum]) -> Sequence[bool]:
    value = data[0].value if len(data) == 1 and data[0].tag == Tag.BITS else ()
    return [bit is True for bit in value] if isinstance(value, tuple) else ()


def _set(flags: Answer | None) -> list[int]:
    """The places of the bits that are set."""
    return (
        []
        if flags is None or isinstance(flags, Refusal)
        else [at for at, bit in enumerate(_bits(flags)) if bit]
    )


def _number(answer: Answer | None) -> int:
    if answer is None or isinstance(answer, Refusal) or len(answer) != 1 or answer[0].tag not in _NUMBER:
        return 0
    return answer[0].value if isinstance(answer[0].value, int) else 0
