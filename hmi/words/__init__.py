"""Every text of the screens, in Chinese and English. A page shows no word that is not here or in the site."""

from typing import Final

from actors.messages import AlarmState, Link, Stage
from actors.said import in_language
from business.access import Refusal
from business.audit import cutting, nightly
from business.backup.kinds import LABELS as BACKUP_LABELS
from business.commands import MODULES
from business.duplicates.finding import FIND
from business.duplicates.finding import LABEL as FIND_LABEL
from business.exporting.service import EXPORT
from business.exporting.work import LABEL as EXPORT_LABEL
from business.identity.model import Place
from business.importing.expiry import CLEAR
from business.importing.expiry import LABEL as CLEAR_LABEL
from business.importing.work import LABELS as IMPORT_LABELS
from business.jobs.model import RunState
from business.jobs.purge import PURGE_RUNS
from business.privacy import finishing, retention
from business.registry import attached
from config.site import RuleKind, Text

LANGUAGES: Final = ("zh", "en")

# --- the frame
STEWARD = Text("园区管家", "Steward")
CONTROL_ROOM = Text("中控室", "Control room")
OFFICE = Text("办公", "Office")
OVERVIEW = Text("总览", "Overview")
SUBSYSTEMS = Text("子系统", "Subsystems")
ALARMS = Text("报警", "Alarms")
JOURNAL = Text("报警记录", "Journal")
SYSTEM = Text("系统", "System")
USERS = Text("用户", "Users")
SESSIONS = Text("登录设备", "Sessions")
ABOUT = Text("关于", "About")
MENU = Text("菜单", "Menu")
SWITCH_LANGUAGE = Text("English", "中文")
THEME_AUTO = Text("跟随系统", "Auto")
THEME_LIGHT = Text("浅色", "Light")
THEME_DARK = Text("深色", "Dark")
THEME = Text("外观", "Theme")
CLOSE = Text("关闭", "Close")
CANCEL = Text("取消", "Cancel")
SAVE = Text("保存", "Save")
ALL = Text("全部", "All")
NONE = Text("无", "None")
YES = Text("是", "Yes")
NO = Text("否", "No")
NOT_FOUND = Text("没有这个页面", "There is no such page")
NOT_FOUND_HINT = Text(
    "地址 {path} 不对应任何页面；设备可能已从配置中删除。",
    "Nothing is at {path}; the device may have left the configuration.",
)
BACK_TO_OVERVIEW = Text("回到总览", "Back to the overview")
NOT_PERMITTED_HERE = Text("您的角色不能打开此页", "Your role may not open this page")
VIEW_ONLY = Text("15 分钟无操作：仅可查看，报警照常。", "Idle for 15 minutes: view only; alarms go on.")
LOCKED_SESSION = Text(
    "多次越权操作，本次登录已锁定：仅可查看，请联系管理员解锁。",
    "Locked after several attempts beyond your role: view only; ask an administrator to release it.",
)
RELEASE = Text("解锁", "Release")
LOCKED = Text("已锁定", "Locked")
LOG_IN_AGAIN = Text("重新登录以操作", "Log in to operate")
CONNECTION_LOST = Text("与服务器的连接已中断，画面不再更新", "Connection lost; this page no longer updates")
PLANT_SILENT = Text(
    "没有收到 {names} 的数据，相关数值已过期", "Nothing is heard from {names}; its values are stale"
)

# --- log-in and first start
LOG_IN = Text("登录", "Log in")
LOG_OUT = Text("退出登录", "Log out")
USER_NAME = Text("用户名", "User name")
DISPLAY_NAME = Text("显示名", "Display name")
PASSWORD = Text("密码", "Password")
PASSWORD_AGAIN = Text("再次输入密码", "Password again")
PASSWORDS_DIFFER = Text("两次输入的密码不同", "The two passwords differ")
OLD_PASSWORD = Text("旧密码", "Old password")
NEW_PASSWORD = Text("新密码", "New password")
CHANGE_PASSWORD = Text("修改密码", "Change password")
PASSWORD_CHANGED = Text("密码已修改，其他设备已退出登录", "Password changed; other sessions have ended")
FIRST_START = Text("首次启动", "First start")
FIRST_START_HINT = Text(
    "还没有用户。请创建安全管理员，由其再建其他用户；一次性代码显示在启动本系统的终端里。",
    "There are no users yet. Create the security administrator, who then adds the others; "
    "the terminal shows the one-time code.",
)
ONE_TIME_CODE = Text("一次性代码", "One-time code")
CREATE_ADMINISTRATOR = Text("创建安全管理员", "Create security administrator")
PASSWORD_HINT = Text(
    "至少 10 个字符，含大写、小写、数字、符号中的三类，不含用户名",
    "At least 10 characters, three of capitals, small letters, digits and symbols, without the user name",
)
ADMINISTRATOR_CREATED = Text(
    "安全管理员已创建，请登录", "The security administrator is created; please log in"
)
LOGGED_OUT = Text("您已退出登录", "You have logged out")
NO_ANSWER = Text("办公服务没有应答，请稍后再试", "The office process does not answer; try again in a moment")

