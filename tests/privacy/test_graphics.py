"""Graphics cards: their device files are made while that is possible, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from stylize.privacy import landlock, namespaces


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a driver whose device file is missing, and a tool that writes down how it was called."""
    (tmp_path / "driver").mkdir()
    tool = tmp_path / "nvidia-modprobe"
    tool.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/called\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(namespaces, "NVIDIA_DRIVER", tmp_path / "driver")
    monkeypatch.setattr(namespaces, "NVIDIA_MEMORY", tmp_path / "nvidia-uvm")
    return tmp_path / "called"


def test_a_missing_device_file_is_asked_for(called: Path) -> None:
    namespaces._wake_graphics()
    assert called.read_text().split() == ["-u", "-c", "0"]


def test_one_that_is_there_is_not(called: Path) -> None:
    namespaces.NVIDIA_MEMORY.touch()
    namespaces._wake_graphics()
    assert not called.exists()


def test_without_a_driver_nothing_is_started(called: Path) -> None:
    namespaces.NVIDIA_DRIVER.rmdir()
    namespaces._wake_graphics()
    assert not called.exists()


def test_a_tool_that_fails_or_is_missing_is_no_trouble(called: Path) -> None:
    tool = called.with_name("nvidia-modprobe")
    tool.write_text("#!/bin/sh\nexit 1\n")
    namespaces._wake_graphics()
    tool.unlink()
    namespaces._wake_graphics()
    assert not called.exists()


def test_cards_are_named_and_disks_are_not() -> None:
    def named(name: str) -> bool:
        return any(Path(name).match(pattern) for pattern in landlock.GRAPHICS) or name in landlock.DEVICES

    assert all(
        map(named, ["nvidia0", "nvidiactl", "nvidia-uvm", "nvidia-caps/nvidia-cap1", "dri/renderD128", "kfd", "dxg"])
    )
    assert not any(map(named, ["sda", "vda", "nvme0n1", "mem", "net/tun", "kvm", "uinput", "snd/pcmC0D0p", "fuse"]))
