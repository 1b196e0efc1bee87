"""The carried nets keep nothing of a photo: what they were shown last would else lie in memory until the next one comes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from stylize.photo import nets
from tests.memory import find_in_memory

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="memory is searched through /proc, which only Linux has"
)

SIDE = 256
SHOWN = """
import sys
import numpy as np
from stylize.photo import nets

def noise(seed):
    return np.random.default_rng(seed).random(({side}, {side}, 3), dtype=np.float32) * 255

kept = noise(1).transpose(2, 0, 1).copy()
picture = noise(2)
{call}
picture.fill(0)
print("seen", flush=True)
sys.stdin.readline()
"""


def noise(seed: int) -> nets.Floats:
    return np.random.default_rng(seed).random((SIDE, SIDE, 3), dtype=np.float32) * 255


def needle(seed: int) -> bytes:
    """A stretch of one row of one colour, as it lies in a net's input."""
    return noise(seed)[SIDE // 2, :16, 1].tobytes()


@pytest.mark.parametrize(
    "call",
    [
        f'nets.run("{nets.SELFIE}", picture, "activation_10")',
        f'nets.run("{nets.NUDITY}", picture, "map")',
        f'nets.run_all("{nets.FACES_SMALL}", picture, ("537", "538", "539", "540"))',
    ],
)
def test_a_net_keeps_nothing_of_what_it_was_shown(call: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SHOWN.format(side=SIDE, call=call)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "seen\n"
        found = find_in_memory(process.pid, [needle(1), needle(2)])
        process.communicate("\n")
    assert found.get(needle(1), 0) > 0, "the search finds what is there"
    assert needle(2) not in found


def test_the_picture_itself_is_left_as_it_was() -> None:
    """Also one that lies in memory as a net wants it, colour by colour."""
    picture = noise(2).transpose(2, 0, 1).copy().transpose(1, 2, 0)
    before = picture.copy()
    nets.run(nets.NUDITY, picture, "map")
    np.testing.assert_array_equal(picture, before)
