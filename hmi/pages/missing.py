"""What stands where nothing is."""

from markupsafe import Markup
from nicegui import ui

from config.packaging import SiteModule
from hmi import words
from hmi.plain import language_of
from hmi.shell import frame, html
from hmi.view import View
from hmi.words import configuration, say


def missing(view: View) -> None:
    with frame(view, view.say(words.NOT_FOUND)):
        html(
            Markup('<p>{}</p><p><a href="/">{}</a></p>').format(
                view.say(words.NOT_FOUND_HINT, path=view.path), view.say(words.BACK_TO_OVERVIEW)
            )
        )


def broken() -> None:
    """Instead of a page that met a defect, whose inner workings stay in the log."""
    language = language_of(ui.context.client.request)
    html(
        Markup(
            '<div class="gate"><div class="panel"><h1>{}</h1><p>{}</p><p><a href="/">{}</a></p></div></div>'
        ).format(*(say(language, one) for one in (words.BROKEN, words.BROKEN_HINT, words.BACK_TO_OVERVIEW)))
    )


def switched_off(view: View, module: SiteModule) -> None:
    with frame(view, view.say(configuration.MODULE_OFF, name=view.name(module.label))):
        html(
            Markup('<p>{}</p><p><a href="/">{}</a></p>').format(
                view.say(configuration.MODULE_OFF_HINT), view.say(words.BACK_TO_OVERVIEW)
            )
        )


def forbidden(view: View) -> None:
    with frame(view, view.say(words.NOT_PERMITTED_HERE)):
        html(Markup('<p><a href="/">{}</a></p>').format(view.say(words.BACK_TO_OVERVIEW)))
