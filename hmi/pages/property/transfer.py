"""Change of owner: what ends, what begins and what hangs on the house is seen before it is done (B09)."""

from collections.abc import Iterable, Sequence
from datetime import date

from markupsafe import Markup
from sqlalchemy.orm import Session

from actors.said import in_language
from business.cards import CARDS
from business.fields.field_type import FieldError
from business.fields.times import day
from business.property.around import Around, Card, Told
from business.property.house import House
from business.property.messages import NewOwner, TransferHouse
from business.property.transferring import Outlook, outlook
from business.registry.entity import Entities
from business.registry.record import Record
from business.registry.texts import texts
from config.text import Text
from hmi.pages.property.guided import Guided
from hmi.shell import EMPTY
from hmi.view import Entered, View
from hmi.words import property as words

OWNERS = 4
"""New owners that the form offers."""
HANGING = 6
_SEEN = frozenset({"house", "person", "company", "ownership", "stay", "payer", "utility_account"})
"""Cards that the outlook tells better."""


class TransferPage(Guided):
    def __init__(self, view: View, entities: Entities) -> None:
        super().__init__(view, entities, entities["house"])
        self._seen: TransferHouse | None = None
        """What the person has seen the outlook of."""
        self._lists: tuple[tuple[Text, tuple[str, ...]], ...] = ()
        self._hanging: tuple[tuple[Card, Told], ...] = ()

    async def draw(self) -> None:
        if await self.open(words.TRANSFER, self._page):
            self.view.on_form("transfer", "house.write", self._entered)

    def _page(self) -> Markup:
        view = self.view
        buttons = self.button(view.say(words.PREVIEW), "preview", main=self._seen is None)
        if self._seen is not None:
            buttons = self.button(view.say(words.TRANSFER_NOW), "transfer") + buttons
        owners = EMPTY.join(
            self.reference(f"person{at}", words.NEW_OWNER, "person")
            + self.reference(f"company{at}", words.OR_COMPANY, "company")
            + self.line(f"share{at}", words.SHARE, "100" if at == 1 else "")
            for at in range(1, OWNERS + 1)
        )
        contract = (
            self.line("on", words.TRANSFER_DAY, kind="date", hint=view.say(words.TRANSFER_DAY_HINT))
            + self.line("contract", words.CONTRACT)
            + self.line("certificate", words.NEW_CERTIFICATE)
            + self.line("reason", words.REASON)
        )
        follows = (
            self.tick("end_stays", words.END_STAYS)
            + self.tick("take_over_fees", words.TAKE_OVER_FEES)
            + self.tick("move_utilities", words.MOVE_UTILITIES)
        )
        return (
            self.form(
                "transfer",
                ((words.TRANSFER, contract), (words.NEW_OWNERS, owners), (words.FOLLOWS, follows)),
                buttons,
            )
            + self._outlook()
        )

    def _outlook(self) -> Markup:
        if self._seen is None:
            return EMPTY
        view = self.view
        card = Markup('<div class="card"><header><b>{}</b></header>{}</div>')
        item = Markup('<div class="told">{}</div>')
        lists = EMPTY.join(
            card.format(view.say(heading), EMPTY.join(item.format(one) for one in said))
            for heading, said in self._lists
            if said
        )
        hanging = EMPTY.join(
            card.format(
                view.say(words.HANGS_ON, what=view.name(one.label)),
                EMPTY.join(
                    Markup('<div class="told"><a href="{}">{}</a></div>').format(line.path, line.title)
                    for line in told.lines
                    if not line.is_over
                ),
            )
            for one, told in self._hanging
        )
        return Markup('<h2 id="preview">{}</h2><div class="packed">{}{}</div>').format(
            view.say(words.WHAT_WILL_BE), lists, hanging
        )

    async def _entered(self, entered: Entered) -> None:
        self.entered, self.problem = entered, ""
        names = [f"{kind}{at}" for at in range(1, OWNERS + 1) for kind in ("person", "company")]
        if typed := self.unchosen(*names):
            self._seen, self.problem = None, self.view.say(words.CHOOSE_PERSON, typed=typed)
            self.turn += 1
            return
        command = self._command()
        if self.first("do") == "transfer" and self._seen is not None:
            if command == self._seen:
                await self.carry_out(command)
                return
            self.problem = self.view.say(words.CHANGED_SINCE_PREVIEW)
        self._seen = None
        try:
            on = day().parse(command.on)
        except FieldError as error:
            self.problem = in_language(str(error), self.view.language)
        else:
            self._seen = command
            await self.read(lambda session: self._look(session, command, on))
        self.turn += 1

    def _look(self, session: Session, command: TransferHouse, on: date) -> None:
        view, person = self.view, self.view.person
        seen = outlook(session, session.get_one(House, self.id), on)
        self._lists = tuple(self._told(session, command, seen))
        around = Around(houses=frozenset({self.id}))
        told = (
            (card, card.told(session, person.reach(card.permission), around, view.language, HANGING))
            for card in CARDS
            if card.name not in _SEEN and person.may(card.permission)
        )
        self._hanging = tuple((card, found) for card, found in told if found.total)

    def _told(
        self, session: Session, command: TransferHouse, seen: Outlook
    ) -> Iterable[tuple[Text, tuple[str, ...]]]:
        """What ends, what begins, what stays."""

        def said(entity: str, rows: Sequence[Record], *names: str) -> tuple[str, ...]:
            fields = [self.entities[entity].by_name[name] for name in names]
            held = texts(session, self.entities, fields, rows, self.view.language)
            return tuple(" ".join(filter(None, (held.text(row, one) for one in fields))) for row in rows)

        begins = []
        for at, owner in enumerate(self._owners(), 1):
            typed = self.first(f"person{at}~typed") or self.first(f"company{at}~typed")
            begins.append(f"{typed} {owner.share}%")
        yield words.SHARES_END, said("ownership", seen.owners, "person_id", "company_id", "share", "since")
        yield words.SHARES_BEGIN, tuple(begins)
        stays = said("stay", seen.stays, "person_id", "role", "since")
        yield (words.STAYS_END if command.end_stays else words.STAYS_GO_ON), stays
        yield words.STAYS_GO_ON, said("stay", seen.others, "person_id", "role", "since")
        if command.take_over_fees:
            yield words.FEES_FOLLOW, said("payer", seen.payers, "fee", "person_id", "company_id")
        if command.move_utilities:
            yield words.ACCOUNTS_FOLLOW, said("utility_account", seen.accounts, "utility", "number", "holder")

    def _owners(self) -> tuple[NewOwner, ...]:
        found = []
        for at in range(1, OWNERS + 1):
            person, company = self.number(f"person{at}"), self.number(f"company{at}")
            if person is not None or company is not None:
                found.append(NewOwner(person, company, self.first(f"share{at}").rstrip("%％ ")))
        return tuple(found)

    def _command(self) -> TransferHouse:
        return TransferHouse(
            house=self.id,
            on=self.first("on"),
            owners=self._owners(),
            contract=self.first("contract"),
            certificate=self.first("certificate"),
            end_stays="end_stays" in self.entered,
            take_over_fees="take_over_fees" in self.entered,
            move_utilities="move_utilities" in self.entered,
            reason=self.first("reason"),
        )


async def transfer(view: View, entities: Entities) -> None:
    await TransferPage(view, entities).draw()
