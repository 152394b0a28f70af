"""The drill: a running site is backed up, lost, restored, proven equal, and started again (S-52)."""

import shutil
import time
from contextlib import closing
from pathlib import Path

from actors.channels.live import LIVE
from actors.historian.reader import HistoryReader
from actors.messages import DeviceState, HangTag, ReadHistory, ReadSnapshot
from actors.paths import RunPaths
from benchmarks.modbus_farm import Farm
from business.backup.manifest import read
from business.backup.tables import sqlite_tables
from tests.flows.house import HOT, TEMPERATURE, House, eventually, house
from tests.flows.test_command_line import steward


def values(paths: RunPaths, point: str, until_ns: int) -> tuple[bytes, bytes]:
    reader = HistoryReader(paths.history)
    with closing(reader):
        (page,) = reader.page(ReadHistory(point, 0, until_ns, 100_000))
    return page.time_ns.tobytes(), page.values.tobytes()


def tag(home: House, device: str) -> str:
    for page in home.ask("field", ReadSnapshot()):
        for message in map(LIVE.decode, page.bodies):
            if isinstance(message, DeviceState) and message.device == device:
                return message.tag_note
    return ""


def backed_up(home: House, *arguments: str) -> Path:
    """`steward backup` beside the running site; the folder."""
    done = steward("backup", str(home.site), "--run", str(home.paths.root), *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(done.stdout.partition(": ")[0])


def test_the_drill(farm: Farm, tmp_path: Path) -> None:
    """A13, A14, S1-4.7a, S1-4.7b, S-52, with people and devices at work meanwhile."""
    with house(farm, devices=3) as home:
        home.start()
        chief = home.administrator()
        warden = home.log_in("warden")
        home.add_user(warden, "olga", "operator")
        assert home.tell(HangTag("u01", "hands off"), chief)[-1].stage == "done"
        since_ns = time.time_ns()
        farm.set(0, TEMPERATURE, HOT)
        eventually(lambda: "u00/temperature/high" in home.alarms(), what="the alarm")
        eventually(lambda: home.stored("u02/counter", since_ns) >= 5, what="history")
        folder = backed_up(home, "--to", str(tmp_path / "share"))
        made = read(folder / "manifest.json")
        copied = RunPaths(folder)
        expected = {point: values(copied, point, 1 << 62) for point in ("u00/counter", "u02/counter")}
        known = made.databases["alarms.db"].tables["journal"].rows
        journal = home.journal()[:known]
        home.add_user(warden, "too-late", "viewer")

        running = steward("restore", str(home.site), "--run", str(home.paths.root), "--from", str(folder))
        assert running.returncode == 1
        assert "a restore needs the site to stand still" in running.stdout
        home.interrupt()
        shutil.rmtree(home.paths.root)  # the disk is gone

        back = steward("restore", str(home.site), "--run", str(home.paths.root), "--from", str(folder))
        assert back.returncode == 0, back.stdout + back.stderr
        restored = home.paths
        for name, database in made.databases.items():
            found = sqlite_tables(restored.root / name)
            changed = {"audit_records", "audit_changes", "user_sessions", "access_version", "row", "file"}
            for table, was in database.tables.items():
                if table not in changed or name == "alarms.db":
                    assert found[table] == was, (name, table)
        assert {point: values(restored, point, 1 << 62) for point in expected} == expected
        verified = steward("audit", "verify", str(home.site), "--run", str(restored.root))
        assert verified.returncode == 0, verified.stdout

        home.start()
        assert home.journal()[:known] == journal
        assert home.alarms()["u00/temperature/high"].state == "unacknowledged"
        home.log_in("chief")
        assert home.audited("users/olga")
        assert not home.audited("users/too-late")
        assert home.audited(f"backups/{made.name}")[0].kind == "RecordRestore"
        since_ns = time.time_ns()
        eventually(lambda: home.stored("u02/counter", since_ns) >= 3, what="history that goes on")
        eventually(lambda: tag(home, "u01") == "hands off", what="the tag")
        home.interrupt()
