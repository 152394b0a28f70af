"""Role by command: the running program does what the catalogue says, and nothing is unlisted (S-20)."""

import dataclasses
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from sqlalchemy.orm import Session

import business
from actors import messages as plant_messages
from actors.messages import Issuer, Stage
from actors.permissions import PERMISSIONS as PLANT
from business.access import ANYWHERE, EVERYBODY, OWN, ROOT, Refusal, permission_of
from business.access.catalogue import DEFAULTS, PERMISSIONS
from business.access.messages import GrantRole
from business.access.model import Grant
from business.access.roles import ALWAYS_OWN, DEFAULT_ROLES
from business.commands import MODULES
from business.gate import Execute
from business.identity.model import Place
from business.property.entities import ENTITIES
from tests.business.conftest import GOOD, Office


def blank(kind: type, entity: str) -> Any:
    """A command whose fields say nothing, but for the entity that its permission may name."""
    command: Any = object.__new__(kind)
    for each in dataclasses.fields(kind):
        object.__setattr__(command, each.name, entity if each.name == "entity" else "")
    return command


def commands() -> Iterator[Any]:
    """Every command of the business, for every entity where it names one, and every one to the plant."""
    for kind in (*MODULES, *PLANT):
        named = isinstance(said := getattr(kind, "permission", None), str) and "{entity}" in said
        for entity in ENTITIES.by_name if named else ("",):
            yield blank(kind, entity)


class Recording:
    """A module that notes what reaches it."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        del session, issuer
        self.reached.append(type(command).__name__)
        return ()


def test_every_command_says_a_permission_that_a_role_can_hold() -> None:
    """Or none at all: then no person may send it, but the program alone."""
    for command in commands():
        wanted = permission_of(command)
        assert wanted is None or wanted in {*PERMISSIONS, EVERYBODY, OWN}, type(command).__name__


def test_what_the_plant_is_told_and_is_not_listed_nobody_may_send() -> None:
    kinds = [one for one in vars(plant_messages).values() if dataclasses.is_dataclass(one)]
    assert set(PLANT) < set(kinds)
    for kind in kinds:
        assert isinstance(kind, type)
        assert kind in PLANT or permission_of(blank(kind, "")) is None, kind.__name__


def test_no_command_of_any_module_is_left_out_of_the_list() -> None:
    """A class that says a permission is a command, wherever in the business it stands."""
    for found in walk_packages(business.__path__, "business."):
        if found.name.startswith("business.migrations."):
            continue
        for kind in vars(import_module(found.name)).values():
            if (
                isinstance(kind, type)
                and dataclasses.is_dataclass(kind)
                and isinstance(vars(kind).get("permission"), str)
            ):
                assert kind in MODULES, f"{found.name}.{kind.__name__}"


def test_every_permission_begins_with_roles_that_there_are_or_with_none() -> None:
    assert set(DEFAULTS) <= set(PERMISSIONS)
    assert frozenset[str]().union(*DEFAULTS.values()) <= set(DEFAULT_ROLES)


@pytest.mark.parametrize("role", DEFAULT_ROLES)
def test_a_role_reaches_what_the_catalogue_gives_it_and_nothing_else(office: Office, role: str) -> None:
    """Over the whole group; roles over one's own reach nothing of the group's, whatever they hold."""
    office.create("anna", role)
    anna = office.log_in("anna")
    for command in commands():
        wanted = permission_of(command)
        if wanted is None:
            allowed = False
        elif wanted in {EVERYBODY, OWN}:
            allowed = True
        else:
            allowed = role in DEFAULTS[wanted] and role not in ALWAYS_OWN
        for scope in (ROOT, "/1/2/3/"):
            refusal = office.authority.refusal(anna, command, scope)
            told = None if allowed else Refusal.NOT_PERMITTED
            assert refusal is told, (role, type(command).__name__, wanted, scope)


def test_who_holds_nothing_gets_no_command_past_the_gate(office: Office) -> None:
    """Through the gate itself: the module is never reached, and every attempt stands in the trail."""
    office.create("anna", "viewer")
    with office.sessions.begin() as session:
        for grant in session.query(Grant):
            session.delete(grant)
    module = Recording()
    passed = {EVERYBODY, OWN}
    for command in commands():
        if getattr(command, "entity", "house") not in {"house", ""}:
            continue
        office.pass_minutes(1)
        anna = office.log_in("anna", password=GOOD)
        outcome = office.gate.carry_out(module, Execute(anna, command))
        reached = type(command).__name__ in module.reached
        assert reached == (permission_of(command) in passed), type(command).__name__
        assert outcome.stage is (Stage.DONE if reached else Stage.REFUSED)


@pytest.mark.parametrize("state", ["idle", "locked"])
def test_who_is_idle_or_locked_sees_and_commands_nothing(office: Office, state: str) -> None:
    """S-05, S1-4.6b: in the control room, where an idle session goes on watching."""
    office.create("olga", "shift-leader")
    olga = office.log_in("olga", place=Place.CONTROL)
    if state == "idle":
        office.pass_minutes(16)
    else:
        for _ in range(4):
            office.do(GrantRole("olga", "operator"), olga)
    person = office.authority.person(olga.session)
    assert person is not None
    for permission in PERMISSIONS:
        held = permission in {one for grant in person.grants for one in grant.permissions}
        assert person.may(permission, ANYWHERE) == (held and permission.endswith(".read")), permission
    for command in commands():
        if permission_of(command) not in {EVERYBODY, OWN}:
            assert office.authority.refusal(olga, command, ROOT) is not None, type(command).__name__
