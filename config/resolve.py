"""Builds the resolved site from the documents, or says everything that is wrong with them."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tomllib import loads
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel

from config import alarms
from config.alarm_checks import check_names
from config.alarm_schema import NodeTable
from config.alarm_targets import AlarmTargets
from config.check import zone_loops
from config.devices import Devices
from config.driver_schema import DriverSchema
from config.entries import Documents, Entries, Entry, Named, gather, named
from config.limit_schedule import spans_of
from config.notifying import notification, settings_of
from config.packaging import SITE_MODULES, lacking
from config.planning import with_linkage
from config.problems import BUILT_IN, Problems, SiteError, Where
from config.schema import SubsystemTable, UserTable, ZoneTable
from config.settings import BackupSettings, Provider, Security, Settings, WebAddress
from config.settings_schema import BackupTable, SettingsTable, SiteTable
from config.site import BootstrapUser, Site, Subsystem, Zone
from config.table import ID_RULE, is_id
from config.templates import Templates
from config.validate import validated

CHINA = "Asia/Shanghai"
_CHINA_AS_SAID = frozenset(f"Asia/{city}" for city in ("Beijing", "Peking", "Guangzhou", "Shenzhen"))
"""What people write for it and no list of time zones has."""

M = TypeVar("M", bound=BaseModel)

PROFILES = Path(__file__).parent / "profiles"
"""The profiles that come with the program; one of the site with the same id counts instead."""


def build(documents: Documents, drivers: Mapping[str, DriverSchema], version: int = 0) -> Site:
    """The site that the documents describe. Raises SiteError with everything that is wrong."""
    problems = Problems()
    site = examine(documents, drivers, problems, version)
    if site is None or len(problems):
        raise SiteError(problems.all())
    return site


def examine(
    documents: Documents, drivers: Mapping[str, DriverSchema], problems: Problems, version: int = 0
) -> Site | None:
    """As `build`, adding to `problems`. None where not even the outlines of a site are there."""
    entries = gather(documents, problems)
    site = _once(entries, "site", SiteTable, problems)
    settings = _once(entries, "settings", SettingsTable, problems)
    if site is not None:
        _check_timezone(site.timezone, entries["site"][0].where.at("timezone"), problems)
    elif not entries["site"] and problems.complete:
        problems.add(Where("site.toml"), None, "[site] is missing", "Add [site] with id, name and timezone")
    if settings is not None and settings.control == settings.office:
        where = entries["settings"][0].where.at("office")
        message = f"control and office share port {settings.office.port} of {settings.office.host}"
        zh = f"中控室与办公使用同一端口 {settings.office.port}（{settings.office.host}）；请各用一个端口"
        problems.add(where.at("port"), settings.office.port, message, "Give each a port of its own", zh=zh)
    if settings is not None:
        _check_modules(settings.modules_off, entries["settings"][0].where.at("modules_off"), problems)
        _check_backup(settings.backup, entries["settings"][0].where.at("backup", "second_folder"), problems)
    zones = named(entries["zone"], ZoneTable, "zone", problems)
    subsystems = named(entries["subsystem"], SubsystemTable, "subsystem", problems)
    users = named(entries["user"], UserTable, "user", problems, key="name")
    places = _zones(zones, problems)
    trades = {
        table.id: Subsystem(
            table.id,
            table.kind,
            table.name.text(),
            table.field,
            tuple(table.limit_sets),
            spans_of(table.limit_schedule, table.limit_sets, subsystems.known[table.id], problems),
        )
        for table in subsystems.tables.values()
    }
    profiles = unique_profiles(entries["profile"], problems)
    alarm_classes = alarms.classes(entries["alarm_class"], problems)
    templates = Templates({**built_in_profiles(), **profiles}, drivers, alarm_classes, problems)
    written = named(entries["node"], NodeTable, "node", problems)
    nodes = alarms.nodes(written, places, problems)
    resolving = Devices(templates, zones.known, subsystems.known, trades, written.known, problems)
    devices, nodes = alarms.with_gateways(resolving.all(entries["device"], entries["alarm"]), nodes, places)
    nodes = resolving.with_nodes(nodes)
    check_names(devices, written.known, nodes, problems)
    templates.check_unused(profiles)
    if site is None:
        return None
    built = Site(
        id=site.id,
        name=site.name.text(),
        timezone=site.timezone,
        version=version,
        zones=places,
        subsystems=trades,
        devices=devices,
        users=tuple(BootstrapUser(user.name, user.display, user.role) for user in users.tables.values()),
        settings=_settings(settings or SettingsTable()),
        classes=alarm_classes,
        nodes=nodes,
        stations=alarms.stations(entries["station"], places, problems),
    )
    planned = with_linkage(built, entries, problems)
    return replace(planned, notification=notification(planned, entries, problems))


@lru_cache(1)
def built_in_profiles() -> Mapping[str, Entry]:
    """The profiles that come with the program, by id."""
    found = {}
    for path in sorted(PROFILES.glob("*.toml")):
        for name, table in loads(path.read_text("utf-8")).get("profile", {}).items():
            found[name] = Entry(Where(f"{BUILT_IN}/{path.name}", ("profile", name)), table)
    return found


def unique_profiles(entries: list[Entry], problems: Problems) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        name = str(entry.where.keys[1])
        if not is_id(name):
            problems.add(entry.where, name, f"{name!r} is no profile id", f"Use {ID_RULE}")
        if found.setdefault(name, entry) is not entry:
            problems.twice(entry.where, "profile", name, found[name].where)
    return found


def _once(entries: Entries, key: str, model: type[M], problems: Problems) -> M | None:
    for again in entries[key][1:]:
        problems.twice(again.where, "table", key, entries[key][0].where)
    if not entries[key]:
        return None
    return validated(model, entries[key][0].table, entries[key][0].where.at, problems)


def _check_timezone(name: str, where: Where, problems: Problems) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = {CHINA} if name in _CHINA_AS_SAID else available_timezones()
        problems.unknown(where, "time zone", name, known)


def _check_backup(table: BackupTable, where: Where, problems: Problems) -> None:
    if not table.second_folder:
        return
    first, second = (Path(os.path.normpath(one)) for one in (table.folder, table.second_folder))
    if table.folder and (first == second or first in second.parents or second in first.parents):
        message = f"second_folder {table.second_folder} and folder {table.folder} lie in one another"
        problems.add(
            where,
            table.second_folder,
            message,
            "Name a folder on another disk or on a mounted share",
            zh=f"第二处 {table.second_folder} 与备份目录 {table.folder} 互相包含；请指定另一磁盘上的目录",
        )


def _check_modules(off: Iterable[str], where: Where, problems: Problems) -> None:
    for name, missing in lacking(off).items():
        module, needed = SITE_MODULES[name], [SITE_MODULES[one].label for one in missing]
        problems.add(
            where,
            missing[0],
            f"module {name!r} is on and needs {', '.join(missing)}, which is off",
            f"Switch {name!r} off too, or the other on",
            zh=f"模块“{module.label.zh}”启用，但它所需的“{'、'.join(one.zh for one in needed)}”已停用；"
            f"请同时停用“{module.label.zh}”，或启用所需的模块",
        )


def _zones(zones: Named[ZoneTable], problems: Problems) -> dict[str, Zone]:
    places = {
        table.id: Zone(table.id, table.name.text(), table.kind, table.parent)
        for table in zones.tables.values()
    }
    for zone in places.values():
        if zone.parent and zone.parent not in zones.known:
            others = [name for name in zones.known if name != zone.id]
            problems.unknown(zones.known[zone.id].at("parent"), "zone", zone.parent, others)
    for loop in zone_loops(places):
        problems.add(
            zones.known[loop[0]].at("parent"),
            places[loop[0]].parent,
            f"zone loop {' -> '.join(loop)}",
            "Give one of them a parent outside, or none",
        )
    return places


def _settings(table: SettingsTable) -> Settings:
    return Settings(
        control=WebAddress(table.control.host, table.control.port),
        office=WebAddress(table.office.host, table.office.port),
        history_budget_mb=table.history_budget_mb,
        history_keep_days=table.history_keep_days,
        audit_keep_days=table.audit_keep_days,
        personal_keep_days=table.personal_keep_days,
        linkage_keep_days=table.linkage_keep_days,
        ballast_mb=table.ballast_mb,
        manual_hold_minutes=table.manual_hold_minutes,
        database=table.database,
        heartbeat_url=table.heartbeat_url,
        heartbeat_file=table.heartbeat_file,
        backup=BackupSettings(**table.backup.model_dump()),
        alarm_targets=AlarmTargets(**table.alarm_targets.model_dump()),
        security=Security(
            expiry_days=table.security.expiry_days,
            expiry_warning_days=table.security.expiry_warning_days,
            remembered=table.security.remembered,
            second_factor_for=frozenset(table.security.second_factor_for),
            inside_networks=tuple(table.security.inside_networks),
            providers=tuple(
                Provider(
                    one.id, one.name.text(), one.issuer, one.client_id, one.create_users, one.second_factor
                )
                for one in table.security.providers
            ),
        ),
        notification=settings_of(table.notification),
        api_requests=table.api_requests,
        api_log_ins=table.api_log_ins,
        two_person=table.two_person,
        modules_off=frozenset(table.modules_off),
        webhooks_to_this_machine=table.webhooks_to_this_machine,
    )
