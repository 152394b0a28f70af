"""The pictures and files of a record, small; a click opens one."""

from markupsafe import Markup

from business.registry.columns import value_of
from business.registry.declare import Field
from business.registry.record import Record
from hmi import drawing
from hmi.guard import FILES
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import registry as words


def gallery(view: View, *, entity: str, record: Record, field: Field) -> Markup:
    files = value_of(record, field) or ()
    if not files:
        return Markup("{}").format(drawing.NOTHING)
    picture = Markup(
        '<a href="{path}" target="_blank" rel="noopener"><img src="{path}" alt="{alt}" loading="lazy"></a>'
    )
    other = Markup('<a class="plain" href="{path}">{alt}</a>')
    found = EMPTY
    for number, name in enumerate(files, 1):
        kept = view.house.ports.files.find(name)
        if kept is not None:
            text = words.PICTURE if kept.is_picture else words.FILE
            path = f"{FILES}{entity}/{record.id}/{name}"
            found += (picture if kept.is_picture else other).format(
                path=path, alt=view.say(text, number=number)
            )
    return Markup('<span class="gallery">{}</span>').format(found or drawing.NOTHING)
