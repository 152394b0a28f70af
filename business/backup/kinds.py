"""The jobs of backups: a full one every night, a snapshot every few minutes."""

import time
from collections.abc import Generator

from actors.said import said
from business.backup.archive import Origin, Wish, back_up
from business.backup.place import Places
from business.backup.snapshots import Shelf, take_snapshot
from business.backup.sqlite_copy import Cancelled
from business.jobs.kinds import JobContext, JobKind, Lane, Progress, Retry
from config.settings import BackupSettings
from config.text import Text

BACKUP, SNAPSHOT = "backup", "snapshot"
BACKUP_LABEL = Text("完整备份", "Full backup")
SNAPSHOT_LABEL = Text("数据库快照", "Database snapshot")
LABELS = {BACKUP: BACKUP_LABEL, SNAPSHOT: SNAPSHOT_LABEL}


def backup_jobs(origin: Origin, places: Places, settings: BackupSettings) -> tuple[JobKind, JobKind]:
    """Both, for one site."""

    def back_up_fully(context: JobContext) -> Generator[Progress, None, None]:
        wish = Wish(settings, is_cancelled=context.is_cancelled)
        try:
            made = yield from back_up(origin, places, wish, context.wall_ns)
        except Cancelled:
            return
        yield from Shelf(places.first).verify()
        text = said(
            f"{made.name}：{made.size >> 20} MB，{len(made.files)} 个文件，已核对",
            f"{made.name}: {made.size >> 20} MB, {len(made.files)} files, verified",
        )
        yield Progress(len(made.files), len(made.files), text)

    def snapshot(context: JobContext) -> Generator[Progress, None, None]:
        began = time.monotonic()
        wish = Wish(settings, is_cancelled=context.is_cancelled)
        try:
            taken = yield from take_snapshot(origin, places, wish, context.wall_ns)
        except Cancelled:
            return
        took_s = time.monotonic() - began
        text = said(f"{taken.name}，用时 {took_s:.1f} 秒", f"{taken.name}, within {took_s:.1f} s")
        yield Progress(len(taken.files), len(taken.files), text)

    return (
        JobKind(BACKUP, BACKUP_LABEL, back_up_fully, Lane.HEAVY, retry=Retry(attempts=3, first_s=600)),
        JobKind(SNAPSHOT, SNAPSHOT_LABEL, snapshot, Lane.PUNCTUAL, resumes=False),
    )
