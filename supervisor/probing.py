"""What only the machine knows of other settings, asked before they are stored."""

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from actors.paths import RunPaths
from actors.said import said
from business.configuration.desk import Probe, Trouble
from business.database import open_reader
from business.identity.model import User
from config.secrets import SecretError
from config.settings import WebAddress
from config.site import Site
from supervisor.database import business_url


def prober(paths: RunPaths, environ: Mapping[str, str]) -> Probe:
    """Asks only for what differs: what runs is not doubted."""

    def probe(old: Site, new: Site) -> Iterator[Trouble]:
        before, after = old.settings, new.settings
        ours = {before.control, before.office}
        for name, address in (("control", after.control), ("office", after.office)):
            if address not in ours:
                yield from _address(("settings", name), address, ours)
        for name in ("folder", "second_folder"):
            folder = getattr(after.backup, name)
            if folder and folder != getattr(before.backup, name):
                yield from _folder(("settings", "backup", name), Path(folder))
        if after.heartbeat_file and after.heartbeat_file != before.heartbeat_file:
            yield from _folder(("settings", "heartbeat_file"), Path(after.heartbeat_file).absolute().parent)
        if after.database != before.database:
            yield from _database(new, paths, environ)

    return probe


def _address(keys: tuple[str, ...], address: WebAddress, ours: set[WebAddress]) -> Iterator[Trouble]:
    if any(address.port == one.port for one in ours):
        return  # it moves between addresses that we hold ourselves
    try:
        with socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address.host, address.port))
    except OSError as error:
        where = "host" if isinstance(error, socket.gaierror) or error.errno == 99 else "port"
        reason = said(
            f"无法在 {address.host}:{address.port} 上监听（{error.strerror}）；请换一个本机空闲的地址和端口",
            f"nothing can listen on {address.host}:{address.port} ({error.strerror}); choose an address of "
            "this machine and a free port",
        )
        yield Trouble((*keys, where), "", reason)


def _folder(keys: tuple[str, ...], folder: Path) -> Iterator[Trouble]:
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return
    reason = said(
        f"目录 {folder} 无法写入（{there} 不是本程序可写的目录）；请建立该目录并授权，或换一个目录",
        f"the folder {folder} cannot be written ({there} is no folder that this program may write); make it, "
        "with the right to write, or choose another",
    )
    yield Trouble(keys, "", reason)


def _database(new: Site, paths: RunPaths, environ: Mapping[str, str]) -> Iterator[Trouble]:
    """It must answer, and hold the data already: a setting moves none."""
    keys = ("settings", "database")
    try:
        url = business_url(new.settings, paths, environ)
        engine = open_reader(url)
        try:
            with engine.connect() as connection:
                has_users = inspect(connection).has_table(User.__tablename__) and bool(
                    connection.scalar(select(func.count()).select_from(User))
                )
        finally:
            engine.dispose()
    except (SecretError, SQLAlchemyError, OSError, ImportError) as error:
        told = str(getattr(error, "orig", None) or error).strip().splitlines()
        told_first = told[0] if told else type(error).__name__
        reason = said(
            f"业务数据库连接不上：{told_first}；请检查地址、用户和“密钥”页的口令",
            f"the business database cannot be reached: {told_first}; check address, user, and the password "
            "under Secrets",
        )
        yield Trouble(keys, "", reason)
        return
    if not has_users:
        reason = said(
            "该数据库中没有园区管家的数据，切换后无人能登录；请先停止站点，用 steward restore --database "
            "把备份还原到其中",
            "that database holds no data of Steward, and nobody could log in; stop the site and restore "
            "a backup into it first: steward restore --database",
        )
        yield Trouble(keys, "", reason)