# --- qualities and states
GOOD = Text("正常", "Good")
UNCERTAIN = Text("存疑", "Uncertain")
BAD = Text("坏值", "Bad")
STALE = Text("过期", "Stale")
COMM_LOSS = Text("通信中断", "No link")
SENSOR_FAULT = Text("传感器故障", "Sensor fault")
OUT_OF_RANGE = Text("超出量程", "Out of range")
FROZEN = Text("数值不变", "Frozen")
NOT_READ = Text("未读到", "Not read")
BAD_ADDRESS = Text("地址错误", "Bad address")
BAD_INPUT = Text("输入无效", "Bad input")
SUBSTITUTED = Text("人工置数", "Substituted")
IN_TEST = Text("检修", "In test")

LINKS: Final[dict[Link, Text]] = {
    Link.CONNECTING: Text("连接中", "Connecting"),
    Link.UP: Text("在线", "Online"),
    Link.DOWN: Text("离线", "Offline"),
    Link.FAULTED: Text("故障停用", "Faulted"),
}
LINK_UNKNOWN = Text("未知", "Unknown")
STAGES: Final[dict[Stage, Text]] = {
    Stage.ACCEPTED: Text("已受理", "Accepted"),
    Stage.WRITTEN: Text("已写入", "Written"),
    Stage.CONFIRMED: Text("已回读确认", "Confirmed by read-back"),
    Stage.DONE: Text("已完成", "Done"),
    Stage.FAILED: Text("失败", "Failed"),
    Stage.REFUSED: Text("被拒绝", "Refused"),
    Stage.UNKNOWN: Text(
        "结果未知：可能已生效，请现场核实", "Unknown: it may have taken effect; check on site"
    ),
}
ALARM_STATES: Final[dict[AlarmState, Text]] = {
    AlarmState.NORMAL: Text("正常", "Normal"),
    AlarmState.UNACKNOWLEDGED: Text("未确认", "Unacknowledged"),
    AlarmState.ACKNOWLEDGED: Text("已确认", "Acknowledged"),
    AlarmState.RETURNED: Text("已恢复未确认", "Returned, unacknowledged"),
}
PRIORITIES: Final[dict[int, Text]] = {
    1: Text("紧急", "Critical"),
    2: Text("高", "High"),
    3: Text("中", "Medium"),
    4: Text("低", "Low"),
}
RULES: Final[dict[RuleKind, Text]] = {
    RuleKind.HIGH_HIGH: Text("高高限", "High-high"),
    RuleKind.HIGH: Text("高限", "High"),
    RuleKind.LOW: Text("低限", "Low"),
    RuleKind.LOW_LOW: Text("低低限", "Low-low"),
    RuleKind.STATE: Text("状态", "State"),
    RuleKind.RATE: Text("变化率", "Rate"),
}
RULE_COMM_LOSS = Text("通信中断", "Communication lost")
RULE_DEVICE_FAULT = Text("设备程序故障停用", "Device faulted and set aside")
AUDIT = Text("审计", "Audit")
WHO = Text("操作人", "User")
DEED = Text("操作", "Command")
OBJECT = Text("对象", "Object")
RESULT = Text("结果", "Result")
CHANGES = Text("变更", "Changes")
CHANGE_COUNT = Text("{count} 处", "{count}")
SINCE = Text("从", "From")
UNTIL = Text("到", "To")
SEARCH = Text("查询", "Search")
NOT_A_DATE = Text("“{day}” 不是日期，请写成 2026-03-01", "'{day}' is no date; write it as 2026-03-01")
RESULTS: Final[dict[str, Text]] = {stage.value: text for stage, text in STAGES.items() if stage.is_final}
COMMANDS: Final[dict[str, Text]] = {
    **{one.__name__: one.label for one in MODULES if hasattr(one, "label")},
    "SelectPoint": Text("选择写入", "Select for a write"),
    "OperatePoint": Text("写入", "Write"),
    "AcknowledgeAlarm": Text("确认报警", "Acknowledge an alarm"),
    "HangTag": Text("挂牌", "Hang a tag"),
    "RemoveTag": Text("摘牌", "Remove a tag"),
    "SubstitutePoint": Text("人工置数", "Substitute a value"),
    "EndSubstitution": Text("结束人工置数", "End a substitution"),
    "RetryDevice": Text("重试设备", "Retry a device"),
    "UseLimitSet": Text("切换限值组", "Use a limit set"),
    "ApplyConfiguration": Text("应用配置", "Apply a configuration"),
}
"""Every command that the trail may tell of, by its class."""
JOBS = Text("任务", "Jobs")
JOB = Text("任务", "Job")
RUNS = Text("运行记录", "Log of runs")
SCHEDULE = Text("计划", "Schedule")
NEXT_RUN = Text("下次运行", "Next run")
LAST_RUN = Text("上次运行", "Last run")
RUN_NOW = Text("立即运行", "Run now")
JOB_KINDS: Final[dict[str, Text]] = {
    PURGE_RUNS.name: PURGE_RUNS.label,
    nightly.NAME: nightly.LABEL,
    cutting.NAME: cutting.LABEL,
    **BACKUP_LABELS,
    **IMPORT_LABELS,
    EXPORT: EXPORT_LABEL,
    CLEAR: CLEAR_LABEL,
    attached.CLEAR: attached.LABEL,
    FIND: FIND_LABEL,
    retention.EXPIRE: retention.LABEL,
    finishing.FINISH: finishing.LABEL,
}
RUN_STATES: Final[dict[RunState, Text]] = {
    RunState.QUEUED: Text("排队", "Queued"),
    RunState.RUNNING: Text("运行中", "Running"),
    RunState.DONE: Text("已完成", "Done"),
    RunState.FAILED: Text("失败", "Failed"),
    RunState.CANCELLED: Text("已取消", "Cancelled"),
    RunState.INTERRUPTED: Text("已中断", "Interrupted"),
    RunState.SKIPPED: Text("已跳过", "Skipped"),
}
PLACES: Final[dict[Place, Text]] = {
    Place.CONTROL: CONTROL_ROOM,
    Place.OFFICE: OFFICE,
    Place.API: Text("接口", "Interface"),
}

