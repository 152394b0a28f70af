"""What the devices of one template are asked for: worked out once, shared by all of them. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.site import PointKind, Template
from drivers.bacnet.names import LISTS, PROPERTIES
from drivers.bacnet.schema import (
    EVENT_STATE,
    PRESENT_VALUE,
    Options,
    Source,
    chosen_of,
    is_log,
    log_of,
    ref_of,
    tag_of,
)
from drivers.bacnet.services import Ref
from drivers.bacnet.tags import ObjectId, Tag
from drivers.bacnet.values import Form
from drivers.readings import ReadingsDecoder

STATUS_FLAGS = PROPERTIES["status-flags"]
RELIABILITY = PROPERTIES["reliability"]


@dataclass(frozen=True, slots=True)
class Place:
    """One point."""

    ref: Ref
    form: Form
    tag: Tag | None
    """How a write is encoded; None: as the property is read."""
    priority: int
    relinquishes: bool
    log: ObjectId | None
    is_log: bool
    """Whether nothing is read but its log."""


class Layout(ReadingsDecoder):
    """The decoder of a template, which carries what its drivers share."""

    def __init__(self, template: Template) -> None:
        options = template.options
        assert isinstance(options, Options)
        self.options = options
        self.places: Sequence[Place] = []
        self.texts = [at for at, point in enumerate(template.points) if point.kind is PointKind.TEXT]
        columns: dict[Ref, list[int]] = defaultdict(list)
        logs: dict[ObjectId, list[int]] = defaultdict(list)
        subscribed: set[ObjectId] = set()
        for at, point in enumerate(template.points):
            assert isinstance(point.source, Source)
            place = _placed(point.source, options, text=point.kind is PointKind.TEXT)
            self.places.append(place)
            if not place.is_log:
                columns[place.ref].append(at)
            if place.log is not None:
                logs[place.log].append(at)
            if options.cov != "off" and point.source.cov and place.ref.property == PRESENT_VALUE:
                subscribed.add(place.ref.object)
        self.columns: Mapping[Ref, Sequence[int]] = dict(columns)
        """What is read -> the points made of it."""
        self.logs: Mapping[ObjectId, Sequence[int]] = dict(logs)
        """Trend log -> the points filled from it."""
        self.subscribed: Sequence[ObjectId] = sorted(
            subscribed - {place.ref.object for place in self.places if place.is_log}
        )
        """Objects whose present values are to be told by the device."""
        self.has_events = any(ref.property == EVENT_STATE for ref in self.columns)

    def asked(self, refs: Sequence[Ref]) -> list[Ref]:
        """With the status flags of the present values among them, beside each other."""
        if not self.options.status:
            return list(refs)
        asked: list[Ref] = []
        for ref in refs:
            asked.append(ref)
            if ref.property == PRESENT_VALUE:
                asked.append(flags_of(ref))
        return asked


def flags_of(ref: Ref) -> Ref:
    return Ref(ref.object, STATUS_FLAGS)


def reliability_of(ref: Ref) -> Ref:
    return Ref(ref.object, RELIABILITY)


def _placed(source: Source, options: Options, *, text: bool) -> Place:
    ref = ref_of(source, options)
    return Place(
        ref,
        Form(text, source.bit, chosen_of(source), source.relinquish, ref.property in LISTS),
        tag_of(source),
        source.priority or options.priority,
        source.relinquish,
        log_of(source),
        is_log(source),
    )
