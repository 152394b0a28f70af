"""What `office` answers: its own state, and the figures about alarms."""

from actors.messages import ReadSnapshot, ReadTree, Snapshot, Tree
from actors.wire import Codec
from business.alarm_kpi.messages import AlarmKpis, ReadAlarmKpis

OFFICE_QUERIES = Codec(ReadSnapshot, Snapshot, ReadTree, Tree, ReadAlarmKpis, AlarmKpis)