# --- overview and subsystem
DEVICES = Text("设备", "Devices")
POINTS = Text("测点", "Points")
ONLINE = Text("在线", "Online")
OFFLINE = Text("离线", "Offline")
FAULTED = Text("故障", "Faulted")
NO_ALARMS = Text("没有报警", "No alarms")
ACTIVE_ALARMS = Text("活动报警", "Active alarms")
HEARD = Text("心跳正常", "Alive")
SILENT = Text("无心跳", "Silent")
PROCESS_NAMES: Final[dict[str, Text]] = {
    "core": Text("报警与命令", "Alarms and commands"),
    "field": Text("现场采集", "Field"),
    "historian": Text("历史", "History"),
    "office": Text("业务", "Business"),
    "watchdog": Text("自检", "Watchdog"),
    "web-control": Text("中控室画面", "Control room pages"),
    "web-office": Text("办公画面", "Office pages"),
}
ALL_WELL = Text("系统运行正常", "Steward is well")
NOT_WELL = Text("{names} 无心跳", "{names} silent")
DEVICES_COUNT = Text("{count} 台设备 · {up} 台在线", "{count} devices · {up} online")
DEVICES_LOST = Text("{count} 台离线", "{count} offline")
DEVICES_OFFLINE = Text("{count} 台设备离线", "{count} devices offline")
DEVICES_UNKNOWN = Text("{count} 台设备状态未知", "The state of {count} devices is not known")
ALL_ONLINE = Text("{count} 台设备全部在线", "All {count} devices online")
LIMIT_SET = Text("限值组", "Limit set")
ZONE = Text("区域", "Zone")
ALL_ZONES = Text("全部区域", "All zones")
DEVICE = Text("设备", "Device")
TAG_NUMBER = Text("位号", "Tag")
STATE = Text("状态", "State")
NO_DEVICES_HERE = Text("该区域没有此子系统的设备", "No devices of this subsystem in the zone")
MAIN_POINTS = Text("主要测点", "Main points")
MORE = Text("另有 {count} 项", "{count} more")

