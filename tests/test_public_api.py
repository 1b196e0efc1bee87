"""The public names: sorted, documented, lazily loaded, and typed for those who import them."""

from __future__ import annotations

import inspect
import subprocess
import sys
from enum import EnumMeta

import pytest

import stylize


def test_all_is_sorted_and_complete() -> None:
    assert stylize.__all__ == sorted(stylize.__all__)
    assert set(stylize.__all__) == set(stylize._HOME_OF)
    assert set(stylize.__all__) <= set(dir(stylize))


@pytest.mark.parametrize("name", stylize.__all__)
def test_every_name_is_documented(name: str) -> None:
    thing = getattr(stylize, name)
    said = inspect.getdoc(thing) or ""
    if isinstance(thing, type) and issubclass(thing, stylize.StylizeError):
        assert thing.slug, "an error documents itself by slug and sentence"
        return
    assert not said.startswith(f"{name}("), "dataclasses write that line themselves"
    assert len(said) > 20
    if not isinstance(thing, (type, EnumMeta)):
        assert inspect.signature(thing).return_annotation is not inspect.Signature.empty


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'paint_me'"):
        stylize.paint_me  # noqa: B018


def test_importing_everything_loads_neither_torch_nor_gradio() -> None:
    code = (
        "import sys; from stylize import *; print({'torch', 'diffusers', 'gradio', 'transformers'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_the_example_of_the_package_runs(portraits: dict[str, bytes], tmp_path: object) -> None:
    """The code block in the docstring of `stylize`, as it stands there, in a folder with a selfie."""
    assert stylize.__doc__
    block = [line[4:] for line in stylize.__doc__.splitlines() if line.startswith("    ")]
    folder = str(tmp_path)
    with open(f"{folder}/selfie.jpg", "wb") as file:  # noqa: PTH123
        file.write(portraits["biden"])
    subprocess.run([sys.executable, "-c", "\n".join(block)], cwd=folder, check=True)
    with open(f"{folder}/ada.png", "rb") as file:  # noqa: PTH123
        assert file.read(4) == b"\x89PNG"
