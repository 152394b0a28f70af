"""Words of the page of backups."""

from config.text import Text

BACKUPS = Text("备份", "Backups")
BACK_UP_NOW = Text("立即备份", "Back up now")
FOLDER = Text("备份目录：{folder}", "Folder: {folder}")
SECOND_FOLDER = Text("第二处：{folder}", "Second place: {folder}")
NO_SECOND = Text(
    "没有第二处备份：磁盘损坏时备份会一起丢失。请在站点文件的 [settings.backup] 中写 second_folder。",
    "There is no second place: backups are lost together with their disk. Give second_folder in "
    "[settings.backup] of the site's files.",
)
SAME_DISK = Text(
    "第二处 {folder} 与备份目录在同一磁盘上：磁盘损坏时会一起丢失，请检查是否已挂载。",
    "The second place {folder} is on the disk of the first and is lost with it; see whether it is mounted.",
)
NO_KEYS = Text(
    "密钥 {keys} 不在任何备份中：没有密钥，还原后加密的个人信息无法读取。"
    "请在服务器上执行 steward backup 站点目录 --with-secrets，并妥善保管口令。",
    "The keys {keys} are in no backup: without them sealed personal data cannot be read after a restore. Run "
    "steward backup SITE --with-secrets on the server, and keep the passphrase.",
)
NO_BACKUP = Text("还没有备份", "There is no backup yet")
SNAPSHOTS = Text(
    "数据库快照 {count} 份，{first} 至 {last}", "Snapshots of the databases: {count}, {first} to {last}"
)
NO_SNAPSHOT = Text("还没有数据库快照", "There is no snapshot of the databases yet")
NAME = Text("名称（UTC）", "Name (UTC)")
TAKEN = Text("时间", "As of")
SIZE = Text("大小", "Size")
FILES = Text("文件数", "Files")
VERIFIED = Text("已核对", "Verified")
LOST_HISTORY = Text("缺 {count} 个历史文件", "{count} history files were lost before")
SECOND_PLACE = Text("第二处", "Second place")
NOT_COPIED = Text("未复制", "Not copied")
SECRETS = Text("含密钥", "Secrets")
LAST_RUN = Text("最近一次：{state} {told}", "Last run: {state} {told}")
RESTORING = Text("如何还原", "How to restore")
STAND_STILL = Text(
    "先停止站点。现有数据会移到 before-restore 目录，不会删除；还原后所有人须重新登录。",
    "Stop the site first. What is there moves into before-restore and is never deleted; afterwards everybody "
    "has to log in again.",
)
RESTORE_ALL = Text("还原整个备份：", "All of a backup: ")
RESTORE_ALL_COMMAND = Text("steward restore 站点目录 --from {folder}", "steward restore SITE --from {folder}")
RESTORE_AT = Text(
    "数据库回到某一时刻（历史和附件不变）：", "The databases as of a time, history and files as they are: "
)
RESTORE_AT_COMMAND = Text("steward restore 站点目录 --at {time}", "steward restore SITE --at {time}")
DRILL = Text("演练（不影响现有数据）：", "A drill that touches nothing: ")
DRILL_COMMAND = Text(
    "steward restore 站点目录 --from {folder} --into 另一个运行目录",
    "steward restore SITE --from {folder} --into ANOTHER-RUN-DIRECTORY",
)