# --- device
POINT = Text("测点", "Point")
VALUE = Text("数值", "Value")
UNIT = Text("单位", "Unit")
QUALITY = Text("质量", "Quality")
AGE = Text("更新", "Age")
RANGE = Text("量程与限值", "Range and limits")
TREND_HOUR = Text("最近一小时", "Last hour")
NO_HISTORY = Text("这段时间没有历史数据", "No history in this hour")
HISTORY_AWAY = Text("历史服务没有应答：{error}", "The historian does not answer: {error}")
OPERATE = Text("操作", "Operate")
LINK_SINCE = Text("自 {time}", "since {time}")
HANG_TAG = Text("挂牌", "Hang tag")
REMOVE_TAG = Text("摘牌", "Remove tag")
TAGGED = Text("已挂牌：{note}（{by}）", "Tagged: {note} ({by})")
HAS_TAG = Text("已挂牌", "Tagged")
TAG_REASON = Text("挂牌原因", "Reason for the tag")
RETRY = Text("立即重试", "Retry now")
SUBSTITUTE = Text("人工置数", "Substitute")
END_SUBSTITUTION = Text("取消置数", "End substitution")
REASON = Text("原因", "Reason")
REASON_MISSING = Text("请填写原因", "A reason is needed")
FOR_HOURS = Text("持续小时数", "For hours")
HOURS_RANGE = Text("请输入 0 到 {limit} 之间的小时数", "Hours must be above 0 and at most {limit}")
SECONDS_AGO = Text("{count} 秒", "{count} s")
MINUTES_AGO = Text("{count} 分", "{count} min")
HOURS_AGO = Text("{count} 小时", "{count} h")
DAYS_AGO = Text("{count} 天", "{count} d")
NEVER = Text("从未", "never")
BAND = Text("最小至最大", "Minimum to maximum")
LAST = Text("末值", "Last")

# --- commands
SET_POINT = Text("设定 {point}", "Set {point}")
CURRENT_VALUE = Text("当前值", "Current value")
NEW_VALUE = Text("新值", "New value")
LIMITS = Text("允许范围", "Allowed range")
VERIFIED_BY = Text("确认方式", "Confirmed by")
READ_BACK = Text("回读", "Read-back")
FEEDBACK = Text("反馈点 {point}", "Feedback point {point}")
NOT_VERIFIED = Text("无回读", "Nothing to read back")
SELECT = Text("核对", "Check")
CONFIRM_WRITE = Text("确认执行", "Confirm")
SELECTED = Text("检查通过，请在 10 秒内确认执行", "Checks passed; confirm within 10 seconds")
VALUE_MISSING = Text("请输入数值", "Enter a value")
NOT_A_NUMBER = Text("“{value}” 不是数值", "“{value}” is not a number")
OUT_OF_LIMITS = Text(
    "{value} 超出允许范围 {low} 至 {high} {unit}", "{value} is outside the allowed {low} to {high} {unit}"
)
READ_BACK_VALUE = Text("回读值 {value}", "read back {value}")
SENT = Text("已发送", "Sent")
COMMAND_NO_ANSWER = Text("没有应答", "No answer")

# --- alarms
PRIORITY = Text("级别", "Priority")
TIME = Text("时间", "Time")
ALARM = Text("报警", "Alarm")
LIMIT = Text("限值", "Limit")
BY = Text("确认人", "By")
NOTE = Text("备注", "Note")
ACKNOWLEDGE = Text("确认", "Acknowledge")
ACKNOWLEDGE_SELECTED = Text("确认所选 (A)", "Acknowledge selected (A)")
ACKNOWLEDGE_PAGE = Text("确认本页", "Acknowledge page")
ACKNOWLEDGED_COUNT = Text("已确认 {done} 条，失败 {failed} 条", "{done} acknowledged, {failed} failed")
NOTHING_SELECTED = Text("没有选中未确认的报警", "No unacknowledged alarm is selected")
HIDDEN_BY_FILTER = Text("筛选隐藏了 {count} 条", "{count} hidden by the filter")
UNACKNOWLEDGED_ONLY = Text("仅未确认", "Unacknowledged only")
SUBSYSTEM = Text("子系统", "Subsystem")
PAGE_OF = Text("第 {page} / {pages} 页", "Page {page} of {pages}")
PREVIOUS = Text("上一页", "Previous")
NEXT = Text("下一页", "Next")
UNACKNOWLEDGED_COUNT = Text("{count} 条未确认", "{count} unacknowledged")

