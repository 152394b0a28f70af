"""The command of alarm reports."""

from dataclasses import dataclass
from typing import ClassVar, Final

from business.alarm_kpi.messages import REPORT
from config.text import Text

JOB: Final = "alarm_report"

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MakeAlarmReport:
    """Write the report of whole days, both included, in both languages; one of the same days is replaced."""

    label: ClassVar[Text] = Text("生成报警报告", "Make an alarm report")
    permission: ClassVar[str] = REPORT
    about: ClassVar[str] = "alarm_reports/{since}/{until}/{station}"
    since: str
    """As ISO 8601 writes a date."""
    until: str
    station: str
    """'' for the whole site."""


COMMANDS: tuple[type, ...] = (MakeAlarmReport,)
