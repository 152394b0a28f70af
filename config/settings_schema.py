"""What an administrator sets for a site: each key with its labels, limits, unit, and who starts for it."""

from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, IPvAnyNetwork, field_validator

from config.alarm_targets_schema import AlarmTargetsTable
from config.notify_schema import NotificationTable
from config.problems import Unfit
from config.settings import LEAST_AUDIT_DAYS
from config.table import ID_RULE, Flag, Id, Table, TextTable, Whole, Words, shown

CONTROL, OFFICE, WEB_OFFICE, FIELD = "web-control", "office", "web-office", "field"
"""Processes; `field` stands for every field process."""
PAGES = (CONTROL, WEB_OFFICE)

SwitchableModule = Literal[
    "property", "companies", "vehicles", "pets", "keys", "utility-accounts", "printing"
]
"""The modules that a site may do without; `config.packaging` has their labels."""


class SiteTable(Table):
    id: Id = Field(
        title="Id",
        description=f"the site's id: {ID_RULE}",
        json_schema_extra=shown("代号", "站点代号；运行目录和数据以它为名，不能在屏幕上修改"),
    )
    name: TextTable = Field(
        title="Name", description="what people call the site", json_schema_extra=shown("名称", "站点名称")
    )
    timezone: str = Field(
        title="Time zone",
        description="IANA name, such as Asia/Shanghai",
        json_schema_extra=shown("时区", "IANA 名称，如 Asia/Shanghai", restarts=(OFFICE,)),
    )


class WebAddressTable(Table):
    host: Words = Field(
        "127.0.0.1",
        title="Host",
        description="address to listen on; 0.0.0.0 for every one",
        json_schema_extra=shown("监听地址", "本机的地址；0.0.0.0 表示所有地址"),
    )
    port: Whole = Field(
        title="Port",
        description="TCP port, 1 to 65535",
        ge=1,
        le=65535,
        json_schema_extra=shown("端口", "TCP 端口，1 至 65535"),
    )


class BackupTable(Table):
    """Where backups go and how many stay. Days, weeks and months without a backup do not count."""

    folder: str = Field(
        "",
        pattern="^(/.*)?$",
        title="Folder",
        description="full path, from /; backups/ in the run directory",
        json_schema_extra=shown("备份目录", "以 / 开头的完整路径；留空为运行目录中的 backups"),
    )
    second_folder: str = Field(
        "",
        pattern="^(/.*)?$",
        title="Second folder",
        description="full path, from /, on another disk or a mounted share, where each backup is copied",
        json_schema_extra=shown("第二处", "以 / 开头的完整路径，在另一磁盘或共享上；每份备份都复制到此"),
    )
    daily: Whole = Field(
        7,
        ge=1,
        le=366,
        title="Daily",
        description="days whose last backup stays, 1 to 366",
        json_schema_extra=shown("按日保留", "保留最近多少天每天的最后一份，1 至 366", unit="d"),
    )
    weekly: Whole = Field(
        4,
        ge=0,
        le=520,
        title="Weekly",
        description="weeks whose last backup stays, to 520",
        json_schema_extra=shown("按周保留", "保留最近多少周每周的最后一份，0 至 520"),
    )
    monthly: Whole = Field(
        12,
        ge=0,
        le=240,
        title="Monthly",
        description="months whose last backup stays, to 240",
        json_schema_extra=shown("按月保留", "保留最近多少个月每月的最后一份，0 至 240"),
    )
    snapshot_hours: Whole = Field(
        24,
        ge=1,
        le=720,
        title="Snapshots kept",
        description="hours to keep the frequent snapshots, to 720",
        json_schema_extra=shown("快照保留", "数据库快照保留多少小时，1 至 720", unit="h"),
    )


class ProviderTable(Table):
    """An OpenID Connect provider. Its secret is the secret "oidc-ID"; without one the client is public."""

    id: Id = Field(
        title="Id",
        description=f"how links and secrets name it: {ID_RULE}",
        json_schema_extra=shown("代号", "链接和密钥以它为名：小写字母、数字和连字符，最多 64 个"),
    )
    name: TextTable = Field(
        title="Name", description="what people call it", json_schema_extra=shown("名称", "登录页上的名称")
    )
    issuer: str = Field(
        pattern=r"^(https://|http://(localhost|127\.0\.0\.1)(:\d+)?(/|$))[^\s?#]*$",
        title="Issuer",
        description="https address of the provider, as its own metadata say it",
        json_schema_extra=shown("签发者地址", "身份提供方的 https 地址，与其元数据一致"),
    )
    client_id: Words = Field(
        title="Client id",
        description="what the provider calls this site",
        json_schema_extra=shown("客户端标识", "提供方给本站的 client_id；密钥在“密钥”页设置"),
    )
    create_users: bool = Field(
        default=False,
        title="Create users",
        description="whether whoever comes from there gets an account without somebody's consent",
        json_schema_extra=shown("自动建立账号", "来自该处的人是否无须审核即得到账号"),
    )
    second_factor: bool = Field(
        default=False,
        title="Second factor",
        description="whether the provider asks for a second factor, so that none is asked for here",
        json_schema_extra=shown("已有第二因素", "提供方自己要求第二因素，本站不再要求"),
    )


