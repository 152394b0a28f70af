"""Words of the page of alarm reports."""

from config.text import Text

REPORTS = Text("报警报告", "Alarm reports")
MAKE = Text("生成报告", "Make a report")
STATION = Text("值班台", "Station")
SINCE = Text("从", "From")
UNTIL = Text("到", "To")
DAYS = Text("时段", "Days")
MADE = Text("生成时间", "Made")
BY = Text("操作人", "By")
EVERY_MONTH = Text("每月自动", "Every month")
RESULT = Text("达标情况", "Targets")
MET_MISSED = Text("{met} 达标，{missed} 未达标", "{met} met, {missed} missed")
FILES = Text("文件", "Files")
PDF = Text("PDF 文件", "PDF")
EXCEL = Text("Excel 表格", "Excel")
CHINESE = Text("中文", "Chinese")
ENGLISH = Text("英文", "English")
MONTHLY = Text(
    "每月 1 日自动生成上月的全站和各值班台报告；也可在此按任意时段生成。同一时段再次生成会替换原报告。",
    "On the first of each month the report of the month before is made, for the whole site and each station; "
    "any other days can be asked for here. A report of the same days is replaced.",
)
ASKED = Text("正在生成，完成后出现在下表", "It is being made, and will appear below")
NO_REPORTS = Text("还没有报告", "No report yet")
FILE_NAME = Text("报警报告 {since} {until}", "alarm report {since} {until}")
