"""The targets of alarms as a site writes them: `config.alarm_targets` has what they are."""

from pydantic import Field

from config.table import Number, Table, Whole, shown


class AlarmTargetsTable(Table):
    """Limits of the figures about alarms, for each operator's position."""

    flood_start: Whole = Field(
        10,
        ge=1,
        title="Flood begins",
        description="more alarms than this within ten minutes begin a flood",
        json_schema_extra=shown("泛滥开始", "十分钟内报警超过此数即为报警泛滥"),
    )
    flood_end: Whole = Field(
        5,
        ge=1,
        title="Flood ends",
        description="fewer alarms than this within ten minutes end a flood",
        json_schema_extra=shown("泛滥结束", "十分钟内报警少于此数即结束"),
    )
    chatter_returns: Whole = Field(
        3,
        ge=2,
        title="Chattering",
        description="returns of one alarm within the time below that make it chattering",
        json_schema_extra=shown("抖动次数", "同一报警在下述时间内恢复达到此数即为抖动"),
    )
    chatter_s: Number = Field(
        60.0,
        gt=0,
        title="Chattering within",
        description="seconds",
        json_schema_extra=shown("抖动时间", "判断抖动的时间", unit="s"),
    )
    fleeting_s: Number = Field(
        10.0,
        gt=0,
        title="Fleeting",
        description="an alarm that returns by itself within so many seconds, and does not repeat",
        json_schema_extra=shown("瞬时报警", "在此时间内自行恢复且不重复的报警", unit="s"),
    )
    stale_hours: Number = Field(
        24.0,
        gt=0,
        title="Stale",
        description="hours after which an active alarm is stale",
        json_schema_extra=shown("滞留报警", "持续超过此时间的报警", unit="h"),
    )
    busy_hour: Whole = Field(
        30,
        ge=1,
        title="Busy hour",
        description="more alarms than this make an hour busy",
        json_schema_extra=shown("繁忙小时", "一小时内报警超过此数"),
    )
    per_ten_minutes: Number = Field(
        1.0,
        ge=0,
        title="Alarms per 10 minutes",
        description="average that is acceptable; twice as many are manageable",
        json_schema_extra=shown("每十分钟报警", "可接受的平均数；两倍以内为可管理"),
    )
    per_hour: Number = Field(
        6.0,
        ge=0,
        title="Alarms per hour",
        description="average that is acceptable; twice as many are manageable",
        json_schema_extra=shown("每小时报警", "可接受的平均数；两倍以内为可管理"),
    )
    per_day: Number = Field(
        150.0,
        ge=0,
        title="Alarms per day",
        description="average that is acceptable; twice as many are manageable",
        json_schema_extra=shown("每日报警", "可接受的平均数；两倍以内为可管理"),
    )
    peak: Whole = Field(
        10,
        ge=0,
        title="Peak",
        description="most alarms in any ten minutes; a period with more is busy",
        json_schema_extra=shown("峰值", "任何十分钟内的最多报警数；超过者为繁忙时段"),
    )
    busy_percent: Number = Field(
        1.0,
        ge=0,
        title="Busy periods",
        description="percent of ten-minute periods, and of hours, that may be busy",
        json_schema_extra=shown("繁忙时段占比", "十分钟时段和小时中允许繁忙的比例", unit="%"),
    )
    flood_percent: Number = Field(
        1.0,
        ge=0,
        title="Time in flood",
        description="percent of the time",
        json_schema_extra=shown("泛滥时间占比", "处于报警泛滥的时间比例", unit="%"),
    )
    top_ten_percent: Number = Field(
        5.0,
        ge=0,
        title="Top ten",
        description="percent of all alarms that the ten most frequent may make",
        json_schema_extra=shown("前十占比", "最频繁的十个报警占全部的比例", unit="%"),
    )
    chattering: Whole = Field(
        0,
        ge=0,
        title="Chattering alarms",
        description="that are accepted",
        json_schema_extra=shown("抖动报警数", "可接受的抖动报警数"),
    )
    fleeting: Whole = Field(
        0,
        ge=0,
        title="Fleeting alarms",
        description="that are accepted",
        json_schema_extra=shown("瞬时报警数", "可接受的瞬时报警数"),
    )
    stale: Whole = Field(
        5,
        ge=0,
        title="Stale alarms",
        description="fewer than this on any day",
        json_schema_extra=shown("滞留报警数", "任何一天都应少于此数"),
    )
    standing: Whole = Field(
        10,
        ge=0,
        title="Standing alarms",
        description="fewer than this at a time",
        json_schema_extra=shown("现存报警数", "同时存在的报警应少于此数"),
    )
    shelved: Whole = Field(
        30,
        ge=0,
        title="Shelved alarms",
        description="fewer than this at a time",
        json_schema_extra=shown("搁置报警数", "同时搁置的报警应少于此数"),
    )
    critical_percent: Number = Field(
        1.0,
        ge=0,
        title="Critical alarms",
        description="percent of all",
        json_schema_extra=shown("紧急占比", "紧急级报警占全部的比例", unit="%"),
    )
    high_percent: Number = Field(
        5.0,
        ge=0,
        title="High alarms",
        description="percent of all",
        json_schema_extra=shown("高级占比", "高级报警占全部的比例", unit="%"),
    )
    medium_percent: Number = Field(
        15.0,
        ge=0,
        title="Medium alarms",
        description="percent of all",
        json_schema_extra=shown("中级占比", "中级报警占全部的比例", unit="%"),
    )
