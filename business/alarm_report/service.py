"""What the command of alarm reports does: a run of their job is queued."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.alarm_report.messages import JOB, MakeAlarmReport
from business.gate import Module, Refused
from business.jobs.messages import RunJobNow
from config.site import Site

MOST_DAYS: Final = 366


class AlarmReports:
    """The module of `BusinessActor` that owns alarm reports."""

    def __init__(
        self, jobs: Module, site: Callable[[], Site], here: Callable[[], str], wall_ns: Callable[[], int]
    ) -> None:
        """`jobs` is the module that queues runs; `site` gives it as configured now, `here` its path."""
        self._jobs = jobs
        self._here = here
        self._site = site
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """The project whose alarms they are."""
        del session, command
        return (self._here(),)

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        if not isinstance(command, MakeAlarmReport):
            raise TypeError(f"{type(command).__name__} is not a command of alarm reports")
        site = self._site()
        today = datetime.fromtimestamp(self._wall_ns() / 1e9, ZoneInfo(site.timezone)).date()
        since, until = wording.day(command.since), wording.day(command.until)
        if not since <= until or (until - since).days >= MOST_DAYS:
            raise Refused(
                said(
                    f"报告时段须在 {MOST_DAYS} 天以内，且结束不早于开始",
                    f"the days must end no sooner than they begin, within {MOST_DAYS} days",
                )
            )
        if since > today:
            raise Refused(said(f"{since} 尚未到来", f"{since} has not come yet"))
        if command.station and command.station not in site.stations:
            raise Refused(
                said(
                    f"没有值班台 {command.station}；请重新选择", f"no station {command.station}; choose again"
                )
            )
        arguments = {
            "since": since.isoformat(),
            "until": min(until, today).isoformat(),
            "station": command.station,
            "asked_by": issuer.user,
        }
        return self._jobs.handle(session, issuer, RunJobNow(JOB, json.dumps(arguments)))
