"""Departments, posts, and who holds them (A08, A09)."""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.identity.queries import users
from business.organisation.messages import MANAGE
from business.organisation.queries import (
    DepartmentRow,
    MembershipRow,
    PostRow,
    departments,
    memberships,
    posts,
)
from config.text import Text
from hmi import words
from hmi.editing import Kept, button, empty, indented, now, toolbar
from hmi.pages.organising import Organising
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import editing as said
from hmi.words import organisation as own


@dataclass(frozen=True, slots=True)
class Shown:
    departments: tuple[DepartmentRow, ...]
    posts: tuple[PostRow, ...]
    members: tuple[MembershipRow, ...]
    people: dict[str, str]
    """Display names by user names, of those who can be assigned."""


class OrganisationPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._today: date = now(view).date()
        under = view.client.request.query_params.get("of", "")
        self._of = int(under) if under.isascii() and under.isdecimal() and len(under) < 10 else 0
        self._kept = Kept(view, MANAGE, self._read)
        self._manages = view.can(MANAGE)

    async def draw(self) -> None:
        view, kept = self._view, self._kept
        await kept.read()
        heading = Markup("<h2>{}</h2>")
        with frame(view, view.say(own.ORGANISATION)):
            html(heading.format(view.say(own.DEPARTMENTS)))
            html(self._bar("add-department", own.ADD_DEPARTMENT))
            html(kept.block(self._departments))
            html(heading.format(view.say(own.POSTS)))
            html(self._bar("add-post", own.ADD_POST))
            html(kept.block(self._posts))
            html(kept.block(self._members_heading))
            html(self._bar("assign", own.ASSIGN))
            html(kept.block(self._members))
            if self._manages:
                Organising(view, kept, self._of).bind()

    def _read(self, session: Session) -> Shown:
        found = departments(session, self._today)
        under = next((row.path for row in found if row.id == self._of), "")
        return Shown(
            found,
            posts(session, self._today),
            memberships(session, under=under),
            {row.name: row.display for row in users(session) if not row.disabled},
        )

    def _bar(self, act: str, text: Text) -> Markup:
        return toolbar(button(self._view, act, "", text)) if self._manages else EMPTY

    def _buttons(self, *made: Markup) -> Markup:
        return EMPTY.join(made) if self._manages else EMPTY

    def _departments(self) -> Markup:
        view = self._view
        if not self._kept.rows.departments:
            return empty(view, own.NO_DEPARTMENTS)
        heads = (("", own.DEPARTMENT), ("tight", own.MEMBERS_TODAY), ("tight", words.STATE))
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")],
            map(self._department, self._kept.rows.departments),
        )

    def _department(self, row: DepartmentRow) -> Markup:
        view = self._view
        link = Markup('<a href="/organisation?of={}">{}</a>').format(row.id, row.name)
        toggle = ("enable", words.ENABLE) if row.disabled else ("disable", words.DISABLE)
        return Markup(
            '<tr data-department="{}"><td>{}</td><td class="tight number">{}</td><td class="tight">{}</td>'
            '<td class="tight">{}</td></tr>'
        ).format(
            row.name,
            indented(link, row.depth),
            row.members,
            view.say(words.DISABLED if row.disabled else words.ENABLED),
            self._buttons(
                button(view, "add-department", row.id, said.ADD_BELOW),
                button(view, "edit-department", row.id, said.EDIT),
                button(view, "up", row.id, said.UP),
                button(view, "down", row.id, said.DOWN),
                button(view, f"{toggle[0]}-department", row.id, toggle[1]),
                button(view, "remove-department", row.id, said.REMOVE),
            ),
        )

    def _posts(self) -> Markup:
        view = self._view
        if not self._kept.rows.posts:
            return empty(view, own.NO_POSTS)
        heads = (
            ("", own.POST),
            ("hide-small", own.CERTIFICATES),
            ("tight", own.HOLDERS_TODAY),
            ("tight", words.STATE),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")],
            map(self._post, self._kept.rows.posts),
        )

    def _post(self, row: PostRow) -> Markup:
        view = self._view
        toggle = ("enable", words.ENABLE) if row.disabled else ("disable", words.DISABLE)
        return Markup(
            '<tr data-post="{}"><td>{}</td><td class="hide-small">{}</td><td class="tight number">{}</td>'
            '<td class="tight">{}</td><td class="tight">{}</td></tr>'
        ).format(
            row.name,
            row.name,
            row.certificates,
            row.holders,
            view.say(words.DISABLED if row.disabled else words.ENABLED),
            self._buttons(
                button(view, "edit-post", row.id, said.EDIT),
                button(view, f"{toggle[0]}-post", row.id, toggle[1]),
                button(view, "remove-post", row.id, said.REMOVE),
            ),
        )

    def _members_heading(self) -> Markup:
        view = self._view
        chosen = next((row for row in self._kept.rows.departments if row.id == self._of), None)
        if chosen is None:
            return Markup("<h2>{}</h2>").format(view.say(own.MEMBERS))
        return Markup('<h2>{} <a href="/organisation">{}</a></h2>').format(
            view.say(own.MEMBERS_OF, name=chosen.name), view.say(own.ALL_DEPARTMENTS)
        )

    def _members(self) -> Markup:
        view = self._view
        if not self._kept.rows.members:
            return empty(view, own.NO_MEMBERS)
        heads = (
            ("", own.PERSON),
            ("", own.DEPARTMENT),
            ("", own.POST),
            ("tight", own.FIRST_DAY),
            ("tight", own.LAST_DAY),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("tight", "")],
            map(self._member, self._kept.rows.members),
        )

    def _member(self, row: MembershipRow) -> Markup:
        view = self._view
        mark = EMPTY
        if not row.is_current(self._today):
            text = own.TO_COME if row.since > self._today else own.OVER
            mark = Markup(" <small>{}</small>").format(view.say(text))
        return Markup(
            '<tr data-member="{}"><td>{} <small>{}</small></td><td>{}</td><td>{}</td>'
            '<td class="tight">{}</td><td class="tight">{}{}</td><td class="tight">{}</td></tr>'
        ).format(
            row.user,
            row.display,
            row.user,
            row.department_name,
            row.post_name,
            row.since,
            row.until or view.say(own.OPEN_END),
            mark,
            self._buttons(
                button(view, "edit-member", row.id, said.EDIT),
                button(view, "remove-member", row.id, said.REMOVE),
            ),
        )


async def organisation(view: View) -> None:
    await OrganisationPage(view).draw()