# --- journal
TRANSITION = Text("变化", "Transition")
TRANSITIONS: Final[dict[str, Text]] = {
    "alarm_occurs": Text("发生", "Occurred"),
    "re_alarm": Text("再次发生", "Occurred again"),
    "annunciate": Text("提示", "Annunciated"),
    "return_to_normal": Text("恢复", "Returned"),
    "acknowledge": Text("确认", "Acknowledged"),
    "remove": Text("配置移除", "Removed by configuration"),
}
OLDER = Text("更早", "Older")
NEWEST = Text("最新", "Newest")
NO_ROWS = Text("没有记录", "No entries")
JOURNAL_AWAY = Text("报警服务没有应答：{error}", "The alarm process does not answer: {error}")
NOT_ANNUNCIATED = Text("未提示", "Not annunciated")

# --- system
PROCESS = Text("进程", "Process")
PROCESS_NUMBER = Text("进程号", "PID")
RESTARTS = Text("重启", "Restarts")
INBOX = Text("收件箱", "Inbox")
MESSAGES = Text("消息", "Messages")
FIGURES = Text("运行数据", "Figures")
FIGURE_NAMES: Final[dict[str, Text]] = {
    "scans": Text("扫描", "scans"),
    "points": Text("测点读数", "point values"),
    "late": Text("迟到扫描", "late scans"),
    "history_lag_rows": Text("待送历史", "history waiting"),
    "conditions_lag_rows": Text("待送报警", "conditions waiting"),
    "history_dropped": Text("丢弃历史", "history dropped"),
    "rows": Text("历史行", "history rows"),
    "hot_bytes": Text("热存储", "hot store"),
    "waiting_batches": Text("待写批次", "batches waiting"),
    "sealed_rows": Text("已归档行", "rows sealed"),
    "journal_rows": Text("记录行", "journal rows"),
    "journal_p50_ms": Text("记录中位耗时", "journal median"),
    "journal_p99_ms": Text("记录 99% 耗时", "journal 99 %"),
    "loop_lag_ms": Text("画面延迟", "page delay"),
    "silent": Text("无回应路径", "silent paths"),
}
CANARY = Text("报警链路自检（{process}）", "alarm path drill ({process})")
ACTOR_STATES: Final[dict[str, Text]] = {
    "starting": Text("启动中", "Starting"),
    "running": Text("运行", "Running"),
    "faulted": Text("故障停用", "Faulted"),
    "stopping": Text("停止中", "Stopping"),
    "stopped": Text("已停止", "Stopped"),
}
LAST_ERROR = Text("最近错误", "Last error")
NO_TREE = Text("没有应答：{error}", "No answer: {error}")
UP_SINCE = Text("启动于", "Up since")
CONFIGURATION = Text("配置版本", "Configuration")
NAME = Text("名称", "Name")
KIND = Text("类别", "Kind")

# --- users and sessions
ROLE = Text("角色", "Role")
ADD_USER = Text("新建用户", "Add user")
CREATED = Text("创建于", "Created")
DISABLED = Text("已停用", "Disabled")
ENABLED = Text("启用", "Enabled")
DISABLE = Text("停用", "Disable")
ENABLE = Text("恢复", "Enable")
SET_PASSWORD = Text("重设密码", "Set password")
SET_PASSWORD_OF = Text("为 {user} 重设密码", "Set the password of {user}")
SAVED = Text("已保存", "Saved")
REVOKE = Text("退出该设备", "End")
THIS_SESSION = Text("本机", "This one")
ADDRESS = Text("地址", "Address")
BROWSER = Text("浏览器", "Browser")
ENTRANCE = Text("入口", "Place")
LAST_SEEN = Text("最近操作", "Last seen")

# --- about
ABOUT_TEXT = Text(
    "园区管家监视和控制整个园区的设备，并把报警送到合适的人手里。",
    "Steward watches and commands the equipment of a whole campus and brings its alarms to the right people.",
)
SITE = Text("园区", "Site")
TIME_ZONE = Text("时区", "Time zone")
KEYS = Text("快捷键", "Keys")
KEY_A = Text("A：确认所选报警（报警页）", "A: acknowledge the selected alarms (alarm page)")

