"""Words of the page of the figures about alarms."""

from config.text import Text

KPIS = Text("报警绩效", "Alarm performance")
STATION = Text("值班台", "Station")
SINCE = Text("从", "From")
UNTIL = Text("到", "To")
SHOW = Text("查看", "Show")
LAST_DAYS = Text("近 {count} 天", "Last {count} days")
LAST_MONTH = Text("上月", "Last month")
TODAY = Text("今天", "Today")
TARGET = Text("目标 {target}", "Target {target}")
MET = Text("达标", "Met")
MANAGEABLE = Text("可管理", "Manageable")
MISSED = Text("未达标", "Missed")
SUMMARY = Text("{met} 项达标，{missed} 项未达标", "{met} targets met, {missed} missed")
PER_DAY = Text("每日报警", "Alarms per day")
PER_TEN_MINUTES = Text("每十分钟报警", "Alarms per 10 minutes")
OF_DAY = Text(
    "{day}：{alarms} 条，十分钟最多 {peak} 条，泛滥 {minutes} 分钟",
    "{day}: {alarms} alarms, at most {peak} in 10 minutes, {minutes} minutes in flood",
)
OF_PERIOD = Text("{time}：{count} 条", "{time}: {count} alarms")
PRIORITIES = Text("级别分布与确认用时", "Priorities and time to acknowledge")
PRIORITY = Text("级别", "Priority")
COUNT = Text("数量", "Count")
SHARE = Text("占比", "Share")
TARGET_SHARE = Text("目标", "Target")
MEDIAN = Text("中位数", "Median")
P90 = Text("90% 以内", "90 %")
WAITING = Text("未确认", "Not acknowledged")
TOP = Text("最频繁的十个报警", "The ten most frequent alarms")
CHATTERING = Text("抖动报警", "Chattering alarms")
FLEETING = Text("瞬时报警", "Fleeting alarms")
STANDING = Text("现存报警", "Standing alarms")
HIDDEN = Text("搁置、抑制与退出服务", "Shelved, suppressed, out of service")
VERDICTS = Text("结论与误报", "Verdicts and false alarms")
KIND = Text("类别", "Kind")
DEVICE = Text("设备", "Device")
ALARM = Text("报警", "Alarm")
SINCE_WHEN = Text("起始", "Since")
BY = Text("操作人", "By")
REASON = Text("原因", "Reason")
ZONE = Text("区域", "Zone")
FALSE_RATE = Text("误报率", "False")
SECONDS = Text("{seconds} 秒", "{seconds} s")
NONE_OF_THEM = Text("没有", "None")
SHELVE = Text("搁置", "Shelve")
SHELVE_TITLE = Text("搁置 {device} {alarm}", "Shelve {device}, {alarm}")
HOURS = Text("小时", "Hours")
WHY = Text("原因", "Reason")
CHATTERS = Text(
    "抖动：{count} 次报警，{seconds:g} 秒内恢复 {returns} 次以上",
    "chattering: {count} alarms, {returns} returns or more within {seconds:g} s",
)
FLEETS = Text(
    "瞬时：{count} 次在 {seconds:g} 秒内自行恢复", "fleeting: {count} times it returned within {seconds:g} s"
)
NO_HOURS = Text("小时数应为数字", "The hours should be a number")
AWAY = Text("办公服务没有应答：{error}", "The office process does not answer: {error}")
NOT_A_DAY = Text("“{day}”不是日期", '"{day}" is no date')
