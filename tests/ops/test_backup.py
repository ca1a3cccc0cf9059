"""`hubbub backup` and `hubbub restore`: everything comes back, on either database, or nothing is changed."""

import json
import os
import sqlite3
import stat
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest
from django.db import connection

from hubbub.ops import archive, backup
from hubbub.ops.complaints import CannotDo
from tests.ops.story import say, tell_story
from tests.support.fixtures import Servers
from tests.support.http_client import refused
from tests.support.hubbub_process import HUBBUB, Place, run_hubbub
from tests.support.people import PASSWORD

LEAST = 40


def restored(folder: Path, file: Path, database_url: str | None = None) -> Place:
    place = place_in(folder, database_url)
    said = run_hubbub(place, "restore", str(file))
    assert "consistent" in said
    return place


def place_in(folder: Path, database_url: str | None = None) -> Place:
    folder.mkdir()
    return Place(folder, database_url=database_url)


def taken(place: Place, path: Path) -> Path:
    run_hubbub(place, "backup", str(path))
    return path


def refusal(place: Place, *arguments: str) -> str:
    """The one sentence of a command that must fail with 2."""
    done = subprocess.run(
        [str(HUBBUB), *arguments],
        env=place.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def told(path: Path) -> dict[str, list[str]]:
    """The lines of each part in an order that no database has a say in; the epoch is meant to differ."""
    with zipfile.ZipFile(path) as file:
        parts = {name: sorted(file.read(name).decode().splitlines()) for name in file.namelist()}
    return {
        name: lines
        for name, lines in parts.items()
        if name not in (archive.MANIFEST, "tables/hubbub_events.logstate.jsonl")
    }


def epoch_of(path: Path) -> str:
    with zipfile.ZipFile(path) as file:
        return str(json.loads(file.read(archive.MANIFEST))["epoch"])


@pytest.fixture
def story(db: None, tmp_path: Path) -> Path:
    """A backup of a store in which everything happened."""
    tell_story()
    path = tmp_path / "story.hubbub"
    backup.take(path)
    return path


@pytest.mark.processes
def test_everything_comes_back_in_another_life_of_the_log(story: Path, tmp_path: Path) -> None:
    place = restored(tmp_path / "new", story)

    again = taken(place, tmp_path / "again.hubbub")

    assert any(len(lines) > 5 for lines in told(story).values())
    assert told(again) == told(story)
    assert epoch_of(again) != epoch_of(story)


@pytest.mark.processes
def test_a_restored_store_goes_on_where_it_was(story: Path, tmp_path: Path) -> None:
    place = restored(tmp_path / "new", story)

    run_hubbub(place, "createuser", "cleo", given="a password\n")
    assert "consistent" in run_hubbub(place, "check")
    assert run_hubbub(place, "token", "ben").split()[-1]


def test_from_sqlite_to_postgres_and_back_nothing_changes(
    story: Path, tmp_path: Path, postgres_url: str
) -> None:
    on_postgres = restored(tmp_path / "postgres", story, postgres_url)
    run_hubbub(on_postgres, "seed", "--messages", "30", "--rooms", "2")  # new rows after the restored ones
    from_postgres = taken(on_postgres, tmp_path / "from-postgres.hubbub")

    on_sqlite = restored(tmp_path / "sqlite", from_postgres)
    from_sqlite = taken(on_sqlite, tmp_path / "from-sqlite.hubbub")

    assert told(from_sqlite) == told(from_postgres)
    before, after = told(story), told(from_postgres)
    messages = "tables/hubbub_messages.message.jsonl"
    assert set(before[messages]) < set(after[messages])
    assert refusal(on_postgres, "restore", str(story)).endswith("nothing was changed.\n")


@pytest.mark.processes
def test_what_was_acknowledged_before_a_backup_is_in_it_though_others_write(
    transactional_db: None, tmp_path: Path
) -> None:
    ada, ben, room = tell_story()
    stop, enough = threading.Event(), threading.Event()
    acknowledged: list[str] = []

    def write(number: int) -> None:
        while not stop.is_set():
            acknowledged.append(say((ada, ben)[number % 2], room, "again and again"))
            if len(acknowledged) >= LEAST:
                enough.set()
        connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    try:
        assert enough.wait(30)
        before = list(acknowledged)
        backup.take(tmp_path / "busy.hubbub")
        after = len(acknowledged)
    finally:
        stop.set()
        for writer in writers:
            writer.join()

    assert after > len(before), "nobody wrote meanwhile, so nothing was tried"
    place = restored(tmp_path / "new", tmp_path / "busy.hubbub")
    with sqlite3.connect(next(place.data.glob("*.sqlite3"))) as store:
        kept = {f"m{pk}" for (pk,) in store.execute("SELECT id FROM hubbub_message")}
    store.close()
    assert set(before) <= kept


def test_only_its_owner_may_read_it_and_nothing_else_is_left(story: Path) -> None:
    assert stat.S_IMODE(story.stat().st_mode) == 0o600
    assert [path.name for path in story.parent.iterdir() if path.is_file()] == [story.name]


def test_nothing_is_overwritten(story: Path) -> None:
    before = story.read_bytes()

    with pytest.raises(CannotDo, match="exists already"):
        backup.take(story)

    assert story.read_bytes() == before


def test_a_place_that_cannot_be_written_is_one_sentence(story: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="cannot be written"):
        backup.take(tmp_path / "nowhere" / "backup.hubbub")


def test_a_backup_that_fails_leaves_no_half_of_a_file(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.Writing, "finish", full)

    with pytest.raises(CannotDo, match="No space left"):
        backup.take(tmp_path / "backup.hubbub")

    assert list(tmp_path.iterdir()) == []


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def one_bit(raw: bytes) -> bytes:
    middle = raw.index(b"hubbub_messages.message.jsonl") + 60
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


def foreign(raw: bytes) -> bytes:
    return b"GIF89a" + bytes(200)


def empty(raw: bytes) -> bytes:
    return b""


@pytest.mark.processes
@pytest.mark.parametrize("damage", [cut, one_bit, foreign, empty])
def test_a_damaged_file_changes_nothing(story: Path, tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    bad = tmp_path / "bad.hubbub"
    bad.write_bytes(damage(story.read_bytes()))
    place = place_in(tmp_path / "new")

    assert "damaged" in refusal(place, "restore", str(bad))

    assert list(place.data.glob("*.sqlite3")) == []


def changed(story: Path, path: Path, **facts: object) -> Path:
    """The same backup with another manifest."""
    with zipfile.ZipFile(story) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            new.writestr(name, json.dumps(json.loads(raw) | facts) if name == archive.MANIFEST else raw)
    return path


@pytest.mark.processes
@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"version": 2}, "newer version"),
        ({"format": "other"}, "not a Hubbub backup"),
        ({"migrations": [["hubbub_rooms", "0999_later"]]}, "newer version"),
        ({"parts": [{"name": "x", "model": "a.b", "columns": [], "rows": 0, "sha256": ""}]}, "missing"),
    ],
)
def test_what_this_version_does_not_know_changes_nothing(
    story: Path, tmp_path: Path, facts: dict[str, object], reason: str
) -> None:
    other = changed(story, tmp_path / "other.hubbub", **facts)
    place = place_in(tmp_path / "new")

    assert reason in refusal(place, "restore", str(other))

    assert list(place.data.glob("*.sqlite3")) == []


