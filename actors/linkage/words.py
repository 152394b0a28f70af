"""What linkage says of its runs, in both languages."""

from actors.linkage.claims import Claim, Hand
from actors.messages import PointRead, RunRow
from actors.said import said
from config.plans import Condition, Feedback, Plan


def _seen(reading: PointRead | None) -> tuple[str, str]:
    if reading is None or reading.value is None:
        return "读不到", "cannot be read"
    value = f"{reading.value:g}" if isinstance(reading.value, float | int) else reading.value
    if reading.stale:
        return f"为 {value}，已过时", f"reads {value}, which is stale"
    if reading.quality:
        return (
            f"为 {value}，质量不佳（{reading.quality:#04x}）",
            f"reads {value} of quality {reading.quality:#04x}",
        )
    return f"为 {value}", f"reads {value}"


def not_confirmed(feedback: Feedback, reading: PointRead | None) -> str:
    zh, en = _seen(reading)
    wanted = f"{feedback.op} {feedback.value:g}"
    return said(
        f"{feedback.within_s:g} s 内没有反馈：{feedback.point} {zh}，应 {wanted}；请到现场查看",
        f"no feedback within {feedback.within_s:g} s: {feedback.point} {en}, not {wanted}; look at the place",
    )


def not_fulfilled(condition: Condition, reading: PointRead | None) -> str:
    zh, en = _seen(reading)
    wanted = f"{condition.op} {condition.value:g}"
    return said(
        f"条件不成立：{condition.point} {zh}，应 {wanted}",
        f"a condition does not hold: {condition.point} {en}, not {wanted}",
    )


def too_soon(plan: Plan) -> str:
    every = f"{plan.min_interval_s:g} s"
    return said(f"距上次启动不足 {every}", f"less than {every} after the start before")


def too_often(plan: Plan) -> str:
    return said(
        f"今天已启动 {plan.max_a_day} 次，达到上限", f"started {plan.max_a_day} times today, its limit"
    )


def too_late() -> str:
    return said("触发已过时：执行程序当时未运行", "the trigger is past: the executor was not running then")


def changed_meanwhile() -> str:
    return said("启动前配置已变更", "the configuration changed before it began")


def lost_to(winner: Claim | Hand) -> str:
    if isinstance(winner, Hand):
        return said(
            f"由 {winner.user} 人工操作，释放后预案方可写入",
            f"{winner.user} operated it; plans write it again once it is released",
        )
    return said(
        f"由预案 {winner.plan}（{winner.level} 级，第 {winner.run} 次运行）占用",
        f"held by plan {winner.plan} of level {winner.level}, run {winner.run}",
    )


def nothing_known_before() -> str:
    return said("启动时读不到原值；请人工恢复", "what it was before could not be read; restore it by hand")


def never_answered() -> str:
    return said(
        "中断：不知命令是否执行；不会重复，请查看现场",
        "interrupted: nobody knows whether it was carried out; it is not repeated, look at the place",
    )


def not_given_in_time() -> str:
    return said("中断太久：命令没有下达", "interrupted for too long: the command was not given")


def disk_is_full() -> str:
    return said(
        "磁盘已满，不能记录的动作不予执行；请清理磁盘，之后自动恢复",
        "the disk is full, and what cannot be recorded is not done; make room, then it goes on by itself",
    )


def no_run(run: int) -> str:
    return said(
        f"没有正在进行的第 {run} 次运行；请查看联动列表",
        f"run {run} is not under way; look at the list of runs",
    )


def not_in_state(row: RunRow, zh: str, en: str) -> str:
    return said(
        f"第 {row.id} 次运行（{row.plan}）现为 {row.state}，不能{zh}",
        f"run {row.id} of {row.plan} is {row.state} and cannot be {en}",
    )


def no_plan(plan: str) -> str:
    return said(f"没有预案 {plan}；请查看预案列表", f"there is no plan {plan!r}; look at the list of plans")


def is_off(plan: Plan) -> str:
    return said(f"预案 {plan.id} 已停用；请先启用", f"plan {plan.id} is not enabled; enable it first")


def no_button(plan: Plan) -> str:
    return said(
        f"预案 {plan.id} 没有手动按钮；请在预案中添加",
        f"plan {plan.id} has no button; add one to it",
    )


def is_under_way(plan: Plan, run: int) -> str:
    return said(f"预案 {plan.id} 正在运行（第 {run} 次）", f"plan {plan.id} is running already, run {run}")


def not_held(device: str, point: str) -> str:
    return said(
        f"{device}/{point} 没有被人员占用；请刷新",
        f"nobody holds {device}/{point}; look again",
    )


def verification_overdue(row: RunRow) -> str:
    zh, _, en = row.name.partition("\u001e")
    return said(f"{zh}：核实超时，请立即核实", f"{en or zh}: the verification is overdue, answer now")
