"""Call policies as they stand, each as a timeline, and what would happen if an alarm occurred (N02)."""

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from business.configuration.messages import WRITE
from business.duty.queries import TeamRow
from business.identity.model import Place
from config.notification import Policy, Step
from hmi import drawing
from hmi import words as common
from hmi.pages.notify import telling
from hmi.pages.notify.asking import directory
from hmi.pages.notify.rehearsing import Rehearsing
from hmi.pages.notify.timeline import Tick, timeline
from hmi.shell import EMPTY, frame, html
from hmi.view import View
from hmi.words import linkage, notify
from hmi.words import notify_pages as words


async def policies(view: View) -> None:
    found = await directory(view)
    rehearsing = Rehearsing(view, found)
    with frame(view, view.say(words.POLICIES)):
        html(rehearsing.markup())
        html(Markup('<h2>{}</h2><p class="sub">{}</p>').format(
            view.say(words.POLICIES), view.say(words.POLICIES_HINT)
        ))  # fmt: skip
        html(_listed(view, found.teams))


def _listed(view: View, teams: Mapping[str, TeamRow]) -> Markup:
    if not view.live.site.notification.policies:
        return Markup('<p class="warning">{}</p>').format(view.say(words.NO_POLICIES))
    return EMPTY.join(_policy(view, one, teams) for one in view.live.site.notification.policies)


def _policy(view: View, policy: Policy, teams: Mapping[str, TeamRow]) -> Markup:
    edit = EMPTY
    if view.person.place is Place.OFFICE and view.can(WRITE):
        link = Markup('<a class="plain" href="/configuration/policies/{}">{}</a>')
        edit = link.format(policy.id, view.say(words.EDIT))
    marks = EMPTY
    if not policy.enabled:
        marks = Markup(' <span class="mark">{}</span>').format(view.say(words.OFF))
    return Markup(
        '<section class="card policy{}" data-policy="{}"><header><h2>{} <small>{}</small>{}</h2>{}</header>'
        '<p class="sub">{}</p>{}{}<p class="sub">{}</p></section>'
    ).format(
        "" if policy.enabled else " is-off",
        policy.id,
        view.name(policy.name),
        policy.id,
        marks,
        edit,
        " · ".join(conditions(view, policy)) or view.say(words.ALL_ALARMS),
        _troubles(view, policy, teams),
        _drawn(view, policy, teams),
        " · ".join(_ends(view, policy)),
    )


def conditions(view: View, policy: Policy) -> Iterator[str]:
    """What it means, in the words of the site."""
    site = view.live.site
    if policy.priorities:
        yield view.listed(view.say(common.PRIORITIES[one]) for one in sorted(policy.priorities))
    for chosen, known in (
        (policy.zones, {one.id: one.name for one in site.zones.values()}),
        (policy.subsystems, {one.id: one.name for one in site.subsystems.values()}),
        (policy.classes, {one.id: one.name for one in site.classes.values()}),
    ):
        if chosen:
            yield view.listed(view.name(known[one]) if one in known else one for one in sorted(chosen))
    if policy.days:
        yield view.listed(view.say(linkage.DAYS[one]) for one in policy.days)
    if (policy.hours.start, policy.hours.end) != (0, 1440):
        yield f"{_clock(policy.hours.start)}–{_clock(policy.hours.end)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _troubles(view: View, policy: Policy, teams: Mapping[str, TeamRow]) -> Markup:
    told = []
    if not policy.team and not all(step.team for step in policy.steps):
        told.append(view.say(words.NO_TEAM))
    named = dict.fromkeys(one for one in (policy.team, *(step.team for step in policy.steps)) if one)
    told += [view.say(words.UNKNOWN_TEAM, team=one) for one in named if one not in teams]
    return EMPTY.join(Markup('<p class="problem">{}</p>').format(text) for text in told)


# -- the picture


def _drawn(view: View, policy: Policy, teams: Mapping[str, TeamRow]) -> Markup:
    picture = timeline(policy)
    lanes = EMPTY.join(
        Markup('<div class="lane"><span>{}</span><span class="track">{}</span></div>').format(
            _who(view, policy, lane.step, teams), EMPTY.join(_mark(view, one) for one in lane.marks)
        )
        for lane in picture.lanes
    )
    ticks = EMPTY.join(_tick(view, one) for one in picture.ticks)
    anew = Markup('<b class="anew" title="{}">↻</b>').format(view.say(words.AGAIN_AFTER, after=""))
    return Markup(
        '<div class="lanes">{}<div class="lane axis"><span></span><span class="track">{}{}</span></div></div>'
    ).format(lanes, ticks, anew if policy.again_s else EMPTY)


def _mark(view: View, tick: Tick) -> Markup:
    return Markup('<i style="left:{:.2f}%" title="{}"></i>').format(
        100 * tick.place, offset(view, tick.after_s)
    )


def _tick(view: View, tick: Tick) -> Markup:
    return Markup('<small style="left:{:.2f}%">{}</small>').format(
        100 * tick.place, offset(view, tick.after_s)
    )


def offset(view: View, after_s: float) -> str:
    return drawing.limit_span(view.language, after_s) if after_s else view.say(words.AT_ONCE)


def _who(view: View, policy: Policy, step: Step, teams: Mapping[str, TeamRow]) -> Markup:
    team = step.team or policy.team
    how = [telling.media(view, step)]
    if step.in_order:
        how.append(view.say(words.IN_ORDER, wait=drawing.limit_span(view.language, step.wait_s)))
    if step.repeats:
        every = drawing.limit_span(view.language, step.every_s)
        how.append(view.say(words.EVERY, every=every, count=step.repeats + 1))
    return Markup("<b>{}</b> {} <small>{}</small>").format(
        view.say(notify.AUDIENCES[step.audience]),
        telling.team(view, teams, team),
        " · ".join(how),
    )


def _ends(view: View, policy: Policy) -> Iterator[str]:
    if policy.stops:
        stops = view.listed(view.say(text) for one, text in notify.STOPS.items() if one in policy.stops)
        yield view.say(words.ENDS_WITH, what=stops)
    else:
        yield view.say(words.NEVER_ENDS)
    if policy.again_s:
        after = drawing.limit_span(view.language, policy.again_s)
        yield view.say(words.AGAIN_AFTER, after=after)
    elif policy.stops:
        yield view.say(words.GIVES_UP)
    promises = [
        view.say(words.PROMISES[stage.value], limit=drawing.limit_span(view.language, limit_s))
        for stage, limit_s in policy.promises_s.items()
    ]
    if promises:
        yield from promises
        yield view.say(words.OR_ANEW)