@pytest.mark.processes
def test_a_part_that_was_rewritten_is_noticed(story: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged.hubbub"
    with zipfile.ZipFile(story) as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"hello", b"hallo"))

    assert "damaged" in refusal(place_in(tmp_path / "new"), "restore", str(forged))


@pytest.mark.processes
def test_a_place_where_somebody_lives_is_left_alone(story: Path, tmp_path: Path) -> None:
    place = place_in(tmp_path / "new")
    run_hubbub(place, "createuser", "cleo", given="a password\n")

    assert "not empty" in refusal(place, "restore", str(story))

    assert "ben" in refusal(place, "token", "ben")
    assert run_hubbub(place, "token", "cleo")


def test_a_place_that_is_being_served_is_left_alone(story: Path, hubbub_server: Servers) -> None:
    server = hubbub_server(cast=False)

    assert "stop it" in refusal(server.place, "restore", str(story))

    assert server.is_ready()


def test_commands_work_beside_a_server(hubbub_server: Servers, tmp_path: Path) -> None:
    server = hubbub_server()
    room = server.client("ada").make_room("Atelier")["id"]
    server.command("createuser", "eve", given=f"{PASSWORD}\n")
    eve = server.client("eve")

    eve.say(room, "just arrived")
    assert server.token("eve")
    assert "consistent" in server.command("check")
    assert "rows" in server.command("backup", str(tmp_path / "served.hubbub"))
    server.command("deactivate", "eve")

    refused(eve.get("/api/v1/session"), 401, "unauthenticated")
    restored(tmp_path / "new", tmp_path / "served.hubbub")


@pytest.mark.processes
def test_a_place_that_was_only_set_up_counts_as_empty(story: Path, tmp_path: Path) -> None:
    place = place_in(tmp_path / "new")
    run_hubbub(place, "migrate", "--verbosity", "0")
    run_hubbub(place, "restore", str(story))

    assert run_hubbub(place, "token", "ben")


@pytest.mark.processes
def test_an_older_backup_is_brought_up_to_date(story: Path, tmp_path: Path) -> None:
    """Taken before the newest migration of the sign-in library, as by an older version of it."""
    with zipfile.ZipFile(story) as file:
        applied = json.loads(file.read(archive.MANIFEST))["migrations"]
    newest = max(name for app, name in applied if app == "account")
    older = changed(
        story, tmp_path / "older.hubbub", migrations=[one for one in applied if one != ["account", newest]]
    )
    assert len(applied) > 1

    place = restored(tmp_path / "new", older)

    assert told(taken(place, tmp_path / "again.hubbub")) == told(story)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="cannot be read"), archive.reading(tmp_path / os.devnull[1:]):
        pass
