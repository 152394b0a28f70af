"""Modules on and off (S1-4.10): every permission belongs to one, and what is off offers nothing."""

import pytest

from actors.messages import Stage
from actors.said import in_language
from business.access import Authority, Refusal
from business.access.catalogue import PERMISSIONS
from business.commands import MODULES
from business.gate import Execute, Gate
from business.jobs.kinds import JobContext, JobKind, Progress, catalogue, switched_off
from business.numbering.messages import COMMANDS as NUMBERING
from business.packaging import PARTS, WHOLE, Packaging
from business.printing.messages import COMMANDS as PRINTING
from config.packaging import SITE_MODULES, lacking
from config.settings_schema import SwitchableModule
from config.text import Text
from tests.business.conftest import Office

LOGGING_IN = {"identity", "access", "tokens"}
"""Whose commands anybody may send."""


def test_every_permission_belongs_to_exactly_one_module() -> None:
    """Name the first part of a new permission in `business/packaging.py: PARTS`."""
    parts = [part for each in PARTS.values() for part in each]
    assert len(parts) == len(set(parts))
    assert {one.partition(".")[0] for one in PERMISSIONS} <= set(parts)
    assert set(PARTS) == set(SITE_MODULES)


def test_what_the_schema_lets_switch_off_is_what_is_not_core() -> None:
    names = SwitchableModule.__args__  # type: ignore[attr-defined]
    assert set(names) == {name for name, module in SITE_MODULES.items() if not module.core}
    assert all(need in SITE_MODULES for module in SITE_MODULES.values() for need in module.needs)


def test_core_modules_cannot_be_switched_off_by_any_way() -> None:
    packaging = Packaging(frozenset(SITE_MODULES))
    for name, module in SITE_MODULES.items():
        assert packaging.has(name) is module.core


def test_what_a_module_needs_must_be_on() -> None:
    assert lacking(["property"]).keys() == {
        "companies", "vehicles", "pets", "keys", "utility-accounts",
    }  # fmt: skip
    assert lacking(["pets"]) == {}


@pytest.mark.both_databases
def test_commands_of_a_module_that_is_off_are_refused_with_the_reason_and_the_way_out(office: Office) -> None:
    office.create("sys", "system-administrator")
    issuer = office.log_in("sys")
    packaging = Packaging(frozenset({"printing"}))
    authority = Authority(office.reader, office.wall_ns, "campus", packaging=packaging)
    gate = Gate(office.sessions, authority, office.wall_ns)

    class Never:
        def handle(self, *_: object) -> tuple[object, ...]:
            raise AssertionError("it was carried out")

    command = PRINTING[0]
    body = command(**{name: _any(kind) for name, kind in _fields(command)})
    outcome = gate.carry_out(Never(), Execute(issuer, body))
    assert outcome.stage is Stage.REFUSED
    assert in_language(outcome.detail, "zh") == "模块“打印”已停用；数据保留，请系统管理员在“配置”中启用后再试"
    assert "switched off" in in_language(outcome.detail, "en")
    assert authority.refusal(issuer, object.__new__(NUMBERING[0])) is None
    person = authority.person(issuer.session)
    assert person is not None
    assert not person.may("printing.manage")
    assert person.refusal("printing.manage") is Refusal.SWITCHED_OFF
    assert person.reach("printing.manage").paths == ()
    assert person.may("numbering.manage")


def _fields(command: type) -> list[tuple[str, str]]:
    import dataclasses

    return [
        (one.name, str(one.type))
        for one in dataclasses.fields(command)
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
    ]


def _any(kind: str) -> object:
    return 1 if kind.startswith("int") else "x" if kind.startswith("str") else ()


def test_jobs_of_a_module_that_is_off_do_nothing_and_say_so() -> None:
    def work(_context: JobContext):  # type: ignore[no-untyped-def]
        raise AssertionError("it ran")
        yield

    kind = JobKind("reprint", Text("重印", "Reprint"), work, module="printing")
    off = catalogue(kind, packaging=Packaging(frozenset({"printing"})))["reprint"]
    assert off.work is switched_off
    (progress,) = off.work(None)  # type: ignore[arg-type]
    assert isinstance(progress, Progress)
    assert "已停用" in progress.text
    assert catalogue(kind, packaging=WHOLE)["reprint"] is kind


def test_every_command_of_a_module_goes_by_a_permission_of_a_module() -> None:
    """A command for everybody is core's: nothing else could refuse it."""
    free = {one.__name__ for one in MODULES if getattr(one, "permission", None) == ""}
    assert free <= {one.__name__ for one, module in MODULES.items() if module in LOGGING_IN}
