"""`steward backup`, `steward backups` and `steward restore`: to make, list and go back to one."""

import getpass
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import URL, make_url

from actors.paths import RunPaths
from actors.said import in_both, said
from business.backup.archive import Origin, Wish, Work, back_up
from business.backup.listing import backups
from business.backup.manifest import Manifest
from business.backup.place import Places
from business.backup.plan import from_folder, newest_until
from business.backup.restore import Plan, finish, is_interrupted, restore
from business.backup.trouble import BackupError
from business.database import sqlite_url
from business.fields.keyring import NAME, keyring
from config.secrets import SecretError
from config.site import Site
from supervisor.lock import RunningAlready, await_predecessors, hold

Say = Callable[[str], None]
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What `steward restore` is told."""

    source: Path | None
    at: str
    into: Path | None
    database: URL | None
    """PostgreSQL; None for the file in the run directory."""
    passphrase: str


def make(site: Site, paths: RunPaths, url: URL, to: Path | None, passphrase: str, say: Say) -> int:
    """One backup, beside a running site or without one; the exit code."""
    settings = site.settings.backup
    places = Places(to.absolute(), None) if to else Places.of(settings, paths.backups)
    if not paths.root.is_dir():
        say(f"{paths.root}: there is no run directory; name it with --run")
        return 1
    began = time.monotonic()
    try:
        keys = _key_ids(paths, os.environ)
        made = _done(
            back_up(Origin(paths, site.id, url, keys), places, Wish(settings, passphrase), time.time_ns)
        )
    except BackupError as error:
        say(in_both(str(error)))
        return 1
    say(
        f"{places.first / made.name}: {made.size / MIB:.1f} MiB, {len(made.files)} files, verified, "
        f"{time.monotonic() - began:.1f} s"
    )
    if places.second is not None:
        say(f"{places.second / made.name}: copied and verified")
    for line in _warnings(made, _key_ids(paths, {}) if made.has_secrets else ()):
        say(in_both(line))
    return 0


def _done(work: Work) -> Manifest:
    while True:
        try:
            next(work)
        except StopIteration as end:
            made: Manifest = end.value
            return made


def show(site: Site, paths: RunPaths, say: Say) -> int:
    """Every backup, the newest first; the exit code."""
    zone = ZoneInfo(site.timezone)
    places = Places.of(site.settings.backup, paths.backups)
    found = backups(places)
    say(f"{places.first}:")
    for row in found.rows:
        mark = "secrets" if row.has_secrets else ""
        state = in_both(row.trouble) if row.trouble else "whole"
        second = (in_both(row.second.error) or row.second.folder) if row.second else ""
        say(
            f"  {row.name}  {_clock(row.taken_ns, zone)}  {row.size / MIB:10.1f} MiB  {state:8} {mark:8}"
            + (f" second: {second}" if second else "")
        )
    if not found.rows:
        say("  no backup yet; make one with: steward backup SITE")
    if found.snapshots:
        first, last = (_clock(one, zone) for one in (found.first_snapshot_ns, found.last_snapshot_ns))
        say(f"  {found.snapshots} snapshots of the databases, {first} to {last}")
    return 1 if any(row.trouble for row in found.rows) else 0


def go_back(site: Site, paths: RunPaths, asked: Asked, say: Say) -> int:
    """Restore; the exit code."""
    target = RunPaths(asked.into.absolute()) if asked.into else paths
    target.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with hold(target.lock):
            await_predecessors(target.processes, target.root)
            return _go_back(site, paths, target, asked, say)
    except RunningAlready as error:
        say(f"{error}: a restore needs the site to stand still")
    except BackupError as error:
        say(in_both(str(error)))
    except OSError as error:
        say(f"the restore stopped at {error.filename}: {error.strerror}; start it again once that is settled")
    return 1


def _go_back(site: Site, paths: RunPaths, target: RunPaths, asked: Asked, say: Say) -> int:
    if is_interrupted(target):
        say(f"an interrupted restore is now complete; what was there before: {finish(target)}")
        say("if you meant another state, run the command again")
        return 0
    zone = ZoneInfo(site.timezone)
    began = time.monotonic()
    plan = _plan(site, paths, target, asked, zone)
    state = plan.state
    say(f"{state.kind} {state.name}, as of {_clock(state.taken_ns, zone)}, by Steward {state.steward}")
    if plan.rest is None:
        say("history and attached files stay as they stand in the run directory")
    elif plan.rest is not plan.state:
        say(f"history and attached files: {plan.rest.name}, as of {_clock(plan.rest.taken_ns, zone)}")
    origin = Origin(target, site.id, asked.database or make_url(sqlite_url(target.business)))
    aside = restore(origin, plan, lambda text: say(in_both(text)), time.time_ns, f"by {getpass.getuser()}")
    for name, table in _rows(plan):
        say(f"  {name}: {table}")
    say(f"restored and verified in {time.monotonic() - began:.1f} s; what was there before: {aside}")
    for line in _unreadable(plan, target):
        say(in_both(line))
    say("everybody has to log in again; start the site with: steward run")
    return 0


def _plan(site: Site, paths: RunPaths, target: RunPaths, asked: Asked, zone: ZoneInfo) -> Plan:
    places = Places.of(site.settings.backup, paths.backups)
    own = [folder for folder in (places.first, places.second) if folder is not None]
    folders = [asked.source.absolute()] if asked.source else own
    if not asked.at:
        return from_folder(folders[0], asked.passphrase)
    until_ns = _time(asked.at, zone)
    return newest_until(folders, until_ns, asked.passphrase, has_history=target.history.hot.exists())


def _time(text: str, zone: ZoneInfo) -> int:
    """ns of an ISO 8601 time, of the site's clock where it names no zone. Raises BackupError."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise BackupError(
            said(
                f"“{text}” 不是时间，请写成 2026-11-21T10:35", f"{text!r} is no time; write 2026-11-21T10:35"
            )
        ) from None
    told = told if told.tzinfo else told.replace(tzinfo=zone)
    return int(told.timestamp()) * 1_000_000_000 + 999_999_999


