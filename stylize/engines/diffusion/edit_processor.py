"""The processor of Qwen-Image-Edit without films: words and pictures to numbers, by Pillow.

The library's own also wants a reader of films, which nothing here asks for and which would bring a further large library
(torchvision) with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stylize.privacy import lock_down

lock_down()

from transformers import Qwen2Tokenizer, Qwen2VLProcessor  # noqa: E402
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil  # noqa: E402


class PictureProcessor(Qwen2VLProcessor):  # type: ignore[misc]
    """Its parts are what its constructor names; the library finds them there."""

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: str | None = None) -> None:
        super(Qwen2VLProcessor, self).__init__(image_processor, tokenizer, chat_template=chat_template)
        self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
        self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)
        self.video_token_id = tokenizer.convert_tokens_to_ids(self.video_token)


def load_processor(folder: Path) -> Any:
    """From a folder processor as it lies in that of a model. Opens nothing else."""
    place = str(folder)
    return PictureProcessor(
        image_processor=Qwen2VLImageProcessorPil.from_pretrained(place, local_files_only=True),
        tokenizer=Qwen2Tokenizer.from_pretrained(place, local_files_only=True),
    )
