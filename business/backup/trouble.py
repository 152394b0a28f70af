"""What can be wrong with a backup, said in both languages."""

import errno
from pathlib import Path

from actors.said import said


class BackupError(Exception):
    """Raised when a backup cannot be made, read or restored; its text is `said` in both languages."""


class Damaged(BackupError):
    """Raised when a file of a backup is not what was written."""

    def __init__(self, path: object, zh: str, en: str) -> None:
        super().__init__(
            said(
                f"备份文件 {path} 已损坏：{zh}；请改用另一份备份",
                f"backup file {path} is damaged: {en}; use another backup",
            )
        )


def cannot_write(folder: Path, error: OSError) -> BackupError:
    """Why a folder takes no backup, and what to do."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return BackupError(
            said(
                f"备份目录 {folder} 所在磁盘已满；请腾出空间，或在 [settings.backup] 中改用别的目录",
                f"the disk of the backup folder {folder} is full; make room, or name another folder in "
                "[settings.backup]",
            )
        )
    why = f"{error.strerror or error}: {error.filename or folder}"
    return BackupError(
        said(
            f"无法写入备份目录 {folder}（{why}）；请检查目录是否存在、已挂载且本程序可写",
            f"the backup folder {folder} cannot be written ({why}); see that it exists, is mounted and "
            "may be written by this program",
        )
    )
