"""What a point, a profile, a device's place and the tree of zones must keep to beyond their types."""

from collections.abc import Iterator, Mapping

from config.check_rule import NUMERIC, check_deadband, check_reference, check_rule
from config.problems import Finding
from config.schema import APPROVED_KINDS
from config.site import Point, PointKind, Subsystem, Template, Verify, Zone


def check_point(point: Point) -> Iterator[Finding]:
    """Ranges, deadbands, alarm rules and write limits of one point."""
    span = f"{point.low:g} to {point.high:g} {point.unit}".rstrip()
    if point.low > point.high or (point.low == point.high and point.kind in NUMERIC):
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
    yield from check_deadband((), point.deadband, point)
    for at, rule in enumerate(point.rules):
        yield from check_rule(("rule", at), rule, point)
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
        if point.write_only:
            yield from ((point.id, finding, False) for finding in _check_command(point))
        for at, rule in enumerate(point.rules):
            for finding, is_unknown in check_reference(("rule", at), rule, point, template, known):
                yield point.id, finding, is_unknown


def _check_command(point: Point) -> Iterator[Finding]:
    """What of a point that is only written would wait for a value for ever."""
    only, zh = (
        f"point {point.id!r} is only written, the device tells nothing of it",
        f"测点 {point.id} 只写，设备不回传",
    )
    if point.write is None:
        message, way_out = f"{only}: without write it is nothing", "Add write = {...}"
        yield Finding(("write",), None, message, way_out, f"{zh}；请填写 write = {{...}}")
    elif point.write.verify is Verify.READ_BACK:
        yield Finding(
            ("write", "verify"),
            "read-back",
            f"{only}: there is nothing to read back",
            "Use verify = 'none', or 'feedback' with feedback = the id of a point that shows it",
            f"{zh}，无法回读确认；请改为 verify = 'none'，或用 'feedback' 并以 feedback 指明反馈测点",
        )
    for at, rule in enumerate(point.rules):
        message, way_out = (
            f"{only}: rule {rule.name!r} has nothing to judge",
            "Remove it, or put it on a point that is read",
        )
        yield Finding(
            ("rule", at),
            rule.name,
            message,
            way_out,
            f"{zh}，规则 {rule.name} 无值可判；请删去，或改设在可读的测点上",
        )


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
