"""Every text of the screens, in Chinese and English. A page shows no word that is not here or in the site."""

from typing import Final

from actors.messages import Link, Stage
from business.commands import MODULES
from business.identity.model import Place
from config.rules import RuleKind
from config.text import Text
from hmi.words import alarms

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
BROKEN = Text("这个页面出错了", "This page met an error")
BROKEN_HINT = Text(
    "请重试；仍不行时请告诉系统管理员，原因在日志里",
    "Try again. If that does not help, tell the system administrator: the log says why",
)
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
WRITE_ONLY = Text("只写", "Write only")
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
ALARM_STATES = alarms.STATES
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
    RuleKind.DEVIATION: Text("偏差", "Deviation"),
    RuleKind.MISMATCH: Text("指令与反馈不一致", "Command mismatch"),
    RuleKind.QUALITY: Text("数据质量", "Quality"),
    RuleKind.UNMOVED: Text("读数不变", "Unmoved"),
    RuleKind.LEAP: Text("读数跳变", "Leap"),
}
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
    "WithdrawSelection": Text("撤回写入", "Withdraw a write"),
    **alarms.COMMANDS,
    "HangTag": Text("挂牌", "Hang a tag"),
    "RemoveTag": Text("摘牌", "Remove a tag"),
    "SubstitutePoint": Text("人工置数", "Substitute a value"),
    "EndSubstitution": Text("结束人工置数", "End a substitution"),
    "RetryDevice": Text("重试设备", "Retry a device"),
    "UseLimitSet": Text("切换限值组", "Use a limit set"),
    "ApplyConfiguration": Text("应用配置", "Apply a configuration"),
    "WritePoint": Text("联动写入", "Write of a plan"),
    "PushButton": Text("手动启动预案", "Start a plan by hand"),
    "ConfirmRun": Text("确认联动信号", "Confirm a plan's signal"),
    "RejectRun": Text("否定联动信号", "Reject a plan's signal"),
    "StopRun": Text("停止预案", "Stop a plan"),
    "RestoreRun": Text("恢复预案所写", "Restore what a plan wrote"),
    "ReleasePoint": Text("释放测点", "Release a point"),
    "RaiseEvent": Text("业务事件", "Business event"),
}
"""Every command that the trail may tell of, by its class."""
PLACES: Final[dict[Place, Text]] = {
    Place.CONTROL: CONTROL_ROOM,
    Place.OFFICE: OFFICE,
    Place.API: Text("接口", "Interface"),
}

# --- overview and subsystem
DEVICES = Text("设备", "Devices")
POINTS = Text("测点", "Points")
ONLINE = Text("在线", "Online")
FAULTED = Text("故障", "Faulted")
NO_ALARMS = Text("没有报警", "No alarms")
HEARD = Text("心跳正常", "Alive")
SILENT = Text("无心跳", "Silent")
ALL_WELL = Text("系统运行正常", "Steward is well")
NOT_WELL = Text("{names} 无心跳", "{names} silent")
DEVICES_COUNT = Text("{count} 台设备 · {up} 台在线", "Devices: {count} · online: {up}")
DEVICES_LOST = Text("{count} 台离线", "{count} offline")
DEVICES_OFFLINE = Text("{count} 台设备离线", "Devices offline: {count}")
DEVICES_UNKNOWN = Text("{count} 台设备状态未知", "Devices whose state is not known: {count}")
ALL_ONLINE = Text("{count} 台设备全部在线", "All devices online: {count}")
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
SPAN_SECONDS = Text("{seconds} 秒", "{seconds} s")
SPAN_MINUTES = Text("{minutes} 分 {seconds} 秒", "{minutes} min {seconds} s")
SPAN_HOURS = Text("{hours} 小时 {minutes} 分", "{hours} h {minutes} min")
WHOLE_MINUTES = Text("{minutes} 分钟", "{minutes} min")
WHOLE_HOURS = Text("{hours} 小时", "{hours} h")
BAND = Text("最小至最大", "Minimum to maximum")
LAST = Text("末值", "Last")

# --- alarms
PRIORITY = Text("级别", "Priority")
TIME = Text("时间", "Time")
ALARM = Text("报警", "Alarm")
LIMIT = Text("限值", "Limit")
BY = Text("确认人", "By")
NOTE = Text("备注", "Note")
ACKNOWLEDGE = Text("确认", "Acknowledge")
ACKNOWLEDGE_SELECTED = Text("确认所选 (A)", "Acknowledge selected (A)")
HIDDEN_BY_FILTER = Text("筛选隐藏了 {count} 条", "{count} hidden by the filter")
SUBSYSTEM = Text("子系统", "Subsystem")
PAGE_OF = Text("第 {page} / {pages} 页", "Page {page} of {pages}")
PREVIOUS = Text("上一页", "Previous")
NEXT = Text("下一页", "Next")
UNACKNOWLEDGED_COUNT = Text("{count} 条未确认", "{count} unacknowledged")

# --- journal
TRANSITION = Text("变化", "Transition")
TRANSITIONS = alarms.TRANSITIONS
OLDER = Text("更早", "Older")
NEWEST = Text("最新", "Newest")
NO_ROWS = Text("没有记录", "No entries")
JOURNAL_AWAY = Text("报警服务没有应答：{error}", "The alarm process does not answer: {error}")
NOT_ANNUNCIATED = Text("未提示", "Not annunciated")


# --- lists
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


def say(language: str, text: Text, **values: object) -> str:
    """The text in a language, its {names} filled in."""
    words = text.in_language(language)
    return words.format(**values) if values else words
