"""Moving in and moving out of a house (B09 to B11)."""

from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.property.messages import MoveIn, MoveOut, Mover
from business.property.moving import residents
from business.registry.entity import Entities
from business.registry.texts import texts
from hmi.pages.property.guided import Guided, options
from hmi.shell import EMPTY
from hmi.view import Entered, View
from hmi.words import property as words

MOVERS = 5
"""People that the form offers to move in at once."""


class MoveInPage(Guided):
    def __init__(self, view: View, entities: Entities) -> None:
        super().__init__(view, entities, entities["house"])
        self._roles: tuple[tuple[str, str], ...] = ()
        self._relations: tuple[tuple[str, str], ...] = ()
        self._states: tuple[tuple[str, str], ...] = ()

    async def draw(self) -> None:
        def read(session: Session) -> None:
            self._roles = options(session, self.view, "person_category")
            self._relations = options(session, self.view, "household_relation")
            self._states = options(session, self.view, "house_status")

        await self.read(read)
        if await self.open(words.MOVE_IN, self._page):
            self.view.on_form("move", "house.write", self._entered)

    def _page(self) -> Markup:
        people = EMPTY.join(
            self.reference(f"person{at}", words.RESIDENT, "person")
            + self.choice(f"role{at}", words.ROLE, self._roles, "owner" if at == 1 else "family")
            + self.choice(f"relation{at}", words.RELATION, (("", ""), *self._relations))
            for at in range(1, MOVERS + 1)
        )
        act = (
            self.line("since", words.SINCE, today(self.view), kind="date")
            + self.line("lease", words.LEASE)
            + self.choice("status", words.STATE_AFTER, (("", self.view.say(words.AS_IT_IS)), *self._states))
        )
        return self.form(
            "move",
            ((words.MOVE_IN, act), (words.RESIDENTS, people)),
            self.button(self.view.say(words.MOVE_IN), "move"),
        )

    async def _entered(self, entered: Entered) -> None:
        self.entered, self.problem = entered, ""
        if typed := self.unchosen(*(f"person{at}" for at in range(1, MOVERS + 1))):
            self.problem = self.view.say(words.CHOOSE_PERSON, typed=typed)
            self.turn += 1
            return
        people = tuple(
            Mover(person, self.first(f"role{at}"), self.first(f"relation{at}"))
            for at in range(1, MOVERS + 1)
            if (person := self.number(f"person{at}")) is not None
        )
        body = MoveIn(self.id, self.first("since"), people, self.first("lease"), self.first("status"))
        await self.carry_out(body)


class MoveOutPage(Guided):
    def __init__(self, view: View, entities: Entities) -> None:
        super().__init__(view, entities, entities["house"])
        self._stays: tuple[tuple[int, str], ...] = ()
        self._states: tuple[tuple[str, str], ...] = ()

    async def draw(self) -> None:
        await self.read(self._look)
        if await self.open(words.MOVE_OUT, self._page):
            self.view.on_form("move", "house.write", self._entered)

    def _look(self, session: Session) -> None:
        view = self.view
        stays = residents(session, self.id, datetime.fromisoformat(today(view)).date())
        fields = [self.entities["stay"].by_name[name] for name in ("person_id", "role", "since")]
        held = texts(session, self.entities, fields, stays, view.language)
        self._stays = tuple(
            (stay.id, " · ".join(filter(None, (held.text(stay, one) for one in fields)))) for stay in stays
        )
        self._states = options(session, view, "house_status")

    def _page(self) -> Markup:
        view = self.view
        if not self._stays:
            return Markup(
                '<div class="scroll"><p class="empty">{}<br><a class="plain" href="{}">{}</a></p></div>'
            ).format(view.say(words.NOBODY_LIVES_HERE), f"/move-in?house={self.id}", view.say(words.MOVE_IN))
        chosen = self.entered.get("stay", ())
        tick = Markup('<label class="ticked"><input type="checkbox" name="stay" value="{}"{}> {}</label>')
        people = EMPTY.join(
            tick.format(id_, Markup(" checked") if not self.entered or str(id_) in chosen else EMPTY, said)
            for id_, said in self._stays
        )
        act = (
            self.line("on", words.GONE_ON, today(view), kind="date")
            + self.choice("status", words.STATE_AFTER, (("", view.say(words.AS_IT_IS)), *self._states))
            + self.tick("keys_back", words.KEYS_BACK)
        )
        return self.form(
            "move",
            ((words.MOVE_OUT, act), (words.WHO_LEAVES, people)),
            self.button(view.say(words.MOVE_OUT), "move"),
        )

    async def _entered(self, entered: Entered) -> None:
        self.entered, self.problem = entered, ""
        stays = tuple(int(one) for one in entered.get("stay", ()) if one.isascii() and one.isdecimal())
        await self.carry_out(
            MoveOut(self.id, self.first("on"), stays, "keys_back" in entered, self.first("status"))
        )


def today(view: View) -> str:
    return datetime.fromtimestamp(view.live.wall_ns() / 1e9, view.zone).date().isoformat()


async def move_in(view: View, entities: Entities) -> None:
    await MoveInPage(view, entities).draw()


async def move_out(view: View, entities: Entities) -> None:
    await MoveOutPage(view, entities).draw()
