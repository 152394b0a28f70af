"""Words of jobs and their runs."""

from typing import Final

from business.alarm_report.messages import JOB as ALARM_REPORT
from business.alarm_report.work import LABEL as ALARM_REPORT_LABEL
from business.audit import cutting, nightly
from business.backup.kinds import LABELS as BACKUP_LABELS
from business.duplicates.finding import FIND
from business.duplicates.finding import LABEL as FIND_LABEL
from business.exporting.service import EXPORT
from business.exporting.work import LABEL as EXPORT_LABEL
from business.importing.expiry import CLEAR
from business.importing.expiry import LABEL as CLEAR_LABEL
from business.importing.work import LABELS as IMPORT_LABELS
from business.jobs.model import RunState
from business.jobs.purge import PURGE_RUNS
from business.privacy import finishing, retention
from business.registry import attached
from config.text import Text

JOBS = Text("任务", "Jobs")
JOB = Text("任务", "Job")
RUNS = Text("运行记录", "Log of runs")
SCHEDULE = Text("计划", "Schedule")
NEXT_RUN = Text("下次运行", "Next run")
LAST_RUN = Text("上次运行", "Last run")
RUN_NOW = Text("立即运行", "Run now")
JOB_KINDS: Final[dict[str, Text]] = {
    PURGE_RUNS.name: PURGE_RUNS.label,
    nightly.NAME: nightly.LABEL,
    cutting.NAME: cutting.LABEL,
    **BACKUP_LABELS,
    **IMPORT_LABELS,
    EXPORT: EXPORT_LABEL,
    CLEAR: CLEAR_LABEL,
    attached.CLEAR: attached.LABEL,
    FIND: FIND_LABEL,
    retention.EXPIRE: retention.LABEL,
    finishing.FINISH: finishing.LABEL,
    ALARM_REPORT: ALARM_REPORT_LABEL,
}
RUN_STATES: Final[dict[RunState, Text]] = {
    RunState.QUEUED: Text("排队", "Queued"),
    RunState.RUNNING: Text("运行中", "Running"),
    RunState.DONE: Text("已完成", "Done"),
    RunState.FAILED: Text("失败", "Failed"),
    RunState.CANCELLED: Text("已取消", "Cancelled"),
    RunState.INTERRUPTED: Text("已中断", "Interrupted"),
    RunState.SKIPPED: Text("已跳过", "Skipped"),
}


def job(language: str, name: str) -> str:
    """The label of a job; of one that no code knows any more, its name."""
    return JOB_KINDS[name].in_language(language) if name in JOB_KINDS else name
