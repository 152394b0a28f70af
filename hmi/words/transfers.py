"""Words of the pages on which files come in and go out."""

from typing import Final

from business.importing.model import Existing
from config.text import Text

IMPORT_TITLE = Text("导入{what}", "Import: {what}")
EXPORT_TITLE = Text("导出{what}", "Export: {what}")
STEPS: Final[dict[int, Text]] = {
    1: Text("选择文件", "Choose a file"),
    2: Text("对应列", "Map the columns"),
    3: Text("检查", "Check"),
    4: Text("导入", "Import"),
}
CHOOSE_FILE = Text("选择文件，或拖到这里", "Choose a file, or drop it here")
FILE_KINDS = Text(
    "Excel（xlsx、xls）、ods、CSV、XML；最大 {megabytes} MB、{rows} 行",
    "Excel (xlsx, xls), ods, CSV, XML; at most {megabytes} MB and {rows} rows",
)
UPLOADING = Text("正在上传", "Uploading")
READING = Text("正在读取文件", "Reading the file")
TEMPLATE = Text("下载模板", "Download a template")
TEMPLATE_HINT = Text(
    "模板含全部可导入的列和填写说明；也可以直接上传自己的表格，下一步选择各列的含义。",
    "It has every column that can be imported, and says what to write; your own table will do as well: "
    "the next step asks what its columns mean.",
)
RECENT = Text("我最近的导入", "My last imports")
FILE = Text("文件", "File")
PHASE = Text("阶段", "Stage")
SHEET = Text("工作表", "Sheet")
HEADER_ROW = Text("表头所在行", "Row of the headings")
HEADING = Text("文件中的列", "Column of the file")
FIRST_VALUES = Text("前几行内容", "First values")
MEANS = Text("对应字段", "Field")
NOT_IMPORTED = Text("（不导入）", "(not imported)")
REQUIRED_UNMAPPED = Text(
    "新建记录必填、但没有对应列的字段：{fields}。如果文件只用来更新已有记录，可以继续。",
    "Fields that new records need and no column gives: {fields}. "
    "Go on if the file only changes records that are there.",
)
IF_THERE = Text("遇到已有记录", "When a record is there already")
EXISTING: Final[dict[str, Text]] = {
    Existing.UPDATE.value: Text("更新已有记录（空单元格不覆盖）", "change it (blank cells change nothing)"),
    Existing.SKIP.value: Text("跳过", "skip the row"),
    Existing.REFUSE.value: Text("作为错误列出", "list it as an error"),
}
MAKE_MISSING = Text(
    "房号中的楼栋和单元尚未登记时，一并建立", "Make the buildings and units that are not there yet"
)
PROJECT = Text("导入到项目", "Into the project")
BY_RECORD = Text("按各行所属", "as each row says")
CHECK = Text("检查（不写入）", "Check (writes nothing)")
CHECKING = Text("正在检查，尚未写入任何数据", "Checking; nothing is written yet")
WAITING = Text("正在排队", "Waiting its turn")
CHECKED = Text("检查完成，尚未写入任何数据", "Checked; nothing is written yet")
IMPORTING = Text("正在导入", "Importing")
IMPORTED = Text("导入完成", "Imported")
STOPPED = Text(
    "已取消；已导入的行保留，可以继续导入其余的行",
    "Cancelled; what is imported stays, and the rest may follow",
)
CHECK_STOPPED = Text("检查已取消", "The check was cancelled")
FAILED = Text("出错中断", "Broke off")
CANCELLING = Text("正在取消", "Cancelling")
ROWS_OF = Text("{done} / {total} 行", "{done} of {total} rows")
ROWS_DONE = Text("{done} 行", "{done} rows")
WOULD: Final[dict[str, Text]] = {
    "created": Text("将新建", "to create"),
    "updated": Text("将更新", "to change"),
    "unchanged": Text("无变化", "unchanged"),
    "skipped": Text("将跳过", "to skip"),
    "failed": Text("有错误", "with errors"),
}
DONE: Final[dict[str, Text]] = {
    "created": Text("已新建", "created"),
    "updated": Text("已更新", "changed"),
    "unchanged": Text("无变化", "unchanged"),
    "skipped": Text("已跳过", "skipped"),
    "failed": Text("未导入", "refused"),
}
IMPORT_GOOD = Text("导入 {count} 行", "Import {count} rows")
IMPORT_GOOD_ONLY = Text(
    "只导入无错误的 {count} 行；有错误的行不会写入，可下载更正后再次上传。",
    "Only the {count} rows without errors are imported; download the others, correct and upload them again.",
)
GO_ON = Text("继续导入", "Go on importing")
MAP_AGAIN = Text("重新对应列", "Map the columns again")
ANOTHER_FILE = Text("上传另一个文件", "Another file")
FAILED_FILE = Text("下载有错误的行（含原因）", "Download the rows with errors, and why")
SEE_RECORDS = Text("查看{what}", "See the records of {what}")
ERRORS = Text("错误", "Errors")
ERRORS_SHOWN = Text(
    "显示前 {shown} 行，共 {count} 行有错误；全部在下载的文件中。",
    "The first {shown} of {count} rows; the file has them all.",
)
ROW = Text("行", "Row")
COLUMN = Text("列", "Column")
VALUE = Text("单元格内容", "Cell")
REASON = Text("原因", "Reason")
FIX = Text("怎样更正", "What to do")
UPLOAD_GONE = Text(
    "没有找到上传的文件，可能已过期，请重新上传", "The upload is gone or has expired: upload it again"
)
TOO_BIG = Text("文件超过 {megabytes} MB，请分成几个文件", "The file is over {megabytes} MB: split it")
NOT_PERMITTED = Text("您没有权限", "You may not do that")
FORMAT = Text("格式", "Format")
FORMATS: Final[dict[str, Text]] = {
    "xlsx": Text("Excel 表格", "Excel"),
    "csv": Text("CSV 表格", "CSV"),
    "xml": Text("XML 文件", "XML"),
    "pdf": Text("PDF 文件", "PDF"),
    "txt": Text("纯文本", "Plain text"),
}
COLUMNS = Text("导出的列", "Columns")
ALL_COLUMNS = Text("选择全部列", "All columns")
LISTED_COLUMNS = Text("只选列表中的列", "Those of the list only")
WHICH = Text("导出范围", "Which records")
ALL_RECORDS = Text("您有权导出的全部记录", "All that you may export")
AS_LISTED = Text("列表中的条件：{said}", "As in the list: {said}")
OPEN_NUMBERS = Text("含完整的隐私信息（证件号、电话等）", "With personal numbers unmasked")
OPEN_REASON = Text("原因（将记入审计）", "Why (it goes into the audit trail)")
EXPORT_NOW = Text("导出", "Export")
WRITING = Text("正在导出", "Exporting")
READY = Text(
    "文件已生成，{rows} 行；{hours} 小时内可以下载",
    "The file is ready: {rows} rows; fetch it within {hours} hours",
)
FETCH = Text("下载", "Download")
AGAIN = Text("再次导出", "Export again")
EXPORT_GONE = Text(
    "没有这个导出文件，可能已过期，请重新导出", "There is no such file, or it has expired: export again"
)
SPREADSHEET = Text("表格文件中的电话和证件号为文本", "Numbers of phones and cards are text in the file")