class SecurityTable(Table):
    """How people prove who they are; every key has a default."""

    expiry_days: Whole = Field(
        90,
        ge=0,
        le=3650,
        title="Password age",
        description="days after which staff who may command choose a new password; 0 for never",
        json_schema_extra=shown("口令有效期", "有操作权限的员工多少天后须换口令；0 表示不限", unit="d"),
    )
    expiry_warning_days: Whole = Field(
        7,
        ge=0,
        le=90,
        title="Warning",
        description="days before the end that its owner is told",
        json_schema_extra=shown("到期提醒", "到期前多少天提醒本人", unit="d"),
    )
    remembered: Whole = Field(
        5,
        ge=0,
        le=24,
        title="Passwords remembered",
        description="latest passwords that are not used again",
        json_schema_extra=shown("历史口令", "最近多少个口令不得重复使用"),
    )
    second_factor_for: list[Words] = Field(
        [],
        title="Second factor for",
        description="permissions, such as user.manage, whose holders log in with a second factor",
        json_schema_extra=shown("须双因素登录的权限", "每行一个权限，如 user.manage；持有者登录时须第二因素"),
    )
    inside_networks: list[IPvAnyNetwork] = Field(
        [],
        title="Inside networks",
        description="networks such as 10.0.0.0/8; from elsewhere staff log in with a second factor;"
        " none for no difference",
        json_schema_extra=shown(
            "内部网络", "每行一个网段，如 10.0.0.0/8；员工从别处登录须第二因素；留空则不区分"
        ),
    )
    providers: list[ProviderTable] = Field(
        [],
        max_length=8,
        title="Providers",
        description="where people may log in once for many systems",
        json_schema_extra=shown(
            "统一登录", "OpenID Connect 身份提供方，最多 8 个", restarts=(OFFICE, *PAGES)
        ),
    )

    @field_validator("providers")
    @classmethod
    def _each_once(cls, providers: list[ProviderTable]) -> list[ProviderTable]:
        for name in ("id", "issuer"):
            values = [getattr(one, name) for one in providers]
            if twice := next((one for one in values if values.count(one) > 1), None):
                raise Unfit(
                    f"每个提供方的 {name} 只能出现一次，{twice} 出现了两次",
                    f"should name each {name} once, not {twice} twice",
                )
        return providers


