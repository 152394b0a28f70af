"""Versions and secrets by command: audited, refused with all that is wrong, never two at once."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from actors.messages import Issuer, Stage
from actors.paths import RunPaths
from actors.said import in_language
from business.audit.model import AuditRecord
from business.configuration.desk import Desk, Trouble
from business.configuration.messages import FileText, RemoveSecret, SaveConfiguration, SetSecret, SettingEdit
from business.configuration.secrets import CAMERA_PASSWORD, SECRETS, Vault, secrets_of
from business.configuration.service import ConfigurationDesk
from business.gate import Execute, Outcome
from config.export import toml
from config.resolve import build
from config.settings import Provider, Security
from config.site import Site
from config.text import Text
from config.versions import Version
from tests.business.conftest import Office

pytestmark = pytest.mark.both_databases
DOCUMENTS: dict[str, dict[str, Any]] = {
    "site.toml": {
        "site": {"id": "campus", "name": {"zh": "园区", "en": "Campus"}, "timezone": "Asia/Shanghai"},
        "zone": [{"id": "z", "name": {"zh": "区", "en": "Zone"}, "kind": "site"}],
    }
}
PROVIDER = Provider("corp", Text("集团", "Group"), "https://id.example.org", "steward")
TEXTS: dict[str, Any] = {
    "id": "texts",
    "name": {"zh": "短信", "en": "Texts"},
    "kind": "aliyun-sms",
    "options": {"sign_name": "示范园区", "access_key_id": "LTAIofthetest"},
}
SECRET = "a-very-secret-value"  # of the test


class Bench:
    def __init__(self, office: Office, folder: Path, environ: dict[str, str] | None = None) -> None:
        self.office = office
        self.paths = RunPaths(folder / "run")
        self.paths.create()
        self.probed: list[tuple[Site, Site]] = []
        self.troubles: list[Trouble] = []
        self.desk = Desk(self.paths, {}, self._probe)
        documents = {**DOCUMENTS, "notify.toml": {"account": [TEXTS]}}
        site = build(documents, {})
        security = Security(providers=(PROVIDER,))
        site = replace(site, settings=replace(site.settings, security=security))
        self.vault = Vault(self.paths.secrets, environ or {}, secrets_of(site))
        self.module = ConfigurationDesk(self.desk, self.vault, office.wall_ns)
        self.desk.store.add(DOCUMENTS, "anna", "first", "files", lambda: datetime.now(UTC))
        self.paths.running.write_text("1")
        office.create("sys", "system-administrator")
        self.issuer = office.log_in("sys")

    def _probe(self, old: Site, new: Site) -> list[Trouble]:
        self.probed.append((old, new))
        return self.troubles

    def do(self, command: Any, issuer: Issuer | None = None, id_: str = "") -> Outcome:
        order = Execute(issuer or self.issuer, command, **({"id": id_} if id_ else {}))
        return self.office.gate.carry_out(self.module, order)

    def save(self, edits: dict[str, Any], *, base: int = 1, newest: int = 1, reason: str = "why") -> Outcome:
        told = tuple(SettingEdit(path, json.dumps(value)) for path, value in edits.items())
        return self.do(SaveConfiguration(base, newest, told, (), reason))

    def newest(self) -> Version:
        version = self.desk.store.latest()
        assert version is not None
        return version

    def trail(self, object_: str) -> list[AuditRecord]:
        with self.office.authority.open() as session:
            found = session.scalars(select(AuditRecord).where(AuditRecord.object == object_)).all()
            for one in found:
                _ = one.changes
            return list(found)


@pytest.fixture
def bench(office: Office, tmp_path: Path) -> Bench:
    return Bench(office, tmp_path)


def test_an_edit_becomes_a_version_that_is_in_force_nowhere_yet(bench: Bench) -> None:
    """S1-4.5; A12: who, why, and what differs stand in the trail."""
    assert bench.save({"settings.backup.daily": 9}).stage is Stage.DONE
    version = bench.newest()
    assert (version.number, version.author, version.reason, version.origin) == (2, "sys", "why", "screen")
    assert version.documents["site.toml"]["settings"] == {"backup": {"daily": 9}}
    assert bench.paths.running.read_text() == "1"
    (record,) = bench.trail("configuration/2")
    assert (record.user, record.kind, record.reason) == ("sys", "SaveConfiguration", "why")
    assert json.loads(str(record.changes[0].after)) == {"site.toml:settings.backup.daily": 9}


@pytest.mark.parametrize(
    ("path", "value", "zh", "en"),
    [
        ("settings.office.port", 70_000, "端口为 70000，应在 1 至 65535 之间", "TCP port, 1 to 65535"),
        ("settings.backup.daily", 0, "按日保留为 0 d，应在 1 至 366 d 之间", "1 to 366"),
        ("settings.backup.daily", "x", "按日保留为 'x'，应是整数", "valid integer"),
        ("settings.backup.folder", "here", "备份目录为 'here'，不符合要求：以 / 开头的完整路径", "full path"),
        ("settings.history_budget_mb", 3, "历史缓存上限为 3 MB，应至少 16 MB", "greater than or equal to 16"),
        ("settings.database", "mysql://a/b", "应形如 postgresql://", "should be like postgresql://"),
        ("settings.database", "postgresql://u:pw@h/n", "不应包含口令", "should not hold a password"),
        ("settings.heartbeat_url", "ftp://x", "心跳地址为 'ftp://x'，不符合要求", "http(s) address"),
        ("settings.modules_off", ["petz"], "可用", "pets"),
        ("settings.modules_off", ["property"], "房产与住户", "needs property"),
        ("settings.modules_off", ["audit"], "可用", "Known"),
        ("settings.security.inside_networks", ["10.0.0.0/33"], "", "network"),
        ("settings.security.expiry_days", -1, "口令有效期为 -1 d，应在 0 至 3650 d 之间", "0 for never"),
        ("settings.nonsense", 1, "nonsense", "nonsense"),
        ("site.timezone", "Asia/Shanghi", "Asia/Shanghai", "Did you mean 'Asia/Shanghai'?"),
        ("site.name.zh", "", "中文", "Chinese"),
        ("site.id", "other", "站点代号由 campus 改为 other", "write campus"),
    ],
)
def test_a_bad_value_is_refused_with_thing_value_limit_and_way_out(
    bench: Bench, path: str, value: Any, zh: str, en: str
) -> None:
    outcome = bench.save({path: value})
    assert outcome.stage is Stage.REFUSED
    assert zh in in_language(outcome.detail, "zh")
    assert en in in_language(outcome.detail, "en")
    assert "pw" not in outcome.detail.replace("PASSWORD", "")
    assert bench.desk.store.numbers() == [1]


def test_everything_that_is_wrong_is_said_at_once_and_at_its_field(bench: Bench) -> None:
    edits = [
        SettingEdit("settings.backup.daily", "0"),
        SettingEdit("settings.office.port", "0"),
        SettingEdit("settings.control.port", "8081"),
    ]
    proposal = bench.desk.propose(bench.newest(), edits, ())
    assert {one.keys for one in proposal.troubles} == {
        ("settings", "backup", "daily"),
        ("settings", "office", "port"),
    }


def test_what_only_the_machine_knows_is_asked_before_anything_is_stored(bench: Bench) -> None:
    bench.troubles = [Trouble(("settings", "office", "port"), "", "taken")]
    assert bench.save({"settings.office.port": 9999}).stage is Stage.REFUSED
    assert [(old.settings.office.port, new.settings.office.port) for old, new in bench.probed] == [
        (8081, 9999)
    ]
    bench.troubles = []
    assert bench.save({"settings.office.port": 9999}).stage is Stage.DONE


def test_of_two_administrators_the_second_is_told_who_was_faster(bench: Bench) -> None:
    assert bench.save({"settings.backup.daily": 9}, reason="more days").stage is Stage.DONE
    late = bench.save({"settings.backup.weekly": 9})
    assert late.stage is Stage.REFUSED
    assert "sys 已保存版本 2（more days）" in late.detail
    assert bench.desk.store.numbers() == [1, 2]


def test_two_at_the_very_same_time_make_one_version(bench: Bench) -> None:
    other = ConfigurationDesk(bench.desk, bench.vault, bench.office.wall_ns)

    def save(daily: int) -> Stage:
        edits = (SettingEdit("settings.backup.daily", str(daily)),)
        order = Execute(bench.issuer, SaveConfiguration(1, 1, edits, (), "why"))
        return bench.office.gate.carry_out(other, order).stage

    with ThreadPoolExecutor(4) as pool:
        stages = list(pool.map(save, range(10, 14)))
    assert stages.count(Stage.DONE) == 1
    assert bench.desk.store.numbers() == [1, 2]


def test_a_version_whose_record_was_lost_is_found_by_the_same_command_again(bench: Bench) -> None:
    """A crash between the file and the commit: the file is there, the trail is not."""
    command = SaveConfiguration(1, 1, (SettingEdit("settings.backup.daily", "9"),), (), "why")
    with pytest.raises(ZeroDivisionError), bench.office.sessions.begin() as session:
        bench.module.handle(session, bench.issuer, command)
        raise ZeroDivisionError
    assert bench.desk.store.numbers() == [1, 2]
    assert bench.trail("configuration/2") == []
    assert bench.do(command).stage is Stage.DONE
    assert bench.desk.store.numbers() == [1, 2]
    assert len(bench.trail("configuration/2")) == 1


def test_what_differs_in_nothing_is_not_stored(bench: Bench) -> None:
    assert "没有差异" in bench.save({}).detail
    assert "没有差异" in bench.save({"site.timezone": "Asia/Shanghai"}).detail


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\nb"])
def test_a_version_has_a_reason(bench: Bench, reason: str) -> None:
    assert bench.save({"settings.backup.daily": 9}, reason=reason).stage is Stage.REFUSED


def test_an_older_version_is_edited_as_well_as_the_newest(bench: Bench) -> None:
    bench.save({"settings.backup.daily": 9})
    assert bench.save({"settings.backup.weekly": 9}, base=1, newest=2).stage is Stage.DONE
    assert bench.newest().documents["site.toml"]["settings"] == {"backup": {"weekly": 9}}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("zones.toml", "\n[[zone]]\nid = 1", "zones.toml:3 zone[0].id"),
        ("zones.toml", "[[zone\n", "语法错误"),
        ("../evil.toml", "", "文件名"),
        ("profiles/../x.toml", "", "文件名"),
        ("site.toml", "", "[site] is missing"),
        ("zones.toml", '[[zone]]\nid = "z"\nname = {zh = "区", en = "Z"}\nkind = "site"', "defined twice"),
    ],
)
def test_a_file_with_problems_is_not_stored(bench: Bench, file: str, text: str, said: str) -> None:
    outcome = bench.do(SaveConfiguration(1, 1, (), (FileText(file, text),), "why"))
    assert outcome.stage is Stage.REFUSED
    assert said in outcome.detail
    assert bench.desk.store.numbers() == [1]


def test_files_come_and_go(bench: Bench) -> None:
    zone = '[[zone]]\nid = "y"\nname = {zh = "楼", en = "Block"}\nkind = "building"\nparent = "z"'
    assert bench.do(SaveConfiguration(1, 1, (), (FileText("more.toml", zone),), "in")).stage is Stage.DONE
    assert set(bench.newest().documents) == {"site.toml", "more.toml"}
    assert bench.do(SaveConfiguration(2, 2, (), (FileText("more.toml", ""),), "out")).stage is Stage.DONE
    assert set(bench.newest().documents) == {"site.toml"}


def test_who_may_not_is_refused_and_nothing_is_written(bench: Bench) -> None:
    for user, role in (("op", "operator"), ("boss", "manager"), ("aud", "auditor")):
        bench.office.create(user, role)
        issuer = bench.office.log_in(user)
        for command in (
            SaveConfiguration(1, 1, (SettingEdit("settings.backup.daily", "9"),), (), "why"),
            SetSecret("database-password", SECRET),
            RemoveSecret("database-password"),
        ):
            assert bench.do(command, issuer).stage is Stage.REFUSED
    assert bench.desk.store.numbers() == [1]
    assert list(bench.paths.secrets.iterdir()) == []


# --- secrets -----------------------------------------------------------------------------------------------


def rows(bench: Bench) -> dict[str, Any]:
    with bench.office.authority.open() as session:
        return {one.name: one for one in bench.vault.rows(session)}


def test_a_secret_is_written_and_never_shown(bench: Bench) -> None:
    assert rows(bench)["database-password"].set_ns == 0
    assert bench.do(SetSecret("database-password", SECRET)).stage is Stage.DONE
    file = bench.paths.secrets / "database-password"
    assert file.read_text() == SECRET
    assert file.stat().st_mode & 0o777 == 0o600
    os.utime(file, ns=(bench.office.now_ns, bench.office.now_ns))  # the test's clock is not the disk's
    row = rows(bench)["database-password"]
    assert (row.set_by, row.set_ns) == ("sys", bench.office.now_ns)
    assert SECRET not in repr(row)
    assert SECRET not in repr(SetSecret("database-password", SECRET))
    assert SECRET not in str(bench.office.rows())
    assert len(bench.trail("secrets/database-password")) == 1


def test_a_secret_put_there_on_the_server_is_told_as_such(bench: Bench) -> None:
    bench.do(SetSecret("database-password", SECRET))
    later_ns = bench.office.now_ns + 60 * 10**9
    os.utime(bench.paths.secrets / "database-password", ns=(later_ns, later_ns))
    assert rows(bench)["database-password"].set_by == ""


def test_a_secret_is_replaced_and_removed(bench: Bench) -> None:
    bench.do(SetSecret("database-password", SECRET))
    assert bench.do(SetSecret("database-password", "another")).stage is Stage.DONE
    assert (bench.paths.secrets / "database-password").read_text() == "another"
    assert bench.do(RemoveSecret("database-password")).stage is Stage.DONE
    assert rows(bench)["database-password"].set_ns == 0
    assert "没有设置" in bench.do(RemoveSecret("database-password")).detail


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database-password", ""),
        ("database-password", "x" * 4097),
        ("database-password", "a\nb"),
        ("database-password", " a "),
        ("heartbeat-url", "short"),
        ("sealing-keys", SECRET),
        ("oidc-other", SECRET),
        ("../../evil", SECRET),
    ],
)
def test_an_unfit_secret_is_refused_without_saying_it(bench: Bench, name: str, value: str) -> None:
    outcome = bench.do(SetSecret(name, value))
    assert outcome.stage is Stage.REFUSED
    assert not value or value not in outcome.detail
    assert list(bench.paths.secrets.iterdir()) == []


def test_a_secret_of_the_environment_counts_and_is_said(office: Office, tmp_path: Path) -> None:
    environ = {"STEWARD_DATABASE_PASSWORD": SECRET}
    bench = Bench(office, tmp_path, environ)
    outcome = bench.do(SetSecret("database-password", "other"))
    assert outcome.stage is Stage.REFUSED
    assert "STEWARD_DATABASE_PASSWORD" in outcome.detail
    assert rows(bench)["database-password"].given == "STEWARD_DATABASE_PASSWORD"


def test_every_secret_of_the_screen_is_one_that_the_program_reads() -> None:
    from supervisor.database import DATABASE_PASSWORD
    from supervisor.processes.watchdog import HEARTBEAT_URL

    assert set(SECRETS) == {DATABASE_PASSWORD, HEARTBEAT_URL, CAMERA_PASSWORD}


def test_each_provider_of_the_site_has_a_secret(bench: Bench) -> None:
    assert bench.do(SetSecret("oidc-corp", SECRET)).stage is Stage.DONE
    assert "集团" in rows(bench)["oidc-corp"].known.label.zh


def test_each_account_of_the_site_has_the_secrets_of_its_channel(bench: Bench) -> None:
    (name,) = [one for one in rows(bench) if one.startswith("account-texts-")]
    assert rows(bench)[name].known.label.zh.startswith("短信：")
    assert bench.do(SetSecret(name, SECRET)).stage is Stage.DONE


@pytest.mark.parametrize(
    ("row", "keys", "zh", "en"),
    [
        ({"kind": "aliyun-smss"}, ("kind",), "是否指 'aliyun-sms'", "Did you mean 'aliyun-sms'?"),
        ({"kind": "carrier-pigeon"}, ("kind",), "未知的渠道类型 'carrier-pigeon'", "unknown channel"),
        (
            {"options": {**TEXTS["options"], "sing": "x"}},
            ("options", "sing"),
            "未知的键 'sing'",
            "unknown key 'sing'",
        ),
        (
            {"options": {**TEXTS["options"], "sign_name": "【a】"}},
            ("options", "sign_name"),
            "短信签名为 '【a】'，不符合要求",
            "sign_name is",
        ),
    ],
)
def test_the_options_of_an_account_are_checked_as_its_channel_has_them(
    bench: Bench, row: dict[str, Any], keys: tuple[str, ...], zh: str, en: str
) -> None:
    text = toml({"account": [{**TEXTS, **row}]})
    proposal = bench.desk.propose(bench.newest(), (), [FileText("notify.toml", text)])
    (trouble,) = [one for one in proposal.troubles if one.keys[2:] == keys]
    assert (trouble.file, trouble.keys[:2]) == ("notify.toml", ("account", 0))
    assert zh in in_language(trouble.reason, "zh")
    assert en in in_language(trouble.reason, "en")
    assert trouble.line
    refused = bench.do(SaveConfiguration(1, 1, (), (FileText("notify.toml", text),), "why"))
    assert refused.stage is Stage.REFUSED
    good = FileText("notify.toml", toml({"account": [TEXTS]}))
    assert bench.do(SaveConfiguration(1, 1, (), (good,), "why")).stage is Stage.DONE


def test_a_provider_is_added_by_filling_the_blank_row(bench: Bench) -> None:
    """S1-4.4: the providers of the single sign-on are settings as any other."""
    row = {
        "id": "corp",
        "name.zh": "集团",
        "name.en": "Group",
        "issuer": "https://id.example.org",
        "client_id": "steward",
    }
    path = "settings.security.providers.0"
    assert bench.save({f"{path}.{key}": value for key, value in row.items()}).stage is Stage.DONE
    (provider,) = bench.probed[-1][1].settings.security.providers
    assert (provider.id, provider.name.zh, provider.client_id) == ("corp", "集团", "steward")
    bad = bench.save({f"{path}.issuer": "http://evil.example.org"}, base=2, newest=2)
    assert "签发者地址为 'http://evil.example.org'，不符合要求" in bad.detail
    gone = bench.save({f"{path}.{key}": None for key in row}, base=2, newest=2)
    assert gone.stage is Stage.DONE
    assert bench.probed[-1][1].settings.security.providers == ()
