"""From one configuration version to the next: who may, on trial until every process has it, else back."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from actors.paths import RunPaths
from actors.said import in_both, said
from config.applied import Applied, Event, Trial, begin, note, noted, under_way
from config.site import Site
from config.versions import VersionError, VersionStore
from supervisor.trial import Attendance

logger = logging.getLogger(__name__)

TRIAL_S = 60.0
"""A version that not every process has by then is returned from."""
MOST_STARTS = 3
"""A version under which `core` itself has had to start more often than this is returned from."""


class Changeover:
    """What `core` keeps of it on the disk: a crash at any moment leaves a whole version, on trial."""

    def __init__(
        self,
        paths: RunPaths,
        attendance: Attendance,
        versions: VersionStore,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._paths = paths
        self._attendance = attendance
        self._versions = versions
        self._clock = clock
        self._wall_ns = wall_ns
        self._trial: Trial | None = None
        self._until_s = 0.0
        self._return: Applied | None = None
        """What is noted once the version before is in force again."""

    def resume(self, running: int) -> None:
        """At the start: a trial that a crash has interrupted goes on."""
        trial = under_way(self._paths.trial)
        if trial is None:
            return
        if trial.version != running:  # cut off before the pointer moved, or after it moved back
            why = said("切换被中断", "the changeover was interrupted")
            self._end(Applied(trial.version, self._wall_ns(), trial.by, Event.RETURNED, why))
            return
        self._watch(replace(trial, starts=trial.starts + 1))

    def refusal(self, version: int, user: str, site: Site) -> str:
        """Why this person may not put the version in force under the site's settings; ''."""
        if self._trial is not None:
            return said(
                f"版本 {self._trial.version} 正在试用（最长 {TRIAL_S:g} s）；请等待其结果后再试",
                f"version {self._trial.version} is on trial, {TRIAL_S:g} s at most; wait what comes of it",
            )
        if not site.settings.two_person or self._was_kept(version):
            return ""
        try:
            author = self._versions.get(version).author
        except VersionError:
            return ""  # the building of it says why
        if author != user:
            return ""
        return said(
            f"版本 {version} 由 {author} 本人保存；本站要求双人确认，请由另一位管理员投入使用",
            f"version {version} was saved by {author} himself, and this site asks for two persons; "
            "another administrator must put it in force",
        )

    def begin(self, version: int, before: int, by: str) -> None:
        """Before the pointer moves. A version put in force during a trial returns where that would."""
        before = self._trial.before if self._trial is not None else before
        note(self._paths.configuration_log, Applied(version, self._wall_ns(), by, Event.APPLIED))
        self._watch(Trial(version, before, by))

    def _watch(self, trial: Trial) -> None:
        begin(self._paths.trial, trial)
        self._attendance.begin()
        self._until_s = self._clock() + TRIAL_S
        self._trial = trial

    def look(self, running: int) -> int | None:
        """Once a second: the version to return to, once it is clear that the new one does not come up."""
        trial = self._trial
        if trial is None or trial.version != running or self._return is not None:
            return None
        self._attendance.begin()
        late = self._attendance.late(trial.version)
        is_over = self._clock() >= self._until_s or trial.starts > MOST_STARTS
        if not late and (is_over or self._attendance.processes()):
            self._end(Applied(trial.version, self._wall_ns(), trial.by, Event.KEPT))
            logger.warning("configuration version %d: every process has it", trial.version)
            return None
        if not is_over:
            return None
        why = said(
            f"{'、'.join(late)} 在 {TRIAL_S:g} s 内没有以版本 {trial.version} 正常运行；已自动恢复版本 "
            f"{trial.before}，请查看日志并修改后重试",
            f"{', '.join(late)} did not come up with version {trial.version} within {TRIAL_S:g} s; version "
            f"{trial.before} is in force again; see the log, correct it, and try anew",
        )
        logger.critical("%s", in_both(why))
        self._return = Applied(trial.version, self._wall_ns(), trial.by, Event.RETURNED, why)
        return trial.before

    def returned(self) -> None:
        """After the pointer has moved back."""
        if self._return is not None:
            self._end(self._return)

    def _end(self, applied: Applied) -> None:
        note(self._paths.configuration_log, applied)
        self._paths.trial.unlink(missing_ok=True)
        self._attendance.end()
        self._trial = self._return = None

    def _was_kept(self, version: int) -> bool:
        return any(
            one.version == version and one.event is Event.KEPT for one in noted(self._paths.configuration_log)
        )
