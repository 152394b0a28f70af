"""The nightly job notes where the trail ends, and fails when it is not what was written (S-31)."""

from pathlib import Path

import pytest
from sqlalchemy import text

from business.audit.nightly import TrailBroken, verify_trail
from business.jobs.kinds import JobContext, Progress
from tests.business.conftest import Office

pytestmark = pytest.mark.both_databases


def check(office: Office, anchor: Path) -> Progress:
    context = JobContext({}, lambda: False, office.wall_ns, office.sessions)
    return list(verify_trail(office.authority.open, anchor).work(context))[-1]


def test_a_whole_trail_moves_the_anchor(office: Office, tmp_path: Path) -> None:
    anchor = tmp_path / "audit.anchor"
    office.create("olga", "operator")
    office.log_in("olga")
    records = check(office, anchor).done
    assert records == len(office.rows("audit_records")["audit_records"])
    first = anchor.read_text()
    assert first.startswith(f"{records}:")
    office.log_in("olga")
    assert check(office, anchor).done == records + 1
    assert anchor.read_text() != first


FORGED = ("UPDATE audit_records SET \"user\" = 'nobody' WHERE sequence = 1",)
LAST = "WHERE sequence = (SELECT max(sequence) FROM audit_records)"
CUT = (f"DELETE FROM audit_changes {LAST}", f"DELETE FROM audit_records {LAST}")


@pytest.mark.parametrize("statements", [FORGED, CUT])
def test_a_forged_or_shortened_trail_fails_and_leaves_the_anchor(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture, statements: tuple[str, ...]
) -> None:
    anchor = tmp_path / "audit.anchor"
    office.create("olga", "operator")
    for _ in range(2):
        office.log_in("olga")
    check(office, anchor)
    noted = anchor.read_text()
    with office.writer.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    with pytest.raises(TrailBroken, match="breaks, the first at record"):
        check(office, anchor)
    assert anchor.read_text() == noted
    assert "the audit trail is broken at" in caplog.text
