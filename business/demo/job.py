"""The job that fills the demo's database behind a program that is open already."""

import json
from collections.abc import Generator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from actors.said import said
from business.audit.trail import recorded
from business.demo.duty import muster
from business.demo.estate import WHOLE, Estate, Size
from business.demo.loading import Loading
from business.demo.staff import COUNT, hire
from business.gate import Execute, Gate, Module
from business.identity.bootstrap import ITSELF
from business.identity.service import Identity
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from business.jobs.messages import RunJobNow
from business.jobs.service import Jobs
from business.organisation.service import Organisation
from business.registry.service import Registry
from config.text import Text

NAME = "demo_estate"
SEED = 20
RECORDS_A_CHUNK = 20
"""In one transaction: other commands wait for no more than these."""


_FIRST = "first demo estate"
"""Id of the command that asks for it: once in the life of a database."""


def ask_for_it(gate: Gate, jobs: Jobs, day: date, sessions: sessionmaker[Session]) -> None:
    """Queue the one run, unless that was done before. Its day stays, when it is taken up again on another."""
    with sessions() as session:
        if recorded(session, _FIRST) is not None:
            return
    told = json.dumps({"day": day.isoformat(), "seed": SEED})
    gate.on_own_account(jobs, Execute(ITSELF, RunJobNow(NAME, told), _FIRST))


def demo_estate(
    gate: Gate,
    registry: Registry,
    identity: Identity,
    organisation: Organisation,
    duty: Module,
    size: Size = WHOLE,
) -> JobKind:
    """By default an estate of 1,200 houses and shops and 2,000 people, and 60 who work for it."""

    def work(context: JobContext) -> Generator[Progress, None, None]:
        seed, day = context.arguments["seed"], date.fromisoformat(context.arguments["day"])
        drafts = list(Estate(seed, day, size).drafts())
        loading = Loading(gate, context.sessions, f"demo {seed}")
        done, total = 0, len(drafts) + COUNT
        for made in loading.records(registry, drafts, chunk=RECORDS_A_CHUNK):
            done += made
            yield Progress(done, total, said(f"已建立 {done} 条档案", f"{done} records created"))
        for made in hire(loading, context.sessions, identity, organisation, seed, day):
            done += made
            yield Progress(done, total, said("正在安排员工", "staff are taken on"))
        muster(loading, context.sessions, duty, day)

    label = Text("载入示范小区数据", "Load the demo estate")
    return JobKind(NAME, label, work, lane=Lane.HEAVY, check=_check)


def _check(given: Mapping[str, Any]) -> None:
    try:
        date.fromisoformat(given["day"])
        if set(given) == {"day", "seed"} and type(given["seed"]) is int:
            return
    except (KeyError, TypeError, ValueError):
        pass
    raise ValueError(
        said(
            '参数应形如 {"day": "2026-03-01", "seed": 20}',
            'the arguments are like {"day": "2026-03-01", "seed": 20}',
        )
    )
