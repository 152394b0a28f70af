"""Words of the master alarm database."""

from config.text import Text

DATABASE = Text("报警主数据库", "Master alarm database")
ALARM = Text("报警", "Alarm")
DEVICE = Text("设备", "Device")
LIMIT = Text("限值", "Limit")
SEVERITY_AND_TIME = Text("后果与响应时间", "Severity, time")
MISSING = Text("缺少", "Missing")
PROGRESS = Text(
    "共 {count} 个报警，{done} 个已论证（{share}），{left} 个缺少原因、后果、处置、后果程度或响应时间",
    "{count} alarms, {done} of them rationalised ({share}); {left} lack cause, consequence, action, severity "
    "or time to respond",
)
DISTRIBUTION = Text("级别分布：", "Priorities: ")
SHARE_OF = Text("{name} {share}（目标 ≤ {target} %）", "{name} {share} (target ≤ {target} %)")
EVENTS = Text("。另有 {count} 个只记录的事件，不计入", ". {count} events, journaled only, are not counted")
SEARCH = Text("搜索设备、测点、报警", "Search device, point, alarm")
SUBSYSTEM = Text("子系统", "Subsystem")
ALL = Text("全部", "All")
ONLY_MISSING = Text("只看未论证的", "Only those not rationalised")
ONLY_OWN = Text("只看本设备自己定义的", "Only those that devices define themselves")
FILTER = Text("筛选", "Filter")
EXPORT = Text("导出 Excel（当前筛选）", "Export to Excel (as filtered)")
IMPORT = Text("导入", "Import")
IMPORT_HINT = Text(
    "先试导入，确认差异后才保存；把文件拖到这里",
    "Tried first; saved once you have seen what differs. Drop the file here",
)
FOUND = Text("{count} 个，显示第 {first} 至 {last} 个", "{count} found, {first} to {last} shown")
NEXT = Text("下一页", "Next page")
PREVIOUS = Text("上一页", "Previous page")
DISABLED = Text("已停用", "taken away")
OWN = Text("本设备", "own")
NOT_IN_FORCE = Text(
    "运行版本为 {running}；最新版本 {newest} 中有 {count} 个报警与之不同，尚未投入使用",
    "Version {running} is in force; the newest, {newest}, defines {count} alarms differently",
)
IN_FORCE = Text(
    "运行版本 {running}，没有未投入使用的报警修改", "Version {running} is in force; no change of alarms waits"
)
BEHIND = Text(
    "现场运行的是版本 {live}，与投入使用的 {running} 不同",
    "The plant runs version {live}, though {running} is in force",
)
LOG = Text("报警定义的修改记录", "Change log of alarm definitions")
VERSION = Text("版本", "Version")
WHEN = Text("时间", "When")
WHO = Text("修改人", "Who")
WHY = Text("原因", "Why")
APPROVED = Text("投入使用", "Put in force by")
WHAT = Text("修改内容", "What")
NO_LOG = Text("还没有修改", "Nothing was changed yet")
DRY_RUN = Text("试导入", "Dry run")
RESULT = Text(
    "读取 {rows} 行：{edits} 个报警将修改，{failed} 行有错误，其余与现行定义相同",
    "{rows} rows read: {edits} alarms would change, {failed} rows are refused, the others say what is so",
)
IGNORED = Text("未识别的列：{heads}", "Columns that are none of the database: {heads}")
REFUSED = Text("有错误的行", "Rows refused")
REFUSED_FILE = Text("下载有错误的行", "Download the rows refused")
ROW = Text("行", "Row")
COLUMN = Text("列", "Column")
VALUE = Text("值", "Value")
REASON = Text("错误原因", "Reason")
CHANGES = Text("将作的修改", "What would change")
AND_MORE = Text("……还有 {count} 个", "… and {count} more")
ADDED = Text("增加", "added")
CHANGED = Text("修改", "changed")
TAKEN_AWAY = Text("取消", "taken away")
RANK = Text("实际级别", "Priority in force")
GONE = Text("没有找到上传的文件，可能已过期，请重新上传", "The upload is gone: upload it again")
NOTHING = Text("（空）", "(nothing)")
EDIT = Text("修改报警", "Edit the alarm")
CHECK = Text("检查", "Check")
NO_ALARM = Text("没有这个报警：{alarm}", "There is no alarm {alarm}")
NO_CHANGE = Text("没有修改", "Nothing is changed")
BACK = Text("返回报警主数据库", "Back to the database")
FILE_NAME = Text("报警主数据库", "Master alarm database")
