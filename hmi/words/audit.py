"""Words of the page of the audit trail."""

from config.text import Text

EXPORT = Text("导出", "Export")
EXPORT_TITLE = Text("导出符合条件的审计记录", "Export the records that match")
REASON = Text("导出原因", "Reason")
REASON_HINT = Text("导出本身也会记入审计", "The export itself stands in the trail too")
FORMAT = Text("格式", "Format")
XLSX = Text("Excel 表格（xlsx）", "Excel (xlsx)")
CSV = Text("文本表格（csv）", "Text (csv)")
FILE_NAME = Text("审计记录", "audit-trail")
