"""The ``wutong`` command."""

import subprocess
import sys

import pytest

from wutong import __version__
from wutong.cli import COMMANDS, STAYS_DOWN, main


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    told = capsys.readouterr().out
    assert left.value.code == 0
    assert all(f"  {name} " in told for name, (_, text) in COMMANDS.items() if text)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"wutong {__version__}\n"


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["destroy"])
    assert left.value.code == 2
    assert "destroy" in capsys.readouterr().err


def test_a_command_that_is_not_built_in_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "lake", ("wutong.no_such_part:main", "nothing"))
    with pytest.raises(SystemExit) as left:
        main(["lake"])
    assert left.value.code == STAYS_DOWN
    assert "not part of this build" in capsys.readouterr().err


def test_help_does_not_wait_for_django() -> None:
    code = (
        "import sys\ntry:\n import wutong.cli\n wutong.cli.main(['--help'])\nfinally:\n print('django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "False"


HEAVY = {"duckdb", "ibis", "pandas", "pyarrow", "pypinyin", "requests", "rich", "tldextract"}


def test_background_jobs_and_the_stream_do_without_heavy_libraries() -> None:
    """What only lends its tables or colours lines would take a third of these processes' memory."""
    code = f"""
import sys, django
django.setup()
from procrastinate.contrib.django import procrastinate_app
procrastinate_app.current_app.perform_import_paths()
import wutong.platform.logs, wutong.platform.outgoing, wutong.sandbox.visitors, wutong.stream.processor
from wutong.people.mail_domains import organisation_domain
from wutong.platform.chinese import sort_key
assert (sort_key("重庆"), organisation_domain("mei@sh.example.com.cn")) == ("chong qing", "example.com.cn")
print(sorted({HEAVY} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
