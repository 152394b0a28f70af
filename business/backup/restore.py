"""The way back: a state is put together and proven beside the run directory, then takes its place.

Until everything is proven nothing of the run directory is touched, and nothing of it is ever deleted: what a
restore replaces moves into `before-restore/`. An interrupted restore is started again; when only the moving
was interrupted, the next one ends it.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

from actors.channels import outbox_file
from actors.paths import RunPaths
from actors.said import said
from business.backup import manifest, postgres, proof, sealed_secrets
from business.backup.archive import Origin
from business.backup.files import copy_file, sync, verify, write_whole
from business.backup.manifest import Database, File, Manifest
from business.backup.place import Place
from business.backup.snapshots import Shelf
from business.backup.trouble import BackupError, Damaged
from business.database import sqlite_url

Say = Callable[[str], None]
"""Takes what is `said` in both languages."""
GROWING = ("history/", "files/", "phrases/")
"""They grow and hardly change: a restore to a point in time leaves them as they stand."""
READY, EMPTIED = "ready.json", "emptied"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be restored."""

    state: Manifest
    state_at: Place | Shelf
    rest: Manifest | None
    """The full backup from which history and attached files come; None where those in place stay."""
    rest_at: Place | None
    passphrase: str = ""
    """'' leaves the secrets in place as they are."""

    def files(self) -> Iterator[tuple[Path, File]]:
        """What is copied from folders, and from which."""
        if isinstance(self.state_at, Place):
            yield from self._of(self.state, self.state_at, growing=False)
        if self.rest is not None and self.rest_at is not None:
            yield from self._of(self.rest, self.rest_at, growing=True)

    @staticmethod
    def _of(from_: Manifest, place: Place, *, growing: bool) -> Iterator[tuple[Path, File]]:
        for file in from_.files:
            if file.path.startswith(GROWING) == growing:
                yield place.folder / from_.name, file


def is_interrupted(paths: RunPaths) -> bool:
    """Whether a restore was stopped while it moved things: the run directory is half old, half new."""
    return (paths.restoring / READY).exists()


def restore(origin: Origin, plan: Plan, say: Say, now_ns: Callable[[], int], by: str) -> Path:
    """Put the state in place of what is there; the folder that holds what was there.

    The caller holds the lock of the run directory. Raises BackupError after each problem was said, OSError.
    """
    paths = origin.paths
    proof.check_revisions(plan.state)
    shutil.rmtree(paths.restoring, ignore_errors=True)
    problems = list(_damaged(plan))
    if problems:
        for problem in problems:
            say(str(problem))
        raise BackupError(
            said(
                f"{len(problems)} 个文件已损坏，未做任何改动",
                f"{len(problems)} files are damaged; nothing was changed",
            )
        )
    new = RunPaths(paths.restoring / "new")
    _leave_room(paths.root, plan)
    new.root.mkdir(mode=0o700, parents=True)
    try:
        _put_together(plan, new)
        business = _bring_business(origin, new)
        wrong = list(proof.problems(_expected(plan), new.root, business))
        if wrong:
            for text in wrong:
                say(text)
            raise BackupError(
                said(
                    "还原结果与备份不符，未做任何改动",
                    "what was restored is not what was backed up; nothing was changed",
                )
            )
        for outbox in new.root.glob("field/*/conditions.db"):
            outbox_file.renew(outbox)
        if business is not None:
            proof.take_over(business, plan.state, now_ns, by)
    except BaseException:
        shutil.rmtree(paths.restoring, ignore_errors=True)
        raise
    aside = paths.set_aside / manifest.free_stamp(now_ns(), lambda name: (paths.set_aside / name).exists())
    told = {"aside": aside.name, "stays": sorted(_stays(paths, plan)), "backup": plan.state.name}
    write_whole(paths.restoring / READY, json.dumps(told).encode())
    return finish(paths)


