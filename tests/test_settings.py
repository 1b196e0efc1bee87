"""Defaults < file < environment < flags; whatever is not known is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from stylize.errors import DeclarationError
from stylize.settings import Settings, config_folder, read_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text('weights = "models/sd15"\ndevice = "cuda"\ndtype = "float16"\n', encoding="utf-8")
    return path


def test_nothing_set_is_the_defaults(tmp_path: Path) -> None:
    assert read_settings(environment={"XDG_CONFIG_HOME": str(tmp_path)}) == Settings()


def test_each_place_wins_over_the_one_before(file: Path) -> None:
    from_file = read_settings(file=file, environment={})
    assert from_file == Settings(weights=file.parent / "models/sd15", device="cuda", dtype="float16")
    environment = {"STYLIZE_DEVICE": "mps", "STYLIZE_MEMORY": "tiled"}
    assert read_settings(file=file, environment=environment).device == "mps"
    both = read_settings(file=file, environment=environment, flags={"device": "cpu", "memory": None})
    assert (both.device, both.memory, both.dtype) == ("cpu", "tiled", "float16")


def test_the_file_is_found_where_the_user_keeps_settings(file: Path, tmp_path: Path) -> None:
    home = tmp_path / "config" / "stylize"
    home.mkdir(parents=True)
    file.rename(home / "settings.toml")
    assert read_settings(environment={"XDG_CONFIG_HOME": str(tmp_path / "config")}).device == "cuda"


def test_the_environment_may_name_the_file(file: Path) -> None:
    assert read_settings(environment={"STYLIZE_SETTINGS": str(file)}).device == "cuda"


def test_paths_are_relative_to_where_they_were_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert read_settings(environment={}, flags={"weights": "here"}).weights == file.parent / "here"
    assert read_settings(environment={"STYLIZE_WEIGHTS": "~/sd"}).weights == Path.home() / "sd"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('wheights = "x"', "wheights"),
        ('device = "tpu"', "cuda, xpu, mps, cpu"),
        ("device = 3", "device must be text"),
        ("device = ", "not valid TOML"),
    ],
)
def test_a_slip_in_the_file_is_refused(tmp_path: Path, text: str, names: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=names):
        read_settings(file=path, environment={})


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="cannot be read"):
        read_settings(file=tmp_path / "nowhere.toml", environment={})


def test_a_slip_in_the_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="devize"):
        read_settings(environment={"STYLIZE_DEVIZE": "cpu", "XDG_CONFIG_HOME": str(tmp_path)})


def test_every_system_has_its_own_folder() -> None:
    assert config_folder({"XDG_CONFIG_HOME": "/c"}, "linux") == Path("/c/stylize")
    assert config_folder({}, "linux") == Path.home() / ".config/stylize"
    assert config_folder({}, "darwin") == Path.home() / "Library/Application Support/stylize"
    assert config_folder({"APPDATA": "/roaming"}, "win32") == Path("/roaming/stylize")
