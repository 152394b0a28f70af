"""Words of the calendar of holidays and make-up workdays."""

from config.text import Text

CALENDAR = Text("日历", "Calendar")
TITLE = Text("{year} 年日历", "Calendar of {year}")
HINT = Text(
    "节假日与调休按国务院公布的安排；本站点另有规定的日子带框，以本站点为准。",
    "Holidays and make-up workdays as the State Council published them; days that this site has set for "
    "itself have a frame and count instead.",
)
CLICK = Text("点一天可修改。", "Click a day to change it.")
UNKNOWN = Text(
    "不知道 {year} 年的节假日安排：只按周末判断。请在公布后补充。",
    "The holidays of {year} are not known: only weekends count. Enter them once they are published.",
)
BEFORE = Text("上一年", "Year before")
AFTER = Text("下一年", "Year after")
MONTH = Text("{month} 月", "Month {month}")
WEEK = (
    Text("一", "Mo"), Text("二", "Tu"), Text("三", "We"), Text("四", "Th"), Text("五", "Fr"),
    Text("六", "Sa"), Text("日", "Su"),
)  # fmt: skip
HOLIDAY = Text("节假日", "Holiday")
MAKE_UP = Text("调休上班", "Make-up workday")
DAY_OFF = Text("休息日", "Day off")
WORKDAY = Text("工作日", "Workday")
AS_LAW = Text("按国家安排", "As the law has it")
DAY = Text("日期", "Day")
KIND = Text("是什么日子", "What it is")
WHICH = Text("节日", "Holiday")
NONE = Text("（无）", "(none)")
OTHER = Text("其他", "another")
NAME_ZH = Text("名称（中文）", "Name (Chinese)")
NAME_EN = Text("名称（英文）", "Name (English)")
SET = Text("修改这一天", "Change the day")
CHANGED = Text("待保存的修改：{count} 天", "Days changed and not saved: {count}")
NO_DAY = Text("“{day}”不是 {year} 年的日期", "“{day}” is no day of {year}")
