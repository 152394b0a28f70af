"""Days of the calendar as tables of a site file."""

from datetime import date

from pydantic import Field

from config.table import Flag, Table, TextTable, shown


class CalendarDayTable(Table):
    """What one day is, instead of what the law's calendar says."""

    day: date = Field(title="Day", description="YYYY-MM-DD", json_schema_extra=shown("日期", "年-月-日"))
    workday: Flag = Field(
        title="Workday", description="or a day off", json_schema_extra=shown("工作日", "否则为休息日")
    )
    holiday: str = Field(
        "",
        pattern=r"^([a-z0-9][a-z0-9-]{0,63})?$",
        title="Holiday",
        description="of a day off: the holiday's id, such as spring-festival",
        json_schema_extra=shown("节日", "休息日所属的节日，如 spring-festival"),
    )
    name: TextTable | None = Field(
        None, title="Name", description="what people call the day", json_schema_extra=shown("名称", "名称")
    )
