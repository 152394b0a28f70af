"""What the columns of a file mean: as it is proposed, as a form, and as a person has said it."""

from dataclasses import dataclass
from itertools import islice

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.exchange.columns import Column
from business.exchange.layout import Header, header_of, records_of
from business.exchange.layouts import proposed
from business.exchange.reading import shown
from business.exchange.sheet import HEADER_ROWS, Row, Sheet
from business.exchange.stored import stored
from business.importing.columns import columns
from business.importing.messages import StartImport
from business.importing.uploads import ABOUT, ROWS, header_row
from business.property.importing import special_columns
from business.registry.custom import fields_of
from business.registry.entity import Entity
from business.registry.places import ProjectRow, projects
from hmi.forms import select
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import transfers as words

PREVIEWED = 4
"""Rows of the file that the mapping shows."""
CELL_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Upload:
    """A file whose columns are to be mapped."""

    name: str
    sheets: tuple[str, ...]
    at: int
    header: Header
    headers: tuple[int, ...]
    """Rows that may hold the headings."""
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    mapping: dict[int, str]
    required: tuple[Column, ...]
    projects: tuple[ProjectRow, ...]


def read_upload(view: View, entity: Entity, file: str, at: int, row: int | None) -> Upload:
    """Blocks. `row` is that of the headings, None where they are to be found. Raises OSError, KeyError,
    IndexError for a file or a sheet that is not there, FileRefused for headings."""
    shelf = view.house.ports.shelf
    sheets = stored(shelf.path(file, ROWS))
    sheet = sheets[at]
    with view.house.seats.authority.open() as session:
        known = columns(session, entity, special_columns(entity.name))
        header = _headed(sheet, known, row)
        mapping = proposed(session, entity.name, header, known)
        required = _required(session, entity, known)
        reach = view.person.reach(entity.permission("import"))
        offered = projects(session, reach) if not entity.kind.within else ()
    return Upload(
        shelf.path(file, ABOUT).read_text(encoding="utf-8"),
        tuple(one.name for one in sheets),
        at,
        header,
        tuple(row.number for row in islice(sheet.rows(), HEADER_ROWS)),
        tuple(islice(records_of(sheet, header), PREVIEWED)),
        known,
        mapping,
        required,
        offered,
    )


def _headed(sheet: Sheet, known: tuple[Column, ...], row: int | None) -> Header:
    if row is None:
        return header_of(sheet, known)
    return Header(row, header_row(sheet, row))


def _required(session: Session, entity: Entity, known: tuple[Column, ...]) -> tuple[Column, ...]:
    fields = fields_of(session, entity)
    return tuple(one for one in known if one.name in fields and fields[one.name].required)


class MappingForm:
    def __init__(self, view: View, entity: Entity, file: str, upload: Upload) -> None:
        self._view = view
        self._entity = entity
        self._file = file
        self._upload = upload

    def drawn(self) -> Markup:
        view, upload = self._view, self._upload
        options = [("", view.say(words.NOT_IMPORTED))]
        options += [(one.name, view.name(one.label)) for one in upload.columns]
        heads = (("", words.HEADING), ("", words.MEANS), ("", words.FIRST_VALUES))
        row = Markup('<tr><td><b>{}</b></td><td>{}</td><td class="sub">{}</td></tr>')
        rows = (
            row.format(
                label,
                select(f"column{place}", upload.mapping.get(place, ""), options),
                " ｜ ".join(_previews(upload.rows, place)),
            )
            for place, label in enumerate(upload.header.labels)
            if label or any(_previews(upload.rows, place))
        )
        mapped = set(upload.mapping.values())
        missing = [view.name(one.label) for one in upload.required if one.name not in mapped]
        if "code" in mapped and self._entity.name == "house":
            missing = []
        warning = (
            Markup('<p class="notice">{}</p>').format(
                view.say(words.REQUIRED_UNMAPPED, fields="、".join(missing))
            )
            if missing
            else EMPTY
        )
        return Markup(
            '<p><b>{}</b> {}</p>{}<form class="record" data-form="map">{}<div class="way"><h2>{}</h2>{}</div>'
            '{}<div class="toolbar"><button class="plain main">{}</button>'
            '<a class="plain" href="?">{}</a></div></form>'
        ).format(
            upload.name,
            self._places(),
            warning,
            table([(look, view.say(text)) for look, text in heads], rows, "mapping"),
            view.say(words.IF_THERE),
            self._existing(),
            self._projects() + self._missing(),
            view.say(words.CHECK),
            view.say(words.ANOTHER_FILE),
        )

    def _places(self) -> Markup:
        """Which sheet, and which of its rows holds the headings."""
        view, upload = self._view, self._upload
        go = Markup('<label class="field">{} <select data-go>{}</select></label> ')
        option = Markup('<option value="?file={}&amp;map&amp;sheet={}{}"{}>{}</option>')
        chosen = Markup(" selected")
        sheets = (
            option.format(self._file, at, EMPTY, chosen if at == upload.at else EMPTY, name or at + 1)
            for at, name in enumerate(upload.sheets)
        )
        headers = (
            option.format(
                self._file,
                upload.at,
                Markup("&amp;header={}").format(number),
                chosen if number == upload.header.row else EMPTY,
                number,
            )
            for number in upload.headers
        )
        many = go.format(view.say(words.SHEET), EMPTY.join(sheets)) if len(upload.sheets) > 1 else EMPTY
        return many + go.format(view.say(words.HEADER_ROW), EMPTY.join(headers))

    def _existing(self) -> Markup:
        radio = Markup('<label><input type="radio" name="existing" value="{}"{}> {}</label><br>')
        return EMPTY.join(
            radio.format(value, Markup(" checked") if value == "update" else EMPTY, self._view.say(text))
            for value, text in words.EXISTING.items()
        )

    def _missing(self) -> Markup:
        if self._entity.name != "house":
            return EMPTY
        return Markup(
            '<div class="way"><label><input type="checkbox" name="missing"> {}</label></div>'
        ).format(self._view.say(words.MAKE_MISSING))

    def _projects(self) -> Markup:
        view, upload = self._view, self._upload
        if len(upload.projects) < 2:
            return EMPTY
        options = [(str(one.id), view.name(one.name)) for one in upload.projects]
        return Markup('<div class="way"><h2>{}</h2>{}</div>').format(
            view.say(words.PROJECT), select("scope", options[0][0], options)
        )

    def said(self, entered: Entered) -> StartImport:
        """What a person has entered."""
        upload = self._upload
        mapping = []
        for place in range(len(upload.header.labels)):
            name = entered.get(f"column{place}", ("",))[0]
            if name:
                mapping.append((place, name))
        return StartImport(
            self._entity.name,
            self._file,
            upload.name,
            upload.at,
            upload.header.row,
            tuple(mapping),
            entered.get("existing", ("update",))[0],
            number(entered.get("scope", ("",))[0]),
            "missing" in entered,
        )


def _previews(rows: tuple[Row, ...], place: int) -> list[str]:
    texts = (shown(row.cells[place]) if place < len(row.cells) else "" for row in rows)
    return [text[:CELL_LENGTH] for text in texts if text]


def number(text: str) -> int | None:
    """None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
