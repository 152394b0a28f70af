"""Words of the registry's pages."""

from typing import Final

from business.registry.conditions import Operator
from config.text import Text

REQUIRED = Text("必填", "Required")
TYPE_TO_FIND = Text("输入文字查找", "Type to find")
CORRECT_THESE = Text("尚未保存，请更正以下内容。", "Nothing is saved yet; correct these.")
NEW = Text("新建", "New")
PROJECT = Text("所属项目", "Project")
EDIT = Text("编辑", "Edit")
REMOVE = Text("删除", "Remove")
RESTORE = Text("恢复", "Restore")
ERASE = Text("彻底清除", "Erase")
RECYCLE_BIN = Text("回收站", "Recycle bin")
BACK_TO_LIST = Text("返回列表", "Back to the list")
IMPORT = Text("导入", "Import")
EXPORT = Text("导出", "Export")
FIELDS = Text("自定义字段", "Fields of the site")
CONDITION = Text("条件", "Condition")
ADD_CONDITION = Text("加入", "Add")
REMOVE_CONDITION = Text("去掉这个条件", "Drop this condition")
FIND = Text("查找", "Find")
FOUND = Text("共 {count} 条", "{count} found")
FOUND_MORE = Text("超过 {count} 条", "More than {count}")
NEXT_PAGE = Text("下一页", "Next page")
FIRST_PAGE = Text("第一页", "First page")
TAGS = Text("标签", "Tags")
TAG = Text("标签", "Tag")
ADD_TAG = Text("加标签", "Add a tag")
VIEWS = Text("视图", "Views")
SAVE_VIEW = Text("保存视图", "Save view")
VIEW_NAME = Text("视图名称", "Name of the view")
SHARED = Text("共享给同事", "Share with colleagues")
SELECTED = Text("已选 {count} 条", "{count} selected")
CHANGE_SELECTED = Text("修改所选", "Change selected")
REMOVE_SELECTED = Text("删除所选", "Remove selected")
FIELD = Text("字段", "Field")
VALUE = Text("内容", "Value")
HISTORY = Text("变更记录", "History of changes")
RELATED = Text("相关档案", "Related")
ALL_OF_THEM = Text("查看全部", "See all")
SHOW_HIDDEN = Text("查看隐私信息", "Show personal numbers")
HIDDEN_REASON = Text("查看原因（将记入审计）", "Why (it goes into the audit trail)")
LOOKED_AT_BY = Text("查看过隐私信息的人", "Who looked at personal numbers")
CHANGED_AT = Text("修改于", "Changed")
CREATED_AT = Text("建档于", "Created")
EXTERNAL_ID = Text("外部编号", "External id")
SCOPE = Text("所属", "Belongs to")
IN_RECYCLE_BIN = Text("此档案在回收站中", "This record is in the recycle bin")
NOTHING_FOUND = Text("没有符合条件的档案", "No record matches")
NO_RECORD = Text("没有这条档案，或您无权查看", "There is no such record, or you may not see it")
SORT_BY = Text("按此列排序", "Sort by this column")
STATISTICS = Text("统计", "Statistics")
GROUP_BY = Text("分组", "Group by")
THEN_BY = Text("再按", "then by")
ADD_UP = Text("合计字段", "Add up")
COUNT = Text("数量", "Count")
TOTAL = Text("合计", "Total")
YEAR = Text("年份", "year")
PRINT = Text("打印", "Print")
MERGE = Text("合并", "Merge")
MERGE_WITH = Text("与此档案重复，合并到本档案", "A double of this one; merge it into this one")
CUSTOM_NAME = Text("字段名（小写字母）", "Field name (small letters)")
LABEL_ZH = Text("中文名称", "Label in Chinese")
LABEL_EN = Text("英文名称", "Label in English")
TYPE = Text("类型", "Type")
DICTIONARY = Text("字典", "Dictionary")
LISTED = Text("列表中显示", "In the list")
POSITION = Text("顺序", "Order")
DISABLED = Text("停用", "Disabled")
WHOLE = Text("整条档案", "The record as a whole")
NOT_SAVED = Text("没有保存", "Nothing was saved")
SAVE_AND_NEW = Text("保存并再建一条", "Save and add another")
CHOOSE_FROM_LIST = Text(
    "没有唯一对应的档案，请从下拉列表中选择", "No single record is called so; choose one from the list"
)
ADD = Text("登记{what}", "Add: {what}")
GENERAL = Text("基本信息", "General")
OF_SITE = Text("自定义", "Of this site")
RECORD = Text("档案信息", "About this record")
CONDITIONS = Text("条件", "Conditions")
COLUMNS = Text("列", "Columns")
SORT = Text("排序", "Sort")
ASCENDING = Text("{field} 升序", "{field}, ascending")
DESCENDING = Text("{field} 降序", "{field}, descending")
PER_PAGE = Text("每页 {count} 条", "{count} a page")
APPLY = Text("应用", "Apply")
USUAL_COLUMNS = Text("恢复默认列", "Usual columns")
NO_VIEWS = Text("还没有保存的视图", "No view is saved yet")
SELECT_ALL = Text("全选本页", "Select all on this page")
SELECT_ONE = Text("选择 {title}", "Select {title}")
ALL_FOUND = Text("改为选择全部 {count} 条", "Take all {count} found instead")
TICKED = Text("已选", "Selected")
NONE_YET = Text("还没有登记{what}。", "No {what} is registered yet.")
BIN_IS_EMPTY = Text("回收站是空的。", "The recycle bin is empty.")
DROP_CONDITIONS = Text("清除全部条件", "Drop all conditions")
MORE = Text("更多", "More")
ERASE_REASON = Text("清除原因（清除后无法恢复）", "Why (it cannot be brought back)")
MAY_NOT_BE_ASKED = Text("请选择字段和条件", "Choose a field and a condition")
NOTHING_CHANGED = Text("没有任何修改", "Nothing was changed")
ALL_TIMES = Text("建档时间", "Time of creation")
CHANGE_TIME = Text("修改时间", "Time of the last change")
NOTHING_YET = Text("尚无记录", "None yet")
ADD_FILES = Text("添加图片或 PDF", "Add pictures or PDF")
PICTURE = Text("图片 {number}", "Picture {number}")
FILE = Text("文件 {number}", "File {number}")
OPEN = Text("查看", "Open")
COUNT_THEM = Text("统计", "Count")
SHARE = Text("占比", "Share")
WITH_VALUE = Text("改为", "becomes")

OPERATORS: Final[dict[Operator, Text]] = {
    Operator.IS: Text("等于", "is"),
    Operator.IS_NOT: Text("不等于", "is not"),
    Operator.CONTAINS: Text("包含", "contains"),
    Operator.BEGINS: Text("开头是", "begins with"),
    Operator.FROM: Text("不小于", "at least"),
    Operator.TO: Text("不大于", "at most"),
    Operator.EMPTY: Text("为空", "is empty"),
    Operator.NOT_EMPTY: Text("不为空", "is not empty"),
}
TYPES: Final[dict[str, Text]] = {
    "text": Text("文字", "Text"),
    "note": Text("长文字", "Note"),
    "integer": Text("整数", "Integer"),
    "decimal": Text("小数", "Decimal"),
    "date": Text("日期", "Date"),
    "boolean": Text("是否", "Yes or no"),
}
