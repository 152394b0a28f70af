"""Personal information: what is held and who looked at it, what is due to go, and erasing on request."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from markupsafe import Markup
from nicegui import ui
from sqlalchemy import select
from sqlalchemy.orm import Session

from business.dictionaries.queries import labels
from business.privacy.bonds import bonds
from business.privacy.erasing import pseudonym
from business.privacy.looking import consents_of, held, looks_at
from business.privacy.messages import ERASE, ErasePerson
from business.privacy.model import Erasure
from business.privacy.retention import Due, due, keep_days
from business.privacy.service import is_erased
from business.property.entities import ENTITIES
from business.registry.columns import value_of
from business.registry.declare import Field
from business.registry.entity import Entity
from business.registry.queries import is_kept_by, one, titles, visible
from config.text import Text
from hmi import drawing
from hmi.commanding import carry_out
from hmi.pages.missing import missing
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import privacy as words

PERSON = ENTITIES["person"]
SHOWN = 100
Found = TypeVar("Found")
Labels = dict[str, Mapping[str, str]]


async def _read(view: View, query: Callable[[Session], Found]) -> Found:
    def look() -> Found:
        with view.house.seats.authority.open() as session:
            return query(session)

    return await asyncio.to_thread(look)


def _site_days(view: View) -> int:
    return view.house.live.site.settings.personal_keep_days


def _table(view: View, title: Text, heads: Iterable[Text], rows: list[Markup], nothing: Text) -> Markup:
    body = (
        table([("", view.say(head)) for head in heads], rows)
        if rows
        else Markup('<p class="empty">{}</p>').format(view.say(nothing))
    )
    return Markup("<h2>{}</h2>{}").format(view.say(title), body)


def _row(*cells: Any) -> Markup:
    return Markup("<tr>{}</tr>").format(
        EMPTY.join(Markup("<td>{}</td>").format(cell or drawing.NOTHING) for cell in cells)
    )


def _named(view: View, names: Iterable[str]) -> str:
    return view.listed(view.name(PERSON.by_name[name].label) for name in names if name in PERSON.by_name)


async def privacy(view: View) -> None:
    """For everybody: why and how long things are held; for a resident also what concerns him."""

    def read(session: Session) -> tuple[Labels, Markup]:
        known = {
            name: labels(session, name, view.language)
            for name in ("consent_purpose", "consent_state", "consent_way")
        }
        return known, _mine(session, view, known) if view.person.person_id is not None else EMPTY

    known, mine = await _read(view, read)
    with frame(view, view.say(words.PRIVACY)):
        html(mine + _held(view, known["consent_purpose"]))


def _held(view: View, purposes: Mapping[str, str]) -> Markup:
    rows = []
    for entity, field in held(ENTITIES):
        assert field.sensitive is not None
        asked = field.sensitive.consent
        rows.append(
            _row(
                view.name(entity.label),
                view.name(field.label) + (f"（{view.say(words.PROTECTED)}）" if field.sealed else ""),
                view.name(field.sensitive.purpose),
                view.say(words.NEEDED, purpose=purposes.get(asked, asked))
                if asked
                else view.say(words.NOT_NEEDED),
                view.say(words.DAYS, days=keep_days(field, _site_days(view)))
                if entity is PERSON
                else view.say(words.WITH_PERSON),
                view.say(_then(entity, field)),
            )
        )
    heads = (words.KIND, words.FIELD, words.PURPOSE, words.CONSENT, words.KEPT, words.ERASURE)
    return _table(view, words.HELD, heads, rows, words.NOTHING_DUE)


def _then(entity: Entity, field: Field) -> Text:
    """What becomes of it when its time is over."""
    if any(one.belongs for one in entity.fields):
        return words.DELETED
    return words.REPLACED if field.required else words.EMPTIED


def _mine(session: Session, view: View, known: Labels) -> Markup:
    person = view.person.person_id
    assert person is not None
    consents = [
        _row(
            known["consent_purpose"].get(row.purpose, row.purpose),
            known["consent_state"].get(row.state, row.state),
            row.on,
            known["consent_way"].get(row.way or "", row.way),
        )
        for row in consents_of(session, person)
    ]
    looked = [
        _row(
            drawing.date_and_clock(view.zone, row.time_ns),
            row.user,
            row.post,
            _named(view, row.fields),
            row.reason,
        )
        for row in looks_at(
            session, PERSON, view.person.reach(PERSON.permission("read")), person, view.person.today
        )
    ]
    offer = EMPTY
    if view.person.may("consent.submit"):
        offer = Markup('<p><a class="plain" href="/consent/propose?person_id={}">{}</a></p>').format(
            person, view.say(words.PROPOSE_CONSENT)
        )
    heads = (words.CONSENT, words.STATE, words.ON, words.HOW)
    looks = (words.WHEN, words.WHO, words.POST, words.FIELD, words.REASON)
    return (
        _table(view, words.LOOKED, looks, looked, words.NOBODY_LOOKED)
        + _table(view, words.MY_CONSENTS, heads, consents, words.NO_CONSENTS)
        + offer
    )


async def retention(view: View) -> None:
    """What the nightly job would erase, and what has been erased."""
    reach = view.person.reach(PERSON.permission("read"))

    def read(session: Session) -> tuple[list[tuple[Due, str]], list[Any]]:
        after: int | None = 0
        found: list[Due] = []
        while after is not None and len(found) < SHOWN:
            more, after = due(session, ENTITIES, PERSON, view.person.today, _site_days(view), after=after)
            found += more
        names = titles(session, PERSON, [each.record.id for each in found[:SHOWN]], reach)
        model = PERSON.model
        done = select(Erasure).join(model, model.id == Erasure.record_id).where(visible(PERSON, reach))
        rows = session.scalars(done.order_by(Erasure.id.desc()).limit(SHOWN)).all()
        return [(each, names[each.record.id]) for each in found if each.record.id in names], list(rows)

    waiting, erased = await _read(view, read)
    link = Markup('<a href="/person/{}">{}</a>')
    rows = [
        _row(
            link.format(each.record.id, name),
            _named(view, each.fields) if each.fields else view.say(words.WHOLE),
            each.since or view.say(words.WITHDRAWN),
            view.say(words.DAYS, days=each.days) if each.since else "",
        )
        for each, name in waiting
    ]
    past = [
        _row(
            drawing.date_and_clock(view.zone, each.erased_ns),
            link.format(each.record_id, f"#{each.record_id}"),
            _named(view, each.fields.split(",")) if each.fields else view.say(words.WHOLE),
            each.reason or view.say(words.BY_TIME),
            view.say(words.FINISHED if each.finished_ns else words.PENDING),
        )
        for each in erased
    ]
    with frame(view, view.say(words.RETENTION)):
        html(
            Markup('<p class="sub">{}</p>').format(view.say(words.TONIGHT_HINT))
            + _table(
                view,
                words.TONIGHT,
                (words.KIND, words.FIELD, words.SINCE, words.KEPT),
                rows,
                words.NOTHING_DUE,
            )
            + _table(
                view,
                words.DONE_SO_FAR,
                (words.WHEN, words.KIND, words.FIELD, words.REASON, words.STATE),
                past,
                words.NOTHING_ERASED,
            )
            + Markup('<p class="sub">{}</p>').format(view.say(words.BACKUPS))
        )


class ErasurePage:
    """What would go and what would stay, and the act itself."""

    def __init__(self, view: View, id_: int) -> None:
        self._view = view
        self._id = id_
        self._version = 0
        self._turn = 0
        self._body = EMPTY

    async def draw(self) -> None:
        view = self._view
        if not await self._look():
            missing(view)
            return
        with frame(view, view.say(words.ERASE)):
            html(view.block(lambda: self._body, lambda: self._turn))
        view.on_form("erase", ERASE, self._erase)

    async def _look(self) -> bool:
        body = await _read(self._view, self._preview)
        if body is None:
            return False
        self._body = body
        self._turn += 1
        return True

    def _preview(self, session: Session) -> Markup | None:
        view = self._view
        reach = view.person.reach(ERASE)
        record = one(session, PERSON, reach, self._id)
        if record is None or not is_kept_by(session, PERSON, reach, self._id) or is_erased(session, self._id):
            return None
        self._version = record.version
        item = Markup("<li>{}</li>")
        goes = [view.name(each.label) for each in PERSON.fields if value_of(record, each) is not None]
        goes += [
            view.say(words.BELONGING, what=view.name(other.label))
            for other, field in ENTITIES.referring["person"]
            if field.belongs
        ]
        goes.append(view.say(words.COPIES))
        listed = Markup("<h2>{}</h2><ul>{}</ul>")
        name = titles(session, PERSON, [self._id])[self._id]
        markup = Markup('<p><a href="/person/{}">{}</a></p>').format(self._id, name)
        markup += listed.format(view.say(words.GOES), EMPTY.join(map(item.format, goes)))
        stays = [
            view.say(words.STAYS_HINT, name=pseudonym(PERSON, self._id)),
            view.say(words.BACKUPS),
        ]
        markup += listed.format(view.say(words.STAYS), EMPTY.join(map(item.format, stays)))
        if tied := bonds(session, ENTITIES, PERSON, self._id, view.person.today):
            told = view.listed(
                f"{view.name(each.entity.label)}（{view.name(each.field.label)}）× {each.count}"
                for each in tied
            )
            return markup + Markup('<p class="notice" role="alert">{}{}</p>').format(
                view.say(words.BOUND), told
            )
        return markup + Markup(
            '<form class="toolbar" data-form="erase"><label class="field">{} '
            '<input name="reason" size="40" maxlength="200" required></label>'
            '<button class="plain main">{}</button></form>'
        ).format(view.say(words.CONFIRM_REASON), view.say(words.ERASE))

    async def _erase(self, entered: Entered) -> None:
        body = ErasePerson(self._id, self._version, entered.get("reason", ("",))[0])
        if await carry_out(self._view, body, ERASE, self._view.house.ports.office):
            ui.navigate.to("/retention")
        else:
            await self._look()


async def erase(view: View, name: str) -> None:
    if not name.isascii() or not name.isdecimal() or len(name) > 9:
        missing(view)
        return
    await ErasurePage(view, int(name)).draw()
