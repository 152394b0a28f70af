"""What stands where nothing is."""

from markupsafe import Markup

from hmi import words
from hmi.shell import frame, html
from hmi.view import View


def missing(view: View) -> None:
    with frame(view, view.say(words.NOT_FOUND)):
        html(
            Markup('<p>{}</p><p><a href="/">{}</a></p>').format(
                view.say(words.NOT_FOUND_HINT, path=view.path), view.say(words.BACK_TO_OVERVIEW)
            )
        )


def forbidden(view: View) -> None:
    with frame(view, view.say(words.NOT_PERMITTED_HERE)):
        html(Markup('<p><a href="/">{}</a></p>').format(view.say(words.BACK_TO_OVERVIEW)))
