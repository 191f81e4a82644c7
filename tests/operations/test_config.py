"""Settings from the environment."""

from pathlib import Path

import pytest

from wutong.config import ConfigError, read


def test_without_settings_everything_has_a_safe_value() -> None:
    config = read({})
    assert config.host == "127.0.0.1"
    assert config.database_url is None
    assert config.lake_url == str(config.data_dir / "lake")


def test_the_data_folder_does_not_depend_on_where_we_stand() -> None:
    assert read({"WUTONG_DATA_DIR": "somewhere"}).data_dir == Path.cwd() / "somewhere"


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("WUTONG_DEBUG", "yes", "WUTONG_DEBUG is 'yes'. Write true or false."),
        ("WUTONG_WEB_PORT", "http", "WUTONG_WEB_PORT is 'http'. Write a whole number."),
        ("WUTONG_TRUSTED_PROXIES", "-1", "WUTONG_TRUSTED_PROXIES is '-1'. Write a whole number."),
    ],
)
def test_a_bad_value_is_told_with_what_to_write(name: str, value: str, advice: str) -> None:
    with pytest.raises(ConfigError, match=advice.replace(".", r"\.")):
        read({name: value})


def test_lists_are_separated_by_commas() -> None:
    assert read({"WUTONG_ALLOWED_HOSTS": "a.example, b.example"}).allowed_hosts == ("a.example", "b.example")


def test_the_passphrase_of_backups_is_not_shown() -> None:
    assert "correct-horse" not in repr(read({"WUTONG_BACKUP_PASSPHRASE": "correct-horse"}))
