"""The store of attached files (B08, B13, B14)."""

import os
from pathlib import Path

import pytest

from actors.said import in_language
from business.attachments.store import ABANDONED_S, MOST_BYTES, Attachments, FileNotKept, kind_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\n\n\n\nWEBP", "image/webp"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/>", None),
        (b"<!doctype html>", None),
        (b"MZ\x90\x00", None),
        (b"PK\x03\x04", None),
        (b"", None),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, kind: str | None) -> None:
    assert kind_of(head) == kind


def test_a_file_is_kept_once_under_its_content(tmp_path: Path) -> None:
    store = Attachments(tmp_path)
    name = store.keep(PNG)
    assert store.keep(PNG) == name
    assert len([one for one in tmp_path.rglob("*") if one.is_file()]) == 1
    kept = store.find(name)
    assert kept is not None
    assert (kept.kind, kept.is_picture, kept.path.read_bytes()) == ("image/png", True, PNG)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64, "a" * 64 + "\n", "/" + "a" * 63]
)
def test_a_name_that_is_none_leads_nowhere(tmp_path: Path, name: str) -> None:
    assert Attachments(tmp_path).find(name) is None


def test_what_is_too_large_or_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    store = Attachments(tmp_path)
    with pytest.raises(FileNotKept) as refused:
        store.keep(PNG + b"\x00" * MOST_BYTES)
    assert "最大 10 MB" in in_language(str(refused.value), "zh")
    with pytest.raises(FileNotKept, match="PDF"):
        store.keep(b"<html><script>alert(1)</script>")
    assert list(tmp_path.rglob("*")) == []


def test_what_no_record_holds_goes_after_a_day_and_what_is_held_stays(tmp_path: Path) -> None:
    store = Attachments(tmp_path)
    held, gone, fresh = (store.keep(PNG + bytes([number])) for number in range(3))
    for name in (held, gone):
        kept = store.find(name)
        assert kept is not None
        os.utime(kept.path, (0, 0))
    assert store.sweep(lambda: {held}) == 1
    assert store.find(gone) is None
    assert store.find(held) is not None
    assert store.find(fresh) is not None
    assert ABANDONED_S >= 3600


def test_what_was_uploaded_again_waits_anew(tmp_path: Path) -> None:
    store = Attachments(tmp_path)
    name = store.keep(PNG)
    kept = store.find(name)
    assert kept is not None
    os.utime(kept.path, (0, 0))
    store.keep(PNG)
    assert store.sweep(lambda: ()) == 0
