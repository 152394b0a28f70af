"""Words of limit sets and their schedules."""

from typing import Final

from config.plans import DayKind
from config.text import Text

BY_SCHEDULE = Text("时间表：", "Scheduled: ")
DAYS: Final[dict[DayKind, Text]] = {
    DayKind.WORKDAY: Text("工作日", "workdays"),
    DayKind.DAY_OFF: Text("休息日", "days off"),
    DayKind.HOLIDAY: Text("法定节假日", "public holidays"),
    DayKind.MAKE_UP: Text("调休上班日", "make-up workdays"),
    DayKind.MONDAY: Text("周一", "Mondays"),
    DayKind.TUESDAY: Text("周二", "Tuesdays"),
    DayKind.WEDNESDAY: Text("周三", "Wednesdays"),
    DayKind.THURSDAY: Text("周四", "Thursdays"),
    DayKind.FRIDAY: Text("周五", "Fridays"),
    DayKind.SATURDAY: Text("周六", "Saturdays"),
    DayKind.SUNDAY: Text("周日", "Sundays"),
}
EVERY_DAY = Text("每天", "every day")
