"""What an administrator does on the page of the organisation."""

from typing import Any

from business.organisation.messages import (
    MANAGE,
    AssignMember,
    ChangeDepartment,
    ChangeMembership,
    ChangePost,
    CreateDepartment,
    CreatePost,
    DisableDepartment,
    DisablePost,
    EnableDepartment,
    EnablePost,
    MoveDepartment,
    RemoveDepartment,
    RemoveMembership,
    RemovePost,
)
from business.organisation.queries import DepartmentRow, MembershipRow, PostRow
from business.organisation.service import LONGEST_CERTIFICATES
from hmi import words
from hmi.editing import Editor, Field, Kept, Kind, Values, confirm, neighbours, now
from hmi.view import View
from hmi.words import editing as said
from hmi.words import organisation as own


class Organising:
    """The dialogs, and what each click sends. `kept` holds the rows that the page shows."""

    def __init__(self, view: View, kept: Kept[Any], of: int) -> None:
        self._view = view
        self._kept = kept
        self._of = of
        self._department_editor = Editor(
            view, (Field("name", words.NAME), Field("parent", said.ABOVE, Kind.CHOICE))
        )
        self._post_editor = Editor(
            view,
            (
                Field("name", words.NAME),
                Field("certificates", own.CERTIFICATES, longest=LONGEST_CERTIFICATES),
            ),
        )
        self._member_editor = Editor(
            view,
            (
                Field("user", own.PERSON, Kind.CHOICE),
                Field("department", own.DEPARTMENT, Kind.CHOICE),
                Field("post", own.POST, Kind.CHOICE),
                Field("since", own.FIRST_DAY, Kind.DAY),
                Field("until", own.LAST_DAY, Kind.DAY, hint=view.say(own.END_HINT)),
            ),
        )
        self._confirm = confirm(view)

    def bind(self) -> None:
        for act, handler in (
            ("add-department", self._add_department),
            ("edit-department", self._edit_department),
            ("up", self._up),
            ("down", self._down),
            ("disable-department", self._disable_department),
            ("enable-department", self._enable_department),
            ("remove-department", self._remove_department),
            ("add-post", self._add_post),
            ("edit-post", self._edit_post),
            ("disable-post", self._disable_post),
            ("enable-post", self._enable_post),
            ("remove-post", self._remove_post),
            ("assign", self._assign),
            ("edit-member", self._edit_member),
            ("remove-member", self._remove_member),
        ):
            self._view.on(act, MANAGE, handler)

    # -- departments

    async def _add_department(self, key: str) -> None:
        async def save(values: Values) -> bool:
            return await self._kept.send(CreateDepartment(values["name"], int(values["parent"])))

        above = {"parent": key or "0"}
        title = self._view.say(own.ADD_DEPARTMENT)
        self._department_editor.open(title, above, save, choices={"parent": self._parents()})

    async def _edit_department(self, key: str) -> None:
        row = self._department(key)
        if row is None:
            return

        async def save(values: Values) -> bool:
            return await self._kept.send(ChangeDepartment(row.id, values["name"], int(values["parent"])))

        current = {"name": row.name, "parent": str(row.parent)}
        title = self._view.say(own.EDIT_DEPARTMENT, name=row.name)
        self._department_editor.open(title, current, save, choices={"parent": self._parents()})

    async def _up(self, key: str) -> None:
        await self._move(key, 0)

    async def _down(self, key: str) -> None:
        await self._move(key, 1)

    async def _move(self, key: str, way: int) -> None:
        row = self._department(key)
        if row is not None:
            siblings = [str(one.id) for one in self._kept.rows.departments if one.parent == row.parent]
            before = neighbours(siblings, key)[way]
            if before is not None:
                await self._kept.send(MoveDepartment(row.id, int(before or 0)))

    async def _disable_department(self, key: str) -> None:
        if row := self._department(key):
            await self._kept.send(DisableDepartment(row.id))

    async def _enable_department(self, key: str) -> None:
        if row := self._department(key):
            await self._kept.send(EnableDepartment(row.id))

    async def _remove_department(self, key: str) -> None:
        if row := self._department(key):
            self._confirm(row.name, lambda: self._kept.send(RemoveDepartment(row.id)))

    def _department(self, key: str) -> DepartmentRow | None:
        return next((row for row in self._kept.rows.departments if str(row.id) == key), None)

    def _parents(self) -> dict[str, str]:
        return {"0": self._view.say(said.TOP), **self._departments()}

    def _departments(self) -> dict[str, str]:
        return {str(row.id): "　" * row.depth + row.name for row in self._kept.rows.departments}

    # -- posts

    async def _add_post(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            return await self._kept.send(CreatePost(values["name"], values["certificates"]))

        self._post_editor.open(self._view.say(own.ADD_POST), {}, save)

    async def _edit_post(self, key: str) -> None:
        row = self._post(key)
        if row is None:
            return

        async def save(values: Values) -> bool:
            return await self._kept.send(ChangePost(row.id, values["name"], values["certificates"]))

        current = {"name": row.name, "certificates": row.certificates}
        self._post_editor.open(self._view.say(own.EDIT_POST, name=row.name), current, save)

    async def _disable_post(self, key: str) -> None:
        if row := self._post(key):
            await self._kept.send(DisablePost(row.id))

    async def _enable_post(self, key: str) -> None:
        if row := self._post(key):
            await self._kept.send(EnablePost(row.id))

    async def _remove_post(self, key: str) -> None:
        if row := self._post(key):
            self._confirm(row.name, lambda: self._kept.send(RemovePost(row.id)))

    def _post(self, key: str) -> PostRow | None:
        return next((row for row in self._kept.rows.posts if str(row.id) == key), None)

    # -- members

    async def _assign(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            return await self._kept.send(
                AssignMember(
                    values["user"],
                    int(values["department"] or 0),
                    int(values["post"] or 0),
                    values["since"],
                    values["until"],
                )
            )

        new = {"department": str(self._of), "post": "0", "since": now(self._view).date().isoformat()}
        self._member_editor.open(self._view.say(own.ASSIGN), new, save, choices=self._choices())

    async def _edit_member(self, key: str) -> None:
        row = self._membership(key)
        if row is None:
            return

        async def save(values: Values) -> bool:
            return await self._kept.send(
                ChangeMembership(row.id, int(values["post"] or 0), values["since"], values["until"])
            )

        current = {
            "user": row.user,
            "department": str(row.department),
            "post": str(row.post),
            "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else "",
        }
        choices = self._choices()
        choices["user"] = {row.user: row.display}  # who may meanwhile be disabled
        title = self._view.say(own.EDIT_MEMBERSHIP, user=row.display)
        self._member_editor.open(title, current, save, choices=choices, locked=("user", "department"))

    async def _remove_member(self, key: str) -> None:
        if row := self._membership(key):
            self._confirm(
                f"{row.display} / {row.department_name}", lambda: self._kept.send(RemoveMembership(row.id))
            )

    def _membership(self, key: str) -> MembershipRow | None:
        return next((row for row in self._kept.rows.members if str(row.id) == key), None)

    def _choices(self) -> dict[str, dict[str, str]]:
        return {
            "user": {name: f"{display} ({name})" for name, display in self._kept.rows.people.items()},
            "department": self._departments(),
            "post": {
                "0": self._view.say(words.NONE),
                **{str(row.id): row.name for row in self._kept.rows.posts},
            },
        }
