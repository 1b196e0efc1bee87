"""The memory planner: what each mode needs, which one is taken, and what is free."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylize.engines.diffusion import studio
from stylize.engines.diffusion.device import Placement
from stylize.engines.diffusion.engine import DiffusionEngine
from stylize.engines.diffusion.families import families
from stylize.engines.diffusion.memory import choose_mode, next_down
from stylize.engines.diffusion.outlook import SENTENCES, tell_memory
from stylize.engines.diffusion.planner import MemoryMode, Need, choose, fits, held, modes_for, needed, parse_ways, ways
from stylize.engines.diffusion.room import Room, free_ram
from stylize.engines.diffusion.room import look_around as really_look_around
from stylize.errors import DeclarationError, UnknownChoice
from stylize.geometry import Size
from stylize.models import Subject
from stylize.weights import Family
from tests.diffusion import tiny
from tests.diffusion.painting import paint

GIB = 1 << 30
PARAMETERS = {
    Family.SD15: {"unet": 859_520_964, "vae": 83_653_863, "text_encoder": 123_060_480},
    Family.SDXL: {
        "unet": 2_567_463_684,
        "vae": 83_653_863,
        "text_encoder": 123_060_480,
        "text_encoder_2": 694_659_840,
    },
    Family.FLUX2_KLEIN: {"transformer": 3_875_544_576, "vae": 84_046_115, "text_encoder": 4_022_468_096},
    Family.QWEN_IMAGE_EDIT: {"transformer": 20_430_401_088, "vae": 126_892_531, "text_encoder": 8_292_166_656},
}
"""Of the published models."""

PLACEMENTS = [
    Placement(device="cuda", dtype="float16"),
    Placement(device="xpu", dtype="bfloat16"),
    Placement(device="cuda", dtype="float32"),
    Placement(device="mps", dtype="float16"),
    Placement(device="cpu", dtype="float32"),
    Placement(device="cpu", dtype="bfloat16"),
]

placements = st.sampled_from(PLACEMENTS)
kinds = st.sampled_from(list(Family))
sizes = st.none() | st.integers(0, 200 * GIB)


def needs_of(placement: Placement, family: Family, pixels: int | None = None) -> dict[MemoryMode, Need]:
    return {
        mode: needed(mode, placement, families()[family], PARAMETERS[family], pixels=pixels)
        for mode in modes_for(placement.device)
    }


@given(placements, kinds, sizes, sizes)
def test_what_is_taken_fits_if_anything_does(
    placement: Placement, family: Family, device: int | None, ram: int | None
) -> None:
    needs, room = needs_of(placement, family), Room(device=device, ram=ram)
    chosen = choose(needs, room)
    fitting = [mode for mode in needs if fits(needs[mode], room)]
    assert chosen.fits == bool(fitting)
    assert chosen.mode == (fitting[0] if fitting else list(needs)[-1])
    if fitting:
        need = needs[chosen.mode]
        assert device is None or need.device <= device
        assert ram is None or need.ram <= ram


@given(placements, kinds, st.integers(0, 200 * GIB), st.integers(0, 200 * GIB), st.integers(0, 99 * GIB), st.integers(0, 99 * GIB))  # fmt: skip
def test_more_memory_is_never_used_worse(
    placement: Placement, family: Family, device: int, ram: int, more: int, more_ram: int
) -> None:
    needs = needs_of(placement, family)
    order = list(needs)
    less = choose(needs, Room(device=device, ram=ram))
    plenty = choose(needs, Room(device=device + more, ram=ram + more_ram))
    assert order.index(plenty.mode) <= order.index(less.mode)


@given(placements, kinds, st.integers(1, 4096 * 4096), st.integers(1, 4096 * 4096))
def test_a_larger_picture_needs_more(placement: Placement, family: Family, one: int, other: int) -> None:
    small, large = (needs_of(placement, family, pixels) for pixels in sorted((one, other)))
    for mode in small:
        assert small[mode].device <= large[mode].device
        assert small[mode].ram <= large[mode].ram


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("placement", PLACEMENTS, ids=str)
def test_each_exact_mode_holds_less_than_the_one_before(placement: Placement, family: Family) -> None:
    """Where a family has nets of very different size; and eight bits hold half of sixteen."""
    exact = [mode for mode in modes_for(placement.device) if ways()[mode].exact]
    sizes = [held(mode, placement, PARAMETERS[family]) for mode in exact]
    assert sizes == sorted(sizes, reverse=True)
    if placement.device != "mps" and placement.dtype != "float32":
        vae = 2 * PARAMETERS[family]["vae"]
        whole, eight = (held(mode, placement, PARAMETERS[family]) - vae for mode in (MemoryMode.FULL, MemoryMode.EIGHT))
        assert whole == 2 * eight


@pytest.mark.parametrize(
    ("family", "device", "ram", "mode"),
    [
        (Family.SD15, 24, 16, "full"),
        (Family.SD15, 4, 16, "full"),
        (Family.SD15, 3, 16, "tiled"),
        (Family.SD15, 2.6, 16, "offload"),
        (Family.SD15, 1.5, 16, "group"),
        (Family.SD15, 1.25, 16, "group"),
        (Family.SDXL, 24, 16, "full"),
        (Family.SDXL, 10, 16, "tiled"),
        (Family.SDXL, 8, 16, "offload"),
        (Family.SDXL, 4, 16, "group"),
        (Family.FLUX2_KLEIN, 24, 32, "full"),
        (Family.FLUX2_KLEIN, 12, 32, "offload"),
        (Family.FLUX2_KLEIN, 8, 32, "group"),
        (Family.FLUX2_KLEIN, 12, 12, "eight"),
        (Family.FLUX2_KLEIN, 8, 13, "eight-offload"),
        (Family.QWEN_IMAGE_EDIT, 80, 128, "full"),
        (Family.QWEN_IMAGE_EDIT, 48, 128, "offload"),
        (Family.QWEN_IMAGE_EDIT, 24, 128, "group"),
        (Family.QWEN_IMAGE_EDIT, 48, 48, "eight"),
    ],
)
def test_on_cards_that_people_have(family: Family, device: float, ram: float, mode: str) -> None:
    placement = Placement(device="cuda", dtype=families()[family].half_dtype)
    room = Room(device=int(device * GIB), ram=int(ram * GIB))
    chosen = choose_mode(placement, families()[family], PARAMETERS[family], room, environment={})
    assert chosen.mode == mode
    assert chosen.fits


@pytest.mark.parametrize(("ram", "mode"), [(16, "full"), (5.0, "tiled"), (4.5, "half"), (0.5, "eight")])
def test_without_a_card(ram: float, mode: str) -> None:
    placement = Placement(device="cpu", dtype="float32")
    room = Room(device=None, ram=int(ram * GIB))
    chosen = choose_mode(placement, families()[Family.SD15], PARAMETERS[Family.SD15], room, environment={})
    assert chosen.mode == mode
    assert chosen.fits == (ram > 1)


def test_a_wish_is_granted_unweighed_or_refused() -> None:
    placement, facts, parameters = (
        Placement(device="cpu", dtype="float32"),
        families()[Family.SD15],
        PARAMETERS[Family.SD15],
    )
    none = Room(device=None, ram=0)
    wished = choose_mode(placement, facts, parameters, none, environment={"STYLIZE_MEMORY": "tiled"})
    assert (wished.mode, wished.wished) == ("tiled", True)
    with pytest.raises(UnknownChoice, match="full, tiled, half, eight"):
        choose_mode(placement, facts, parameters, none, wish="sequential", environment={})


def test_the_ladder_of_a_device_ends() -> None:
    for placement in PLACEMENTS:
        modes = modes_for(placement.device)
        steps = [modes[0]]
        while (below := next_down(steps[-1], placement.device)) is not None:
            steps.append(below)
        assert tuple(steps) == modes
    assert modes_for("mps") == (MemoryMode.FULL, MemoryMode.TILED)


def test_the_table_is_read_strictly() -> None:
    text = resources.files("stylize.engines.diffusion").joinpath("memory.toml").read_text(encoding="utf-8")
    assert parse_ways(text) == ways()
    for wrong in (
        text.replace("[half]", "[third]"),
        text.replace("exact = true", "", 1),
        text.replace("exact = true", 'exact = true\ncolour = "red"', 1),
        text.replace('holds = "net"', 'holds = "nothing"', 1),
    ):
        with pytest.raises(DeclarationError):
            parse_ways(wrong)


# ---------------------------------------------------------------- what is free


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


PROC = {"proc/meminfo": "MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n"}


def test_the_machine_without_limits(tmp_path: Path) -> None:
    lay_out(tmp_path, PROC | {"proc/self/cgroup": "0::/user.slice\n", "cg/user.slice/memory.max": "max\n"})
    assert free_ram(tmp_path / "proc", tmp_path / "cg") == 4 * GIB


def test_the_narrowest_group_counts_without_its_caches(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        PROC
        | {
            "proc/self/cgroup": "0::/a/b\n",
            "cg/a/memory.max": str(2 * GIB),
            "cg/a/memory.current": str(GIB),
            "cg/a/memory.stat": f"anon 5\ninactive_file {GIB // 4}\nactive_file {GIB // 4}\n",
            "cg/a/b/memory.max": "max",
            "cg/a/b/memory.current": "1",
        },
    )
    assert free_ram(tmp_path / "proc", tmp_path / "cg") == 2 * GIB - GIB // 2


@pytest.mark.parametrize("told", ["0::/", "0::/../..", "0::/elsewhere/docker/123"])
def test_a_container_sees_its_own_group_as_the_root(tmp_path: Path, told: str) -> None:
    lay_out(
        tmp_path,
        PROC | {"proc/self/cgroup": told + "\n", "cg/memory.max": str(GIB), "cg/memory.current": str(3 * GIB)},
    )
    assert free_ram(tmp_path / "proc", tmp_path / "cg") == 0


def test_the_older_groups(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        PROC
        | {
            "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/x\n",
            "cg/memory/x/memory.limit_in_bytes": str(GIB),
            "cg/memory/x/memory.usage_in_bytes": str(GIB // 2),
        },
    )
    assert free_ram(tmp_path / "proc", tmp_path / "cg") == GIB // 2


def test_a_system_without_such_files(tmp_path: Path) -> None:
    assert (free_ram(tmp_path, tmp_path) or 0) > 1 << 20


def test_this_machine_has_some() -> None:
    here = really_look_around("cpu")
    assert here.device is None
    assert (here.ram or 0) > 1 << 20


# ---------------------------------------------------------------- told


def test_every_mode_has_its_sentence_and_says_why() -> None:
    placement = Placement(device="cuda", dtype="float16")
    facts, parameters = families()[Family.SDXL], PARAMETERS[Family.SDXL]
    for mode in MemoryMode:
        assert SENTENCES[mode].endswith(".")
    tight = choose_mode(placement, facts, parameters, Room(device=8 * GIB, ram=16 * GIB), environment={})
    told = tell_memory(tight, "cuda")
    assert (told.mode, told.exact, told.free_bytes) == ("offload", True, 8 * GIB)
    assert told.needed_bytes <= 8 * GIB < told.whole_bytes
    assert "8.6 GB were free" in told.why
    hopeless = choose_mode(placement, facts, parameters, Room(device=GIB, ram=GIB), environment={})
    assert "choose a smaller picture" in tell_memory(hopeless, "cuda").why
    easy = tell_memory(
        choose_mode(placement, facts, parameters, Room(device=80 * GIB, ram=None), environment={}), "cuda"
    )
    assert easy.why == SENTENCES[MemoryMode.FULL]


def test_an_engine_says_how_it_uses_memory_once_it_is_loaded(tiny_folder: Callable[[str], Path]) -> None:
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu", memory="tiled")
    assert engine.capabilities().memory is None
    engine.load()
    told = engine.capabilities().memory
    assert told is not None
    assert (told.mode, told.device, told.why) == ("tiled", "cpu", SENTENCES[MemoryMode.TILED])


def test_a_picture_too_large_for_what_is_left_goes_down_before_it_runs_out(
    tiny_folder: Callable[[str], Path], drawn_subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Little is left: enough for tiles of this size, not for the whole. The photo is not tried in vain."""
    engine = DiffusionEngine(tiny_folder("sd15"), device="cpu")
    engine.load()
    assert engine._loaded is not None
    plan = tiny.make_plan(size=Size(width=256, height=256))
    pixels, parameters = 256 * 256, dict(engine._loaded.weights.parameters)
    full, tiled = (
        needed(mode, engine._loaded.placement, engine._loaded.facts, parameters, pixels=pixels, loading=False).ram
        for mode in (MemoryMode.FULL, MemoryMode.TILED)
    )
    have = held(MemoryMode.FULL, engine._loaded.placement, parameters)
    monkeypatch.setattr(studio, "look_around", lambda device: Room(device=None, ram=(full + tiled) // 2 - have))
    paint(engine, drawn_subject, plan)
    assert engine._loaded.mode is MemoryMode.TILED
