"""What stands beside an alarm: its marks, and why it is hidden."""

from markupsafe import Markup

from actors.messages import Alarm, AlarmState
from actors.said import in_language
from hmi import drawing
from hmi.alarm_naming import with_links
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import alarms as alarm_words
from hmi.words import annunciation as own


def marks(view: View, alarm: Alarm) -> Markup:
    """Mode, first of its group, repeats, silenced: each with a word, never with colour alone."""
    mark = Markup(' <span class="mark {}" title="{}">{}</span>')
    shown = EMPTY
    if alarm.mode in own.MARKS:
        shown += mark.format(alarm.mode, view.say(own.MARKS[alarm.mode]), view.say(own.MARKS[alarm.mode]))
    if alarm.first_out:
        shown += mark.format("first", view.say(own.FIRST_OUT_HINT), f"① {view.say(own.FIRST_OUT)}")
    if alarm.repeats > 1:
        said = view.say(own.OCCURRED_TIMES, count=alarm.repeats)
        shown += mark.format("repeats", said, f"×{alarm.repeats}")
    if alarm.silenced_ns:
        shown += mark.format("silenced", view.say(own.SILENCED), view.say(own.SILENCED))
    return shown


def suppressions(view: View, alarm: Alarm) -> list[Markup]:
    """Each reason for which it is hidden: they add up."""
    said = []
    for one in alarm.suppressions:
        parts: list[str | Markup] = [with_links(view, in_language(one.reason, view.language))]
        if one.order:
            parts.append(view.say(own.WORK_ORDER, order=one.order))
        if one.one_shot:
            parts.append(view.say(own.ONE_SHOT))
        if one.until_ns:
            time = drawing.date_and_clock(view.zone, one.until_ns)[5:16]
            parts.append(view.say(own.UNTIL, time=time))
        elif not one.cause:
            parts.append(view.say(own.NO_END))
        word = view.say(alarm_words.STATES[AlarmState(one.kind.value)])
        said.append(
            Markup('<span class="mark">{}</span> {} <small>{}</small>').format(
                word, Markup(" · ").join(part for part in parts if part), one.by
            )
        )
    return said
