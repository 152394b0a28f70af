"""What this is, and which keys it knows."""

from markupsafe import Markup

from hmi import words
from hmi.shell import frame, html
from hmi.view import View
from hmi.words import system as system_words


def about(view: View) -> None:
    site = view.live.site
    points = sum(len(device.template.points) for device in site.devices.values())
    facts = (
        (words.SITE, view.name(site.name)),
        (system_words.CONFIGURATION, site.version),
        (words.TIME_ZONE, site.timezone),
        (words.SUBSYSTEMS, len(site.subsystems)),
        (words.DEVICES, len(site.devices)),
        (words.POINTS, f"{points:,}"),
    )
    with frame(view, view.say(words.ABOUT)):
        html(
            Markup(
                '<div class="card"><p>{}</p><div class="checks">{}</div><h2>{}</h2><p>{}</p></div>'
            ).format(
                view.say(words.ABOUT_TEXT),
                Markup("").join(
                    Markup("<span>{}</span><span>{}</span>").format(view.say(text), fact)
                    for text, fact in facts
                ),
                view.say(words.KEYS),
                view.say(words.KEY_A),
            )
        )
