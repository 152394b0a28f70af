"""The rehearsal on the page of policies: a time and an alarm, and who would be told when by what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from actors.alarm_requests import class_of
from business.notifier.directory import Directory
from business.notifier.policy import Cause
from business.notifier.rehearsing import Told, Turn, Weighed, turns, weighed
from config.calendar import Calendar
from config.notification import Audience
from config.text import Text
from hmi import drawing
from hmi import words as common
from hmi.alarm_index import Name
from hmi.alarm_naming import named, title_of
from hmi.editing import now
from hmi.forms import options_of
from hmi.journal_filter import Unclear, time_ns
from hmi.pages.notify import telling
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import View
from hmi.words import notify
from hmi.words import notify_pages as words

LONGEST = 200
_WARNING = Markup('<p class="warning">{}</p>')
_NOBODY = Markup('<span class="problem">{} <small>{}</small></span>')


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the form, as they were filled in."""

    when: str = ""
    alarm: str = ""
    priority: str = ""
    zone: str = ""
    subsystem: str = ""
    alarm_class: str = ""
    team: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        return cls(**{name: query.get(name, "").strip()[:LONGEST] for name in cls.__slots__})


class Rehearsing:
    def __init__(self, view: View, directory: Directory) -> None:
        self._view = view
        self._directory = directory
        self._plan = directory.plan(view.zone, Calendar(view.live.site.calendar))
        self._asked = Asked.of(view.client.request.query_params)

    def markup(self) -> Markup:
        view = self._view
        return Markup(
            '<section class="card rehearsal" id="rehearsal"><h2>{} <small class="sub">{}</small></h2>'
            "{}{}</section>"
        ).format(view.say(words.REHEARSAL), view.say(words.REHEARSAL_HINT), self._form(), self._outcome())

    # -- the form

    def _form(self) -> Markup:
        view, site, filled = self._view, self._view.live.site, self._asked
        when = filled.when or f"{now(view):%Y-%m-%dT%H:%M}"
        ranks = [(str(rank), view.say(text)) for rank, text in common.PRIORITIES.items()]
        classes = [(one.id, view.name(one.name)) for one in site.classes.values()]
        subsystems = [(one.id, view.name(one.name)) for one in site.subsystems.values()]
        teams = [(one.id, view.name(one.name)) for one in self._directory.teams.values()]
        return Markup(
            '<form method="get" action="#rehearsal" class="toolbar">'
            '<label class="field">{} <input type="datetime-local" name="when" value="{}"></label>'
            '<label class="field" title="{}">{} '
            '<input type="search" name="alarm" value="{}" size="30"></label>'
            '<i class="sub">{}</i>{}{}{}{}{}<button class="plain main">{}</button></form>'
        ).format(
            view.say(words.AT),
            when,
            view.say(words.ALARM_HINT),
            view.say(words.ALARM),
            filled.alarm,
            view.say(words.OR_ITS_KIND),
            _choice(view, words.PRIORITY, "priority", filled.priority or "1", ranks),
            _choice(view, words.ZONE, "zone", filled.zone, [("", view.say(common.ALL)), *self._zones()]),
            _choice(
                view, words.SUBSYSTEM, "subsystem", filled.subsystem, [("", drawing.NOTHING), *subsystems]
            ),
            _choice(view, words.CLASS, "alarm_class", filled.alarm_class, [("", drawing.NOTHING), *classes]),
            _choice(view, words.PLAN_TEAM, "team", filled.team, [("", view.say(words.AN_ALARM)), *teams]),
            view.say(words.REHEARSE),
        )

    def _zones(self) -> Iterator[tuple[str, str]]:
        site = self._view.live.site

        def below(parent: str, depth: int) -> Iterator[tuple[str, str]]:
            for zone in site.zones.values():
                if zone.parent == parent:
                    yield zone.id, "\u3000" * depth + self._view.name(zone.name)
                    yield from below(zone.id, depth + 1)

        return below("", 0)

    # -- what would happen

    def _outcome(self) -> Markup:
        view = self._view
        if not self._asked.when:
            return EMPTY
        try:
            at_ns = time_ns(self._asked.when, view.zone, view.language)
            cause, title = self._cause()
        except Unclear as unclear:
            return _WARNING.format(str(unclear))
        site = view.live.site
        above = {zone.id: zone.parent for zone in site.zones.values()}
        found = weighed(site.notification.policies, cause, self._plan, above, at_ns)
        counts = next((one.policy for one in found if one.against is None), None)
        shown = Markup("<p><b>{}</b> {}</p>").format(title, drawing.date_and_clock(view.zone, at_ns))
        shown += Markup("<h2>{}</h2>").format(view.say(words.WHICH_COUNTS)) + self._weighed(found)
        if counts is None:
            return shown + _WARNING.format(view.say(words.NO_POLICY_COUNTS))
        played = turns(counts, cause, self._plan, self._directory, at_ns)
        heading = Markup("<h2>{}</h2>").format(view.say(words.WHO_IS_TOLD))
        return shown + heading + self._turns(played, at_ns)

    def _cause(self) -> tuple[Cause, str]:
        """With what it is called. Raises Unclear for an alarm that there is not."""
        view, filled = self._view, self._asked
        if filled.alarm:
            return self._of_alarm(named(filled.alarm))
        rank = int(filled.priority) if filled.priority in {"1", "2", "3", "4"} else 1
        cause = Cause(rank, filled.zone, filled.subsystem, filled.alarm_class, filled.team)
        return cause, view.say(common.PRIORITIES[rank])

    def _of_alarm(self, name: Name | None) -> tuple[Cause, str]:
        view, site = self._view, self._view.live.site
        rule = site.rule(*name) if name is not None else None
        if name is None or rule is None:
            example = next((f"{one.id}//comm-loss" for one in site.devices.values()), drawing.NOTHING)
            raise Unclear(view.say(words.NO_SUCH_ALARM, name=self._asked.alarm, example=example))
        device = site.devices.get(name[0])
        zone = device.zone if device is not None else site.nodes[name[0]].zone
        subsystem = device.subsystem if device is not None else ""
        cause = Cause(rule.priority.rank, zone, subsystem, class_of(site, name).id)
        return cause, title_of(view, site, name)

    def _weighed(self, found: Iterable[Weighed]) -> Markup:
        view, counts = self._view, False
        rows = []
        for one in found:
            if one.against is not None:
                look, said = "sub", view.say(words.MISFITS[one.against])
            else:
                look, said = ("sub", view.say(words.LATER)) if counts else ("chosen", view.say(words.COUNTS))
                counts = True
            rows.append(
                Markup('<li data-weighed="{}" class="{}"><b>{}</b> {}</li>').format(
                    one.policy.id, look, view.name(one.policy.name), said
                )
            )
        return Markup('<ol class="weighed">{}</ol>').format(EMPTY.join(rows))

    def _turns(self, played: Iterable[Turn], since_ns: int) -> Markup:
        view = self._view
        rows = [row for turn in played for row in self._turn(turn, since_ns)]
        heads = (
            ("tight", words.OFFSET), ("tight", words.TIME), ("", words.STEP), ("", words.PERSON),
            ("tight", words.MEDIUM),
        )  # fmt: skip
        return table(telling.heads(view, heads), rows, "rehearsed")

    def _turn(self, turn: Turn, since_ns: int) -> Iterator[Markup]:
        view = self._view
        step = view.say(words.STEP_NUMBER, round=turn.slot.round + 1, step=turn.slot.step + 1)
        if turn.slot.repeat:
            step = f"{step} · {view.say(words.REPEAT, repeat=turn.slot.repeat)}"
        team = telling.team(view, self._directory.teams, turn.team)
        what = Markup("{} <small>{}</small>").format(
            f"{view.say(notify.AUDIENCES[turn.step.audience])} · {team}".removesuffix(" · "), step
        )
        if not turn.told:
            nobody = _NOBODY.format(view.say(words.NOBODY), self._why_nobody(turn, team))
            yield self._line(turn.at_ns, since_ns, what, nobody, "", bad=True)
        for at, one in enumerate(turn.told):
            who, by = self._told(one, team)
            yield self._line(one.at_ns, since_ns, EMPTY if at else what, who, by, bad=one.medium is None)

    def _told(self, one: Told, team: str) -> tuple[Markup, str]:
        view, target = self._view, one.target
        who = target.display if target.user else view.say(notify.DUTY_PHONE_OF, team=team)
        if one.medium is None:
            return Markup("{} {}").format(who, _NOBODY.format("", view.say(words.NO_WAY))), ""
        return Markup("{}").format(who), telling.medium(view, one.medium)

    def _why_nobody(self, turn: Turn, team: str) -> str:
        view = self._view
        if not turn.team:
            return view.say(words.NO_TEAM_NAMED)
        if turn.team not in self._directory.teams:
            return view.say(words.NO_SUCH_TEAM, team=turn.team)
        why = {Audience.ON_DUTY: words.NOBODY_ON_DUTY, Audience.PHONE: words.NO_PHONE}
        return view.say(why.get(turn.step.audience, words.NOBODY_OF_RANK), team=team)

    def _line(self, at_ns: int, since_ns: int, what: Markup, who: Markup, by: str, *, bad: bool) -> Markup:
        view = self._view
        return Markup(
            '<tr class="{}"><td class="tight">+{}</td><td class="tight">{}</td><td>{}</td><td>{}</td>'
            '<td class="tight">{}</td></tr>'
        ).format(
            "unreached" if bad else "",
            drawing.limit_span(view.language, (at_ns - since_ns) / 1e9),
            drawing.moment(view.zone, at_ns, since_ns),
            what,
            who,
            by,
        )


def _choice(view: View, label: Text, name: str, chosen: str, options: Iterable[tuple[str, str]]) -> Markup:
    return Markup('<label>{} <select name="{}">{}</select></label>').format(
        view.say(label), name, options_of(options, chosen)
    )
