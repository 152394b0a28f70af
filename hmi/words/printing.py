"""Words of the page of print templates."""

from config.text import Text

PRINTING = Text("打印模板", "Print templates")
TEMPLATE = Text("模板", "Template")
ADD_TEMPLATE = Text("新建模板", "Add a template")
DESCRIBE = Text("名称与示例", "Labels and sample")
SAMPLE = Text("示例数据（JSON）", "Sample data (JSON)")
FIRST_TITLE = Text("标题", "Title")
SAMPLE_HINT = Text(
    "其中的名称即模板可用的占位符，在模板里写作 {placeholder}",
    "Its names are the placeholders of the template, written there as {placeholder}",
)
SOURCE = Text("模板内容（Typst）", "Template (Typst)")
PREVIEW = Text("预览", "Preview")
PREVIEW_PDF = Text("预览 PDF", "Preview as PDF")
PREVIEW_OF = Text("预览：第 {page} / {pages} 页", "Preview: page {page} of {pages}")
NOT_YET = Text("按“预览”查看用示例数据打印的结果", "Press “Preview” to see the sample printed")
SAVE_VERSION = Text("存为新版本", "Save as a new version")
NOTE = Text("版本说明", "Note on the version")
VERSIONS = Text("版本", "Versions")
VERSION = Text("第 {number} 版", "Version {number}")
IN_USE = Text("使用中", "In use")
USE = Text("使用此版本", "Use this version")
LOAD = Text("载入编辑", "Load into the editor")
AUTHOR = Text("修改人", "Author")
REMARK = Text("模板第 {line} 行：{remark}", "Line {line} of the template: {remark}")
BACK = Text("全部模板", "All templates")
LOADED = Text("已载入第 {number} 版，保存后才会使用", "Version {number} is loaded; save it to use it")
