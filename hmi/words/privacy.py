"""Words of the pages about personal information."""

from config.text import Text

PRIVACY = Text("个人信息", "Personal information")
RETENTION = Text("个人信息保留", "Retention")
ERASE = Text("清除个人信息", "Erase personal information")
HELD = Text("保存了哪些信息", "What is held")
KIND = Text("档案", "Record")
FIELD = Text("字段", "Field")
PURPOSE = Text("用途", "Purpose")
CONSENT = Text("同意", "Consent")
NEEDED = Text("须单独同意：{purpose}", "asked for: {purpose}")
NOT_NEEDED = Text("依合同或法律", "by contract or law")
KEPT = Text("保留期限", "Kept")
DAYS = Text("最后一次往来后 {days} 天", "{days} days after the last dealing")
ERASURE = Text("到期处理", "Then")
WITH_PERSON = Text("随人员一并", "with the person")
DELETED = Text("删除档案", "the record is deleted")
REPLACED = Text("以代号替换", "replaced by a name that tells nothing")
EMPTIED = Text("清空", "emptied")
PROTECTED = Text("加密保存", "encrypted")
MY_CONSENTS = Text("我的同意", "My consents")
STATE = Text("状态", "State")
ON = Text("日期", "On")
HOW = Text("方式", "How")
PROPOSE_CONSENT = Text("提交同意或撤回", "Give or withdraw consent")
NO_CONSENTS = Text("没有登记的同意", "No consent is recorded")
LOOKED = Text("谁查看过我的隐私信息", "Who looked at my numbers")
NOBODY_LOOKED = Text("没有人查看过", "Nobody did")
WHEN = Text("时间", "When")
WHO = Text("查看人", "Who")
POST = Text("岗位", "Post")
REASON = Text("原因", "Why")
TONIGHT = Text("今夜将清除", "To be erased tonight")
TONIGHT_HINT = Text(
    "每夜清除已到期或已撤回同意的个人信息；房屋的历史以代号保留，审计中没有完整号码和姓名。",
    "Every night what was kept long enough, or to which consent was withdrawn, is erased; houses keep their "
    "history under a name that tells nothing, and the trail holds no whole number or name.",
)
NOTHING_DUE = Text("今夜没有到期的信息", "Nothing is due tonight")
NOTHING_ERASED = Text("还没有清除过信息", "Nothing has been erased yet")
WHOLE = Text("全部个人信息", "All of it")
SINCE = Text("最后一次往来", "Last dealing")
WITHDRAWN = Text("已撤回同意", "Consent withdrawn")
DONE_SO_FAR = Text("已清除", "Erased so far")
FINISHED = Text("文件已清理", "Files cleared")
PENDING = Text("文件待清理", "Files still to be cleared")
ON_REQUEST = Text("应请求", "On request")
BY_TIME = Text("到期", "Time over")
BACKUPS = Text(
    "备份中的内容随备份到期而消失；从较早的备份恢复后，次日凌晨自动重新清除。",
    "Backups keep it until they expire; after a restore from an older one the next night erases it again.",
)
STAYS = Text("保留什么、为什么", "What stays, and why")
STAYS_HINT = Text(
    "房屋、缴费和居住的历史仍在，人名换成“{name}”；同意记录作为凭证保留；审计只有遮挡后的值。",
    "The history of houses, payers and stays remains under the name “{name}”; consents stay as proof; the "
    "trail holds masked values only.",
)
GOES = Text("将清除", "What goes")
BELONGING = Text("名下的{what}", "{what} of his")
COPIES = Text(
    "搜索、标签、待审提交、保存的视图、导入导出文件、附件中的内容，以及关联的住户账号（停用）",
    "copies in search, tags, submissions, saved views, files of imports and exports, attachments; a linked "
    "resident's account is disabled",
)
BOUND = Text("尚有往来，不能清除：", "Dealings have not ended, so it cannot be erased: ")
CONFIRM_REASON = Text("清除原因（如：本人书面申请，编号）", "Why (his written request, with its number)")
