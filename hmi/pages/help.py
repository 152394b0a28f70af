"""Help: the manuals in the language of the page, and where they tell of it."""

from markupsafe import Markup

from hmi.manual import CHAPTERS, chapter
from hmi.pages.missing import missing
from hmi.shell import EMPTY, frame, html
from hmi.view import View
from hmi.words import manual as words


def contents(view: View) -> None:
    """What all chapters tell of."""
    cards = EMPTY
    for name in CHAPTERS:
        found = chapter(view.language, name)
        assert found is not None, name
        cards += Markup('<div class="card"><header><a href="/help/{}">{}</a></header>{}</div>').format(
            name,
            found.title,
            EMPTY.join(
                Markup('<a class="entry" href="/help/{}#{}">{}</a>').format(name, one.anchor, one.title)
                for one in found.headings
                if one.level == 2
            ),
        )
    with frame(view, view.say(words.HELP)):
        html(Markup('<div class="cards contents">{}</div>').format(cards))


def manual(view: View, name: str) -> None:
    """One chapter, with its contents beside it."""
    found = chapter(view.language, name)
    if found is None:
        missing(view)
        return
    with frame(view, found.title):
        html(
            Markup(
                '<div class="manual"><aside class="contents"><a class="entry" href="/help">{}</a>{}</aside>'
                "<article>{}</article></div>"
            ).format(
                view.say(words.ALL_HELP),
                EMPTY.join(
                    Markup('<a class="entry l{}" href="#{}">{}</a>').format(one.level, one.anchor, one.title)
                    for one in found.headings
                    if one.level <= 3
                ),
                found.body,
            )
        )
