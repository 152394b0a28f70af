"""What a point, a profile, a device's place and the tree of zones must keep to beyond their types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.problems import Key
from config.schema import APPROVED_KINDS
from config.site import Point, PointKind, Rule, RuleKind, Subsystem, Template, Verify, Zone

_NUMERIC = (PointKind.ANALOGUE, PointKind.COUNTER)
_FITTING: Mapping[PointKind, list[RuleKind]] = {
    PointKind.ANALOGUE: [kind for kind in RuleKind if kind is not RuleKind.STATE],
    PointKind.COUNTER: [kind for kind in RuleKind if kind is not RuleKind.STATE],
    PointKind.DISCRETE: [RuleKind.STATE],
    PointKind.TEXT: [],
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem inside one thing: the keys that lead to it there, and the problem."""

    keys: tuple[Key, ...]
    value: object
    message: str
    suggestion: str


def check_point(point: Point) -> Iterator[Finding]:
    """Ranges, deadbands, alarm rules and write limits of one point."""
    span = f"{point.low:g} to {point.high:g} {point.unit}".rstrip()
    if point.low > point.high or (point.low == point.high and point.kind in _NUMERIC):
        yield Finding(
            ("low",),
            point.low,
            f"low {point.low:g} is not below high {point.high:g}",
            "Swap or widen the range",
        )
        return
    if point.scale == 0:
        yield Finding(("scale",), 0, "scale 0 makes every value the same", "Write the units of one raw step")
    if point.plausible_low >= point.plausible_high:
        message = (
            f"plausible_low {point.plausible_low:g} is not below plausible_high {point.plausible_high:g}"
        )
        yield Finding(("plausible_low",), point.plausible_low, message, "Swap or widen the two")
    yield from _deadband((), point.deadband, point)
    for at, rule in enumerate(point.rules):
        yield from _check_rule(("rule", at), rule, point, span)
    if (write := point.write) is not None:
        if write.low > write.high:
            message = f"write.low {write.low:g} is above write.high {write.high:g}"
            yield Finding(("write", "low"), write.low, message, "Swap the two")
        for key, limit in (("low", write.low), ("high", write.high)):
            if not point.low <= limit <= point.high:
                message = f"write.{key} {limit:g} is outside the point's range {span}"
                yield Finding(("write", key), limit, message, "Write a limit inside it or widen the range")
        if write.verify is Verify.FEEDBACK and not write.feedback:
            yield Finding(
                ("write", "feedback"),
                None,
                "verify is 'feedback' and 'feedback' is missing",
                "Add feedback = the id of the point that confirms, or use verify = 'read-back'",
            )


def _deadband(keys: tuple[Key, ...], deadband: float, point: Point) -> Iterator[Finding]:
    widest = point.high - point.low
    if deadband < 0 or (deadband > widest and point.kind is not PointKind.TEXT):
        message = f"deadband {deadband:g} is not within 0 to {widest:g} {point.unit}, the width of the range"
        yield Finding((*keys, "deadband"), deadband, message, "Write a smaller one, 0 for none")


def _check_rule(keys: tuple[Key, ...], rule: Rule, point: Point, span: str) -> Iterator[Finding]:
    if rule.kind not in _FITTING[point.kind]:
        fitting = ", ".join(_FITTING[point.kind]) or "none"
        message = f"rule kind '{rule.kind}' does not fit {point.kind} point {point.id!r}"
        yield Finding((*keys, "kind"), str(rule.kind), message, f"Kinds that fit: {fitting}")
        return
    limits: list[tuple[tuple[Key, ...], str, float]] = [((*keys, "limit"), "limit", rule.limit)]
    limits += [((*keys, "sets", name), f"limit of set {name!r}", limit) for name, limit in rule.sets.items()]
    for place, what, limit in limits:
        named = f"{what} {limit:g} of rule {rule.name!r}"
        if rule.kind is RuleKind.RATE:
            if limit <= 0:
                yield Finding(place, limit, f"{named} is not above 0", f"Write {point.unit}/s, above 0")
        elif rule.kind is RuleKind.STATE and point.states and limit not in point.states:
            states = ", ".join(map(str, point.states))
            yield Finding(place, limit, f"{named} is no state of the point", f"States: {states}")
        elif not point.low <= limit <= point.high:
            message = f"{named} is outside the point's range {span}"
            yield Finding(place, limit, message, "Write a limit inside it or widen low and high")
    yield from _deadband(keys, rule.deadband, point)


def check_template(template: Template, known: Mapping[str, object]) -> Iterator[tuple[str, Finding, bool]]:
    """(point or '', finding, whether a name is unknown): the points that a profile mentions by name.

    `known` holds the ids of all its points, also of those that are wrong.
    """
    index = template.index
    if remote := template.remote_point:
        if remote not in known:
            yield "", Finding(("remote_point",), remote, "remote_point", ""), True
        elif remote in index and template.points[index[remote]].kind is not PointKind.DISCRETE:
            kind = template.points[index[remote]].kind
            message = f"remote_point {remote!r} is {kind}, not discrete"
            yield "", Finding(("remote_point",), remote, message, "Name the local/remote switch"), False
    for point in template.points:
        if point.write is not None and point.write.feedback and point.write.feedback not in known:
            yield point.id, Finding(("write", "feedback"), point.write.feedback, "feedback point", ""), True


def check_placement(template: Template, subsystem: Subsystem) -> Iterator[tuple[str, Finding, bool]]:
    """(point, finding, whether a limit set is unknown): what a subsystem asks of a template in it."""
    for point in template.points:
        for at, rule in enumerate(point.rules):
            for name in rule.sets:
                if name not in subsystem.limit_sets:
                    yield point.id, Finding(("rule", at, "sets", name), name, "limit set", ""), True
        if subsystem.kind in APPROVED_KINDS and point.write is not None and not point.write.approval.strip():
            message = (
                f"point {point.id!r} is writable in subsystem {subsystem.id!r} of kind {subsystem.kind!r}"
                " without an approval"
            )
            way_out = "Remove write, or add approval = the name of who approved it"
            yield point.id, Finding(("write", "approval"), point.write.approval, message, way_out), False


def zone_loops(zones: Mapping[str, Zone]) -> Iterator[list[str]]:
    """Each ring of zones that are inside each other, once, first zone repeated at the end."""
    settled: set[str] = set()
    for start in zones:
        path: list[str] = []
        zone = start
        while zone in zones and zone not in settled:
            if zone in path:
                yield [*path[path.index(zone) :], zone]
                break
            path.append(zone)
            zone = zones[zone].parent
        settled.update(path)