def finish(paths: RunPaths) -> Path:
    """Move the old things out and the new ones in, wherever it was interrupted; where the old ones are."""
    told = json.loads((paths.restoring / READY).read_text())
    aside: Path = paths.set_aside / told["aside"]
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (paths.restoring / EMPTIED).exists():
        for path in sorted(paths.root.iterdir()):
            if path.name not in told["stays"]:
                path.rename(aside / path.name)
        sync(aside)
        sync(paths.root)
        write_whole(paths.restoring / EMPTIED, b"")
    for path in sorted((paths.restoring / "new").iterdir()):
        path.rename(paths.root / path.name)
    sync(paths.root)
    (paths.restoring / READY).unlink()  # first of all: without the rest it would begin again
    shutil.rmtree(paths.restoring)
    return aside


def _expected(plan: Plan) -> dict[str, Database]:
    """What the restored databases must hold, by file."""
    state = {name: one for name, one in plan.state.databases.items() if not name.startswith(GROWING)}
    rest = plan.rest.databases if plan.rest else {}
    return state | {name: one for name, one in rest.items() if name.startswith(GROWING)}


def _stays(paths: RunPaths, plan: Plan) -> set[str]:
    """What is not part of a state: the lock that is held, the backups, and what the plan leaves alone."""
    stays = {path.name for path in (paths.lock, paths.ballast, paths.ipc, paths.log, paths.restoring)}
    stays |= {paths.set_aside.name, paths.backups.name}
    if not plan.passphrase:
        stays.add(paths.secrets.name)
    if plan.rest is None:
        stays |= {growing.rstrip("/") for growing in GROWING}
    for place in (plan.state_at, plan.rest_at):
        if place is not None and place.folder.is_relative_to(paths.root):
            stays.add(place.folder.relative_to(paths.root).parts[0])
    return stays


def _damaged(plan: Plan) -> Iterator[Damaged]:
    for folder, file in plan.files():
        try:
            verify(folder, file)
        except Damaged as damaged:
            yield damaged


def _put_together(plan: Plan, new: RunPaths) -> None:
    if isinstance(plan.state_at, Shelf):
        plan.state_at.write(plan.state, new.root)
    for folder, file in plan.files():
        if file.path == sealed_secrets.NAME:
            continue
        if copy_file(folder / file.path, new.root / file.path, file.path).sha256 != file.sha256:
            raise Damaged(folder / file.path, "读取两次内容不同", "it reads differently the second time")
    if plan.passphrase:
        _bring_secrets(plan, new)


def _bring_secrets(plan: Plan, new: RunPaths) -> None:
    found = [folder / file.path for folder, file in plan.files() if file.path == sealed_secrets.NAME]
    if not found:
        raise BackupError(
            said(
                f"备份 {plan.state.name} 不含密钥；请选择带密钥的备份，或不加 --with-secrets",
                f"backup {plan.state.name} holds no secrets; choose another, or leave --with-secrets out",
            )
        )
    for name, content in sealed_secrets.unseal(found[0].read_bytes(), plan.passphrase, found[0]).items():
        write_whole(new.secrets / name, content)
        (new.secrets / name).chmod(0o600)


def _bring_business(origin: Origin, new: RunPaths) -> URL | None:
    """Where the restored business database is; None when the state holds none."""
    dumped = new.root / postgres.NAME
    if dumped.exists():
        if not origin.has_postgres:
            raise BackupError(
                said(
                    "此备份的业务库来自 PostgreSQL；请新建空数据库并用 --database 指定其地址",
                    "the business database of this backup is PostgreSQL's; create an empty one and give its "
                    "URL with --database",
                )
            )
        postgres.restore(origin.business, dumped)
        dumped.unlink()
        return origin.business
    if not new.business.exists():
        return None
    if origin.has_postgres:
        raise BackupError(
            said(
                "此备份的业务库是文件，而站点配置为 PostgreSQL；请先去掉 settings.database",
                "the business database of this backup is a file, and the site names PostgreSQL; take "
                "settings.database out first",
            )
        )
    return make_url(sqlite_url(new.business))


def _leave_room(folder: Path, plan: Plan) -> None:
    needed = sum(file.size for _, file in plan.files())
    if isinstance(plan.state_at, Shelf):
        needed += sum(file.size for file in plan.state.files)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            said(
                f"{folder} 空间不足：还原需要 {needed >> 20} MB，只剩 {free >> 20} MB；请腾出空间",
                f"{folder} has too little room: the restore needs {needed >> 20} MB, {free >> 20} MB are "
                "left; make room, or restore elsewhere with --into",
            )
        )
