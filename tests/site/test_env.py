"""The environment: what each variable becomes, and the one sentence for each that cannot be used."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest

from hubbub.site import env, folder
from hubbub.site.database_url import Database
from hubbub.site.env import BadSetting, Environment

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
HUBBUB = Path(sys.executable).parent / "hubbub"


def read(tmp_path: Path, given: Mapping[str, str] | None = None) -> Environment:
    return env.read({"HUBBUB_DATA": str(tmp_path / "data"), **(given or {})})


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    found = read(tmp_path)

    assert found.database == Database.sqlite(str(tmp_path / "data" / "hubbub.sqlite3"))
    assert (found.redis_url, found.url, found.email, found.rates) == (None, None, None, None)
    assert (found.language, found.time_zone, found.proxies) == ("en", "UTC", ("127.0.0.1",))


def test_an_empty_variable_is_one_that_is_not_set(tmp_path: Path) -> None:
    assert read(tmp_path, dict.fromkeys(set(env.NAMES) - {"HUBBUB_DATA"}, " ")) == read(tmp_path)


def test_the_data_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    found = read(tmp_path)

    assert stat.S_IMODE(found.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((found.data / "secret_key").stat().st_mode) == 0o600


def test_without_a_checkout_the_data_folder_is_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder.chosen(None) == folder.CHECKOUT / "data"

    monkeypatch.setattr(folder, "CHECKOUT", tmp_path / "nowhere")
    monkeypatch.chdir(tmp_path)

    assert folder.chosen(None) == tmp_path / "data"


def test_the_secret_key_stays_the_same(tmp_path: Path) -> None:
    first = read(tmp_path).secret_key

    assert len(first) >= 50
    assert read(tmp_path).secret_key == first


def test_processes_that_start_together_make_one_secret_key(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    with ThreadPool(16) as pool:
        keys = set(pool.map(lambda _: folder.secret_key(tmp_path / "data"), range(64)))

    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_a_secret_key_given_is_not_written(tmp_path: Path) -> None:
    assert read(tmp_path, {"HUBBUB_SECRET_KEY": "x" * 50}).secret_key == "x" * 50
    assert not (tmp_path / "data" / "secret_key").exists()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///here.sqlite3", Database.sqlite("here.sqlite3")),
        ("sqlite:////srv/a%20b.sqlite3", Database.sqlite("/srv/a b.sqlite3")),
        ("postgres://h/db", Database("postgresql", "db", host="h")),
        ("postgresql://ann:pw@h:5433/db", Database("postgresql", "db", "ann", "pw", "h", "5433")),
        ("postgresql://ann:p%40%2F%3F%25@h/db", Database("postgresql", "db", "ann", "p@/?%", "h")),
        ("postgresql://ann:p@/#:[w@h/db", Database("postgresql", "db", "ann", "p@/#:[w", "h")),
        ("postgresql://ann@[::1]:5432/db", Database("postgresql", "db", "ann", "", "::1", "5432")),
        ("postgresql:///db?host=/run/pg", Database("postgresql", "db", host="/run/pg")),
        ("postgresql://%2Frun%2Fpg/db", Database("postgresql", "db", host="/run/pg")),
        ("postgresql://ann@/db?host=/run/pg&port=6", Database("postgresql", "db", "ann", "", "/run/pg", "6")),
        (
            "postgresql://h/db?sslmode=require&connect_timeout=3",
            Database("postgresql", "db", host="h", options={"sslmode": "require", "connect_timeout": "3"}),
        ),
        (
            "postgresql://h/db?prepare_threshold=0",
            Database("postgresql", "db", host="h", prepare_threshold=0),
        ),
        (
            "postgresql://h/db?prepare_threshold=none",
            Database("postgresql", "db", host="h", prepare_threshold=None),
        ),
    ],
)
def test_a_database_address_is_taken_apart(tmp_path: Path, url: str, expected: Database) -> None:
    assert read(tmp_path, {"DATABASE_URL": url}).database == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://ann:s3cret@h/db"),
        ("DATABASE_URL", "/srv/s3cret.sqlite3"),
        ("DATABASE_URL", "sqlite://s3cret"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///db?s3cret=1"),
        ("DATABASE_URL", "postgresql://ann:s3cret@h"),
        ("DATABASE_URL", "postgresql://ann:s3cret@h:port/db"),
        ("DATABASE_URL", "postgresql://ann:s3cret@h/db?prepare_threshold=often"),
        ("REDIS_URL", "http://:s3cret@h"),
        ("REDIS_URL", "redis://:s3cret@h:port"),
        ("HUBBUB_URL", "chat.example.org"),
        ("HUBBUB_URL", "ftp://chat.example.org"),
        ("HUBBUB_URL", "https://chat.example.org/chat"),
        ("HUBBUB_URL", "https://ann:s3cret@chat.example.org"),
        ("HUBBUB_URL", "https://chat.example.org:port"),
        ("HUBBUB_RATES", "none"),
        ("HUBBUB_EMAIL_URL", "mail://ann:s3cret@h"),
        ("HUBBUB_EMAIL_URL", "smtp://ann:s3cret@h:port"),
        ("HUBBUB_EMAIL_URL", "smtp://"),
        ("HUBBUB_LANGUAGE", "tlh"),
        ("HUBBUB_TIME_ZONE", "Mars/Olympus"),
        ("HUBBUB_PROXIES", "proxy.example.org"),
        ("HUBBUB_LIMITS", "drain_ms=soon"),
        ("HUBBUB_LIMITS", "drain_ms=-1"),
        ("HUBBUB_LIMITS", "launch_ms=1"),
        ("HUBBUB_LOG_LEVEL", "loud"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_that_tells_no_secret(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(BadSetting) as refused:
        read(tmp_path, {name: value})

    said = str(refused.value)
    assert said.startswith(name)
    assert re.fullmatch(r"[^\n]+\.", said)
    assert "s3cret" not in said
    assert not (tmp_path / "data").exists(), "a wrong setting left a folder behind"


def test_passwords_are_not_shown_where_settings_are_printed(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://ann:s3cret@h/db", "HUBBUB_EMAIL_URL": "smtp://ann:s3cret@h"}

    found = read(tmp_path, given)

    assert found.database.password == "s3cret"
    assert "s3cret" not in repr(found.database) + repr(found.email)


def test_mail_addresses_say_host_port_and_encryption(tmp_path: Path) -> None:
    def mail(url: str) -> tuple[str, int, str, str, bool, bool]:
        found = read(tmp_path, {"HUBBUB_EMAIL_URL": url}).email
        assert found is not None
        return found.host, found.port, found.user, found.password, found.tls, found.starttls

    assert mail("smtp://ann%40x:p%2Fw@mail") == ("mail", 587, "ann@x", "p/w", False, True)
    assert mail("smtps://mail") == ("mail", 465, "", "", True, False)
    assert mail("smtp://localhost:25?starttls=off") == ("localhost", 25, "", "", False, False)


def test_the_public_address_gives_host_and_encryption(tmp_path: Path) -> None:
    found = read(tmp_path, {"HUBBUB_URL": "https://Chat.Example.org:8443/"})

    assert (found.url, found.host, found.https) == ("https://chat.example.org:8443", "chat.example.org", True)
    assert found.email_from == "Hubbub <hubbub@chat.example.org>"


def test_each_variable_is_documented_and_each_documented_one_is_read() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", DOCUMENT.read_text(), flags=re.MULTILINE)

    assert sorted(documented) == sorted(env.NAMES)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BadSetting, match=r"^The data folder .* cannot be made: Not a directory\."):
        env.read({"HUBBUB_DATA": str(tmp_path / "file" / "data")})


def run_serve(given: Mapping[str, str], *before: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
    return subprocess.run(
        [*before, str(HUBBUB), "serve", "--port", "0"],
        env={**inherited, **given},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.slow
def test_serve_ends_with_2_and_one_sentence(tmp_path: Path) -> None:
    done = run_serve({"HUBBUB_DATA": str(tmp_path / "data"), "DATABASE_URL": "oracle://h/db"})

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("hubbub: DATABASE_URL must begin with ")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o555)
    before = []
    if os.geteuid() == 0:  # root may write anywhere, unless it gives that up
        if shutil.which("setpriv") is None:
            pytest.skip("no setpriv here, and root may write everywhere")
        before = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]

    done = run_serve({"HUBBUB_DATA": str(data)}, *before)

    sentence = f"hubbub: The data folder {data} cannot be written: permission denied. Set HUBBUB_DATA.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)