REFUSALS: Final[dict[Refusal, Text]] = {
    Refusal.NOT_LOGGED_IN: Text("登录已失效，请重新登录", "The session has ended; log in again"),
    Refusal.NOT_RECORDED: Text(
        "数据库无法写入：不能记录的操作不予执行，请检查磁盘和数据库服务器",
        "The database cannot be written, and what cannot be recorded is not carried out; check the disk and"
        " the database server",
    ),
    Refusal.ID_TAKEN: Text(
        "这个命令编号已用于另一条命令，请重新操作",
        "This command's id belongs to another command; do it again",
    ),
    Refusal.VIEW_ONLY: Text("这是登记的屏幕，仅可查看。", "This is a registered screen: it only shows."),
    Refusal.SESSION_LOCKED: Text(
        "多次越权操作，本次登录已锁定，请联系管理员解锁",
        "This session is locked after several attempts beyond your role; ask an administrator to release it",
    ),
    Refusal.NOT_LOCKED: Text("该登录没有被锁定", "That session is not locked"),
    Refusal.IDLE: Text("15 分钟无操作，请重新登录后操作", "Idle for 15 minutes; log in again to operate"),
    Refusal.NOT_PERMITTED: Text("您的角色没有此权限", "Your role does not permit this"),
    Refusal.SWITCHED_OFF: Text(
        "所属模块已停用；请系统管理员在“配置”中启用", "Its module is switched off; see Configuration, Modules"
    ),
    Refusal.LOG_IN_FAILED: Text("用户名或密码不对", "User name or password is wrong"),
    Refusal.LOCKED_OUT: Text(
        "失败 5 次，已锁定；15 分钟后再试", "Locked after 5 failures; try again in 15 minutes"
    ),
    Refusal.NAME_TAKEN: Text("这个用户名已被使用", "The user name is taken"),
    Refusal.NAME_EMPTY: Text("请填写用户名", "A user name is needed"),
    Refusal.UNKNOWN_USER: Text("没有这个用户", "There is no such user"),
    Refusal.UNKNOWN_ROLE: Text("没有这个角色", "There is no such role"),
    Refusal.UNKNOWN_SESSION: Text("没有这个登录", "There is no such session"),
    Refusal.LAST_ADMINISTRATOR: Text(
        "这是最后一个安全管理员，请先任命另一个",
        "This is the last security administrator; appoint another one first",
    ),
    Refusal.ALREADY_STARTED: Text("已有用户，请登录", "Users exist already; log in"),
    Refusal.TOKEN_REUSED: Text(
        "更新令牌已用过一次，本次登录已结束；请重新登录",
        "The refresh token was used before; this session has ended, log in again",
    ),
    Refusal.WRONG_CODE: Text(
        "一次性代码不对，它显示在终端里", "The one-time code is wrong; the terminal shows it"
    ),
    Refusal.WRONG_PASSWORD: Text("旧密码不对", "The old password is wrong"),
    Refusal.PASSWORD_LENGTH: Text("密码须为 10 至 200 个字符", "A password has 10 to 200 characters"),
    Refusal.PASSWORD_CLASSES: Text(
        "密码须含大写、小写、数字、符号中的三类",
        "A password has three of: capitals, small letters, digits, symbols",
    ),
    Refusal.PASSWORD_HAS_NAME: Text("密码不能含用户名", "A password must not contain the user name"),
    Refusal.PASSWORD_COMMON: Text(
        "这个密码太容易猜到，请不要用常见词、年份、连续键位拼凑",
        "This password is easily guessed: do not make it of common words, years or neighbouring keys",
    ),
}


def say(language: str, text: Text, **values: object) -> str:
    """The text in a language, its {names} filled in."""
    words = text.in_language(language)
    return words.format(**values) if values else words


def process(language: str, name: str) -> str:
    """A process in words; a site may have several field processes, each by a name of its own."""
    known = PROCESS_NAMES.get(name)
    return say(language, known) if known else f"{say(language, PROCESS_NAMES['field'])} {name}"


def job(language: str, name: str) -> str:
    """The label of a job; of one that no code knows any more, its name."""
    return say(language, JOB_KINDS[name]) if name in JOB_KINDS else name


def refusal(language: str, detail: str) -> str:
    """The words for a `Refusal`, or the reader's half of what another process explained itself."""
    try:
        return say(language, REFUSALS[Refusal(detail)])
    except ValueError:
        return in_language(detail, language)