def _rows(plan: Plan) -> Iterator[tuple[str, str]]:
    for name, database in sorted(plan.state.databases.items()):
        if database.tables:
            rows = sum(table.rows for table in database.tables.values())
            yield name, f"{len(database.tables)} tables, {rows} rows, as backed up"


def _unreadable(plan: Plan, target: RunPaths) -> Iterator[str]:
    lacking = sorted(set(plan.state.keys).difference(_key_ids(target, os.environ)))
    if lacking:
        names = ", ".join(lacking)
        yield said(
            f"注意：缺少密钥 {names}，用它们加密的个人信息无法读取；请用 --with-secrets 还原带密钥的备份，"
            f"或把当时的 {target.secrets / NAME} 放回",
            f"note: the keys {names} are not here, and personal data sealed with them cannot be read: "
            f"restore a backup --with-secrets, or put {target.secrets / NAME} of that time back",
        )


def _warnings(made: Manifest, inside: tuple[str, ...]) -> Iterator[str]:
    """`inside` are the keys that the backup itself holds."""
    lacking = ", ".join(sorted(set(made.keys).difference(inside)))
    if lacking:
        yield said(
            f"注意：此备份不含密钥 {lacking}；没有它们，加密的个人信息无法读取。请另存 --with-secrets 备份",
            f"note: this backup does not hold the keys {lacking}; without them sealed personal data cannot "
            "be read after a restore. Keep a backup made --with-secrets, or the keys, elsewhere",
        )
    if made.missing:
        yield said(
            f"注意：{len(made.missing)} 个历史文件在备份之前就已丢失：{', '.join(made.missing[:5])}",
            f"note: {len(made.missing)} history files had been lost before: {', '.join(made.missing[:5])}",
        )


def _key_ids(paths: RunPaths, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Of the keys that are at hand."""
    try:
        return keyring(environ, paths.secrets).ids
    except SecretError:
        return ()


def _clock(time_ns: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(time_ns // 1_000_000_000, zone).strftime("%Y-%m-%d %H:%M:%S")
