"""Words of the page that shows how the program itself is."""

from typing import Final

from config.text import Text

PROCESS_NAMES: Final[dict[str, Text]] = {
    "core": Text("报警与命令", "Alarms and commands"),
    "field": Text("现场采集", "Field"),
    "historian": Text("历史", "History"),
    "notifier": Text("通知", "Notification"),
    "office": Text("业务", "Business"),
    "watchdog": Text("自检", "Watchdog"),
    "web-control": Text("中控室画面", "Control room pages"),
    "web-office": Text("办公画面", "Office pages"),
}
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
    "linkage": Text("联动可用", "linkage works"),
    "loop_lag_ms": Text("画面延迟", "page delay"),
    "silent": Text("无回应路径", "silent paths"),
    "open_calls": Text("呼叫中", "calls under way"),
    "accounts_in_trouble": Text("渠道故障", "accounts in trouble"),
    "dear": Text("费用到限", "at the cost ceiling"),
    "dead_numbers": Text("无效号码", "dead numbers"),
    "unanswered": Text("无人应答", "unanswered"),
    "uncovered": Text("无人当值的班组", "teams without anybody"),
    "waiting": Text("待发消息", "messages waiting"),
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


def process(language: str, name: str) -> str:
    """A process in words; a site may have several field processes, each by a name of its own."""
    known = PROCESS_NAMES.get(name)
    return known.in_language(language) if known else f"{PROCESS_NAMES['field'].in_language(language)} {name}"
