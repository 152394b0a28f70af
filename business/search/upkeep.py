"""The job that keeps the search index of one version, and without a trace of what was removed."""

from collections.abc import Generator

from sqlalchemy import func, select

from actors.said import said
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from business.search.index import rebuild, scrub
from business.search.model import SearchEntry
from business.search.segments import VERSION
from config.text import Text

ROWS_A_CHUNK = 100


def _work(context: JobContext) -> Generator[Progress, None, None]:
    with context.sessions() as session:
        old = select(func.count()).select_from(SearchEntry).where(SearchEntry.version != VERSION)
        total = session.scalar(old) or 0
    done, after = 0, 0
    while True:
        with context.sessions.begin() as session:
            reached = rebuild(session, after, count=ROWS_A_CHUNK)
        if reached is None:
            break
        after, done = reached, min(total, done + ROWS_A_CHUNK)
        yield Progress(done, total, said(f"已重建 {done} 条索引", f"{done} entries indexed anew"))
    first = more = True
    while more:
        with context.sessions.begin() as session:
            more = scrub(session, first=first)
        first = False
        yield Progress(done, total, said("正在清除已删除内容的痕迹", "clearing traces of what was removed"))


KEEP_SEARCH = JobKind("keep_search", Text("维护搜索索引", "Keep the search index"), _work, lane=Lane.HEAVY)
