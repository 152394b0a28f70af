"""Words of the page of duty."""

from config.text import Text

DUTY = Text("值班", "On duty")
NOW = Text("现在当值", "On duty now")
TEAM = Text("班组", "Team")
TEAMS = Text("班组与成员", "Teams and members")
ON_DUTY = Text("当值", "On duty")
NEXT_DAY = Text("次日 {time}", "{time} next day")
WEEKDAYS = (
    Text("周一", "Mon"),
    Text("周二", "Tue"),
    Text("周三", "Wed"),
    Text("周四", "Thu"),
    Text("周五", "Fri"),
    Text("周六", "Sat"),
    Text("周日", "Sun"),
)
UNTIL = Text("至 {time}", "until {time}")
SINCE = Text("{time} 起", "from {time}")
INSTEAD_OF = Text("代 {name}", "for {name}")
NEXT = Text("下一班", "Next")
NOBODY = Text("无人当值", "Nobody is on duty")
NO_ROSTER = Text("没有排班", "No roster")
NONE_NEXT = Text("{days} 天内没有班", "No shift within {days} days")
REACHABLE = Text("可联系", "Reachable")
REACHABLE_SINCE = Text("已确认 {time}", "said at {time}")
NOT_SAID = Text("未确认", "not said yet")
SAY_REACHABLE = Text("我可联系", "I can be reached")
DUTY_PHONE = Text("值班电话", "Duty phone")
DUTY_PHONE_HINT = Text(
    "随岗位走的电话，当值的人带着；留空表示没有", "Carried by whoever is on duty; empty for none"
)
GAP = Text("{team}：{since} 至 {until} 无人当值", "{team}: nobody is on duty from {since} to {until}")
GAPS = Text(
    "{team}：{days} 天内有 {count} 段无人当值，首先是 {since} 至 {until}",
    "{team}: {count} times without anybody within {days} days, first from {since} to {until}",
)
DISABLED_MEMBER = Text(
    "{team}：{name} 的账号已停用，收不到通知",
    "{team}: the account of {name} is disabled, nothing reaches him",
)
NO_LEADER = Text(
    "{team}：没有班长或经理，无人应答时无法升级", "{team}: it has no leader or manager to escalate to"
)
UNKNOWN_TEAMS = Text(
    "联动预案或报警类别提到的班组还没有建立：{names}",
    "Linkage plans or alarm classes name teams that do not exist yet: {names}",
)
PLAN = Text("班表", "Shifts")
PLAN_OF = Text("{team} {days} 天的班表", "Shifts of {team} for {days} days")
DAY = Text("日期", "Day")
NO_TEAMS = Text(
    "还没有班组；请新建，代号与联动预案、报警类别中的一致",
    "There are no teams yet: add one, with the id that plans and classes name",
)
ADD_TEAM = Text("新建班组", "Add a team")
EDIT_TEAM = Text("修改班组 {name}", "Edit team {name}")
TEAM_ID = Text("代号", "Id")
TEAM_ID_HINT = Text(
    "小写字母、数字和连字符，如 security；以后不再改变",
    "Lower-case letters, digits, hyphens, such as security; it never changes",
)
MEMBER = Text("成员", "Member")
ENLIST = Text("编入成员", "Add a member")
DISCHARGE = Text("移出", "Take out")
RANK = Text("职责", "Rank")
RANKS = {
    "member": Text("组员", "Member"),
    "leader": Text("班长", "Leader"),
    "manager": Text("经理", "Manager"),
}
ROSTERS = Text("排班", "Rosters")
ROSTER = Text("名称", "Name")
ADD_ROSTER = Text("新建排班", "Make a roster")
NO_ROSTERS = Text("还没有排班", "There are no rosters yet")
CYCLE = Text("循环", "Cycle")
CYCLE_DAYS = Text("{days} 天，{shifts} 个班", "{days} days, {shifts} shifts")
PATTERN = Text("轮班方式", "Pattern")
PATTERNS = {
    "two": Text(
        "两班：白班 8–20、夜班 20–8，每人白夜休休", "Two shifts, 8–20 and 20–8: day, night, two days off"
    ),
    "three": Text(
        "三班：8–16、16–24、0–8，每人早中夜休",
        "Three shifts of 8 hours: morning, evening, night, one day off",
    ),
    "daily": Text("每天一人，8 点交接", "One person a day, hand-over at 8"),
    "weekly": Text("每周一人，周一 8 点交接", "One person a week, hand-over on Monday at 8"),
    "workdays": Text("工作日 9–18，所有人", "Workdays 9–18, everybody"),
}
PEOPLE = Text("人员（按轮值顺序）", "People, in the order of their turns")
PEOPLE_HINT = Text("选择的先后就是轮值的先后", "They take turns in the order in which they are chosen")
FIRST_DAY = Text("开始日期", "First day")
LAST_DAY = Text("结束日期", "Last day")
OPEN_END = Text("长期", "open")
END_HINT = Text("留空表示长期", "Empty for an open end")
WRONG_NUMBER = Text(
    "“{pattern}”需要 {count} 人或其倍数；现选 {chosen} 人",
    "“{pattern}” needs {count} people or a multiple; {chosen} are chosen",
)
ABSENCES = Text("不当值与代班", "Absences and substitutes")
NO_ABSENCES = Text("没有今后的不当值", "No absences to come")
ADD_ABSENCE = Text("登记不当值", "Enter an absence")
PERSON = Text("人员", "Person")
SUBSTITUTE = Text("代班", "Substitute")
NO_SUBSTITUTE = Text("无人代班", "Nobody stands in")
FROM = Text("开始", "From")
TO = Text("结束", "To")
AT = Text("时刻", "Time")
REASON = Text("原因", "Reason")
WRONG_TIME = Text("时刻请写成 08:00", "Write times of day as 08:00")
