"""What somebody who manages duty does on its page."""

from datetime import date, datetime
from typing import Any

from business.duty.messages import (
    MANAGE,
    ChangeTeam,
    CreateRoster,
    CreateTeam,
    DischargeMember,
    EnlistMember,
    EnterAbsence,
    RemoveAbsence,
    RemoveRoster,
    RemoveTeam,
)
from business.duty.model import REASON_LENGTH
from business.duty.patterns import PATTERNS
from hmi.editing import Editor, Field, Kept, Kind, Values, confirm, now
from hmi.view import View
from hmi.words import duty as own
from hmi.words import editing as said


class Dutying:
    """The dialogs, and what each click sends. `kept` holds the rows that the page shows."""

    def __init__(self, view: View, kept: Kept[Any]) -> None:
        self._view = view
        self._kept = kept
        self._team_editor = Editor(
            view,
            (
                Field("team", own.TEAM_ID, hint=view.say(own.TEAM_ID_HINT)),
                Field("zh", said.LABEL_ZH),
                Field("en", said.LABEL_EN),
                Field("phone", own.DUTY_PHONE, longest=40, hint=view.say(own.DUTY_PHONE_HINT)),
            ),
        )
        self._member_editor = Editor(
            view, (Field("user", own.PERSON, Kind.CHOICE), Field("rank", own.RANK, Kind.CHOICE))
        )
        self._roster_editor = Editor(
            view,
            (
                Field("team", own.TEAM, Kind.CHOICE),
                Field("name", own.ROSTER),
                Field("pattern", own.PATTERN, Kind.CHOICE),
                Field("people", own.PEOPLE, Kind.CHOICES, hint=view.say(own.PEOPLE_HINT)),
                Field("first", own.FIRST_DAY, Kind.DAY),
                Field("last", own.LAST_DAY, Kind.DAY, hint=view.say(own.END_HINT)),
            ),
            told=self._fits,
        )
        self._absence_editor = Editor(
            view,
            (
                Field("user", own.PERSON, Kind.CHOICE),
                Field("substitute", own.SUBSTITUTE, Kind.CHOICE),
                Field("from", own.FROM, Kind.DAY),
                Field("from_at", own.AT, longest=5),
                Field("to", own.TO, Kind.DAY),
                Field("to_at", own.AT, longest=5),
                Field("reason", own.REASON, longest=REASON_LENGTH),
            ),
            told=self._readable,
        )
        self._confirm = confirm(view)

    def bind(self) -> None:
        for act, handler in (
            ("add-team", self._add_team),
            ("edit-team", self._edit_team),
            ("remove-team", self._remove_team),
            ("enlist", self._enlist),
            ("discharge", self._discharge),
            ("add-roster", self._add_roster),
            ("remove-roster", self._remove_roster),
            ("add-absence", self._add_absence),
            ("remove-absence", self._remove_absence),
        ):
            self._view.on(act, MANAGE, handler)

    # -- teams

    async def _add_team(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            team = CreateTeam(values["team"], values["zh"], values["en"], values["phone"])
            return await self._kept.send(team)

        self._team_editor.open(self._view.say(own.ADD_TEAM), {}, save)

    async def _edit_team(self, key: str) -> None:
        team = self._kept.rows.plan.teams.get(key)
        if team is None:
            return

        async def save(values: Values) -> bool:
            return await self._kept.send(ChangeTeam(key, values["zh"], values["en"], values["phone"]))

        current = {"team": key, "zh": team.name.zh, "en": team.name.en, "phone": team.phone}
        title = self._view.say(own.EDIT_TEAM, name=self._view.name(team.name))
        self._team_editor.open(title, current, save, locked=("team",))

    async def _remove_team(self, key: str) -> None:
        if team := self._kept.rows.plan.teams.get(key):
            self._confirm(self._view.name(team.name), lambda: self._kept.send(RemoveTeam(key)))

    async def _enlist(self, key: str) -> None:
        async def save(values: Values) -> bool:
            return await self._kept.send(EnlistMember(key, values["user"], values["rank"]))

        ranks = {rank: self._view.say(text) for rank, text in own.RANKS.items()}
        self._member_editor.open(
            self._view.say(own.ENLIST),
            {"rank": "member"},
            save,
            choices={"user": self._people(), "rank": ranks},
        )

    async def _discharge(self, key: str) -> None:
        team, _, user = key.partition(" ")
        name = self._kept.rows.plan.displays.get(user, user)
        self._confirm(name, lambda: self._kept.send(DischargeMember(team, user)))

    # -- rosters

    async def _add_roster(self, _key: str) -> None:
        view, plan = self._view, self._kept.rows.plan

        async def save(values: Values) -> bool:
            people, pattern = values["people"].split(), PATTERNS.get(values["pattern"])
            if pattern is None or not pattern.fits(len(people)):
                return False  # the line below the fields says why
            first = pattern.first(date.fromisoformat(values["first"])).isoformat() if values["first"] else ""
            return await self._kept.send(
                CreateRoster(
                    values["team"], values["name"], first, values["last"], pattern.length(len(people)),
                    tuple(pattern.lines(people)),
                )
            )  # fmt: skip

        members = [one for team in plan.teams.values() for one in team.members if not one.disabled]
        self._roster_editor.open(
            view.say(own.ADD_ROSTER),
            {"first": now(view).date().isoformat(), "team": next(iter(plan.teams), "")},
            save,
            choices={
                "team": {team.id: view.name(team.name) for team in plan.teams.values()},
                "pattern": {name: view.say(text) for name, text in own.PATTERNS.items()},
                "people": {one.user: one.display for one in members},
            },
        )

    def _fits(self, values: Values) -> str:
        pattern, people = PATTERNS.get(values["pattern"]), values["people"].split()
        if pattern is None or not people or pattern.fits(len(people)):
            return ""
        return self._view.say(
            own.WRONG_NUMBER,
            pattern=self._view.say(own.PATTERNS[values["pattern"]]),
            count=pattern.crews,
            chosen=len(people),
        )

    async def _remove_roster(self, key: str) -> None:
        row = next((one for one in self._kept.rows.plan.rosters if str(one.id) == key), None)
        if row is not None:
            self._confirm(row.name, lambda: self._kept.send(RemoveRoster(row.id)))

    # -- absences

    async def _add_absence(self, _key: str) -> None:
        async def save(values: Values) -> bool:
            since_ns, until_ns = self._instant(values, "from"), self._instant(values, "to")
            if since_ns is None or until_ns is None:
                return False  # the line below the fields says why
            absence = EnterAbsence(values["user"], values["substitute"], since_ns, until_ns, values["reason"])
            return await self._kept.send(absence)

        today, people = now(self._view).date().isoformat(), self._people()
        self._absence_editor.open(
            self._view.say(own.ADD_ABSENCE),
            {"from": today, "from_at": "08:00", "to": today, "to_at": "20:00"},
            save,
            choices={"user": people, "substitute": {"": self._view.say(own.NO_SUBSTITUTE), **people}},
        )

    def _readable(self, values: Values) -> str:
        whole = all(self._instant(values, name) is not None for name in ("from", "to"))
        return "" if whole else self._view.say(own.WRONG_TIME)

    def _instant(self, values: Values, name: str) -> int | None:
        try:
            at = datetime.strptime(f"{values[name]} {values[f'{name}_at'].strip()}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
        except ValueError:
            return None
        return round(at.replace(tzinfo=self._view.zone).timestamp()) * 10**9

    async def _remove_absence(self, key: str) -> None:
        row = next((one for one in self._kept.rows.plan.absences if str(one.id) == key), None)
        if row is not None:
            name = self._kept.rows.plan.displays.get(row.user, row.user)
            self._confirm(name, lambda: self._kept.send(RemoveAbsence(row.id)))

    def _people(self) -> dict[str, str]:
        return dict(self._kept.rows.people)