class SettingsTable(Table):
    """How the processes of this site run; every key has a default."""

    control: WebAddressTable = Field(
        WebAddressTable(port=8080),
        title="Control room",
        description="where the control room is served",
        json_schema_extra=shown("中控室网页", "中控室页面的地址", restarts=(CONTROL,)),
    )
    office: WebAddressTable = Field(
        WebAddressTable(port=8081),
        title="Office",
        description="where office, phone and REST are served",
        json_schema_extra=shown("办公网页", "办公、手机页面和接口的地址", restarts=(WEB_OFFICE,)),
    )
    history_budget_mb: Whole = Field(
        2048,
        ge=16,
        title="History budget",
        description="MB that the history outbox of a field process may hold",
        json_schema_extra=shown(
            "历史缓存上限", "历史服务停止期间，采集进程最多缓存多少；至少 16", unit="MB", restarts=(FIELD,)
        ),
    )
    history_keep_days: Whole = Field(
        400,
        ge=1,
        title="History kept",
        description="days of history to keep",
        json_schema_extra=shown("历史保留", "历史数据保留多少天", unit="d", restarts=("historian",)),
    )
    audit_keep_days: Whole = Field(
        1095,
        ge=LEAST_AUDIT_DAYS,
        title="Audit kept",
        description="days of the audit trail to keep, never under 180",
        json_schema_extra=shown("审计保留", "审计记录保留多少天，不得少于 180", unit="d", restarts=(OFFICE,)),
    )
    personal_keep_days: Whole = Field(
        1095,
        ge=30,
        title="Personal data kept",
        description="days after the last dealing with a person until personal data is erased, at least 30",
        json_schema_extra=shown(
            "个人信息保留",
            "与人员的最后一次往来结束多少天后清除其个人信息，不少于 30",
            unit="d",
            restarts=(OFFICE,),
        ),
    )
    linkage_keep_days: Whole = Field(
        1095,
        ge=30,
        title="Linkage runs kept",
        description="days of runs of linkage plans to keep after they ended, at least 30",
        json_schema_extra=shown(
            "联动记录保留", "联动运行结束后其记录保留多少天，不少于 30", unit="d", restarts=()
        ),
    )
    ballast_mb: Whole = Field(
        64,
        ge=0,
        title="Ballast",
        description="MB set aside, freed when the disk fills",
        json_schema_extra=shown(
            "磁盘预留", "预先占用的空间，磁盘写满时释放给报警和命令", unit="MB", restarts=("core", FIELD)
        ),
    )
    manual_hold_minutes: Whole = Field(
        120,
        ge=1,
        le=1440,
        title="Manual hold",
        description="minutes that linkage leaves a point alone which a person has operated",
        json_schema_extra=shown(
            "人工操作保持", "人员操作过的测点，联动在多少分钟内不写入，除非提前释放", unit="min", restarts=()
        ),
    )
    database: str = Field(
        "",
        title="Business database",
        description="postgresql://USER@HOST/NAME instead of the SQLite file; its password is a secret",
        json_schema_extra=shown(
            "业务数据库",
            "postgresql://用户@主机/库名；留空为运行目录中的 SQLite 文件。口令在“密钥”页设置",
            restarts=("core", OFFICE, *PAGES),
        ),
    )
    heartbeat_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        title="Heartbeat URL",
        description="http(s) address told that all is well",
        json_schema_extra=shown(
            "心跳地址", "一切正常时定期访问的 http(s) 地址；由外部据此发现停机", restarts=("watchdog",)
        ),
    )
    heartbeat_file: str = Field(
        "",
        title="Heartbeat file",
        description="file touched while all is well",
        json_schema_extra=shown("心跳文件", "一切正常时更新的文件", restarts=("watchdog",)),
    )
    backup: BackupTable = Field(
        BackupTable(),
        title="Backup",
        description="where backups go and how many stay",
        json_schema_extra=shown("备份", "备份放在哪里、保留多少", restarts=(OFFICE, *PAGES)),
    )
    security: SecurityTable = Field(
        SecurityTable(),
        title="Security",
        description="how people prove who they are",
        json_schema_extra=shown("安全", "如何证明身份", restarts=(OFFICE,)),
    )
    alarm_targets: AlarmTargetsTable = Field(
        AlarmTargetsTable(),
        title="Alarm targets",
        description="what the figures about alarms are held against",
        json_schema_extra=shown("报警指标", "报警绩效的判断标准和目标", restarts=(OFFICE,)),
    )
    notification: NotificationTable = Field(
        NotificationTable(),
        title="Notification",
        description="how messages are sent, whatever they say",
        json_schema_extra=shown("消息通知", "消息如何发送", restarts=()),
    )
    api_requests: Whole = Field(
        600,
        ge=1,
        title="Requests",
        description="REST requests a minute of one session or address",
        json_schema_extra=shown("接口请求", "一个会话或地址每分钟的接口请求数", restarts=(WEB_OFFICE,)),
    )
    api_log_ins: Whole = Field(
        10,
        ge=1,
        title="Log-ins",
        description="REST log-ins a minute of one address",
        json_schema_extra=shown("接口登录", "一个地址每分钟的接口登录次数", restarts=(WEB_OFFICE,)),
    )
    webhooks_to_this_machine: Flag = Field(
        default=False,
        title="Webhooks to this machine",
        description="whether events may be sent to programs on the machine that runs the office",
        json_schema_extra=shown("本机回调", "事件能否发给办公服务所在机器上的程序", restarts=(OFFICE,)),
    )
    two_person: Flag = Field(
        default=False,
        title="Two persons",
        description="another person than its author puts a new configuration version in force",
        json_schema_extra=shown("双人确认", "新配置版本须由编写者以外的人投入使用"),
    )
    modules_off: list[SwitchableModule] = Field(
        [],
        title="Modules off",
        description="modules that this site does without: no menus, pages, jobs; their data stays",
        json_schema_extra=shown(
            "停用的模块", "停用后没有菜单、页面、接口和任务，数据保留", restarts=(OFFICE, *PAGES)
        ),
    )

    @field_validator("database")
    @classmethod
    def _without_password(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme != "postgresql" or not parts.path.strip("/")):
            raise Unfit("应形如 postgresql://用户@主机/库名", "should be like postgresql://USER@HOST/NAME")
        if parts.password is not None or "password" in parse_qs(parts.query):
            raise Unfit(
                "不应包含口令；请在“密钥”页设置 database-password",
                "should not hold a password; give it as STEWARD_DATABASE_PASSWORD, or in the file that"
                " STEWARD_DATABASE_PASSWORD_FILE names, or in secrets/database-password of the run directory",
            )
        return url
