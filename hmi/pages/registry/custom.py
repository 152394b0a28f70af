"""The fields that the site adds to an entity."""

import asyncio

from markupsafe import Markup

from business.dictionaries.queries import DictionaryRow, dictionaries
from business.registry.custom import rows_of
from business.registry.entity import Entity
from business.registry.messages import SetCustomField
from business.registry.model import CustomField
from hmi import words as common
from hmi.commanding import carry_out
from hmi.forms import select
from hmi.pages.registry.crumbs import crumbs
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import registry as words


class CustomFields:
    def __init__(self, view: View, entity: Entity) -> None:
        self._view = view
        self._entity = entity
        self._rows: tuple[CustomField, ...] = ()
        self._dictionaries: tuple[DictionaryRow, ...] = ()
        self._turn = 0

    async def draw(self) -> None:
        view = self._view
        await self._read()
        here = view.say(words.FIELDS)
        above = crumbs(view, self._entity, (), here)
        with frame(view, f"{here} · {view.name(self._entity.label)}", above):
            html(view.block(self._table, lambda: self._turn))
        view.on_form("field", self._entity.permission("configure"), self._save)

    async def _read(self) -> None:
        def read() -> tuple[tuple[CustomField, ...], tuple[DictionaryRow, ...]]:
            with self._view.house.seats.authority.open() as session:
                return rows_of(session, self._entity), dictionaries(session)

        self._rows, self._dictionaries = await asyncio.to_thread(read)
        self._turn += 1

    def _table(self) -> Markup:
        """Each field is a form of one line; the last line is for a new one."""
        say = self._view.say
        heads = (
            words.CUSTOM_NAME,
            words.LABEL_ZH,
            words.LABEL_EN,
            words.TYPE,
            words.DICTIONARY,
            common.UNIT,
            words.POSITION,
            words.REQUIRED,
            words.LISTED,
            words.DISABLED,
        )
        rows = [self._line(at, row) for at, row in enumerate((*self._rows, None))]
        return table([*(("tight", say(text)) for text in heads), ("", "")], rows)

    def _line(self, at: int, row: CustomField | None) -> Markup:
        view = self._view
        text = Markup('<td><input form="f{at}" name="{name}" value="{value}" size="{size}"{kept}></td>')
        tick = Markup('<td><input type="checkbox" form="f{}" name="{}"{} aria-label="{}"></td>')
        kept = Markup(" readonly") if row else EMPTY
        types = [(name, view.say(label)) for name, label in words.TYPES.items()]
        listed = [("", ""), *((one.name, view.name(one.label)) for one in self._dictionaries)]

        def field(name: str, value: object, size: int, kept: Markup = EMPTY) -> Markup:
            return text.format(at=at, name=name, value=value, size=size, kept=kept)

        def choice(name: str, value: str, options: list[tuple[str, str]]) -> Markup:
            return Markup("<td>{}</td>").format(select(name, value, options, of=f"f{at}"))

        return Markup("<tr>{}</tr>").format(
            field("field", row.name if row else "", 12, kept)
            + field("zh", row.label_zh if row else "", 10)
            + field("en", row.label_en if row else "", 12)
            + choice(
                "type",
                row.type if row else "text",
                types if row is None else [(row.type, view.say(words.TYPES[row.type]))],
            )
            + choice("dictionary", row.dictionary if row else "", listed)
            + field("unit", row.unit if row else "", 4)
            + field("position", row.position if row else len(self._rows), 3)
            + EMPTY.join(
                tick.format(
                    at, name, Markup(" checked") if row and getattr(row, name) else EMPTY, view.say(label)
                )
                for name, label in (
                    ("required", words.REQUIRED),
                    ("listed", words.LISTED),
                    ("disabled", words.DISABLED),
                )
            )
            + Markup(
                '<td><form id="f{}" data-form="field"><button class="plain">{}</button></form></td>'
            ).format(at, view.say(common.SAVE))
        )

    async def _save(self, entered: Entered) -> None:
        def text(name: str) -> str:
            return entered.get(name, ("",))[0].strip()

        position = text("position")
        body = SetCustomField(
            entity=self._entity.name,
            field=text("field"),
            zh=text("zh"),
            en=text("en"),
            type=text("type"),
            dictionary=text("dictionary"),
            unit=text("unit"),
            required="required" in entered,
            listed="listed" in entered,
            position=int(position)
            if position.isascii() and position.isdecimal() and len(position) < 6
            else 0,
            disabled="disabled" in entered,
        )
        permission = self._entity.permission("configure")
        if await carry_out(self._view, body, permission, self._view.house.ports.office):
            await self._read()


async def custom_fields(view: View, entity: Entity) -> None:
    await CustomFields(view, entity).draw()
