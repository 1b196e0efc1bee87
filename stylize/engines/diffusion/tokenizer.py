"""The CLIP tokenizer, made from its merge list, for checkpoints that come as one file and so without a tokenizer.

The merges are the first 48,894 of OpenAI's `bpe_simple_vocab_16e6`, the ones CLIP uses (see NOTICE). The vocabulary
follows from them (Radford et al. 2021, and GPT-2's byte alphabet): 256 byte signs, the same with an end-of-word mark,
one entry a merge, and the two end signs: 49,408 in all.
"""

from __future__ import annotations

import gzip
from importlib import resources
from typing import Any

END_OF_WORD = "</w>"
START, END = "<|startoftext|>", "<|endoftext|>"
CONTEXT_TOKENS = 77


def read_merges() -> list[tuple[str, str]]:
    """The merge list in its order of preference: 48,894 pairs."""
    packed = resources.files(__package__).joinpath("clip_merges.txt.gz").read_bytes()
    pairs = (line.split(" ") for line in gzip.decompress(packed).decode("utf-8").splitlines())
    return [(left, right) for left, right in pairs]


def byte_alphabet() -> list[str]:
    """A printable sign for each of the 256 bytes: printable Latin-1 stands for itself and comes first, the rest are
    shifted above U+0100, in ascending order.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    return [chr(code) for code in printable] + [chr(0x100 + n) for n in range(256 - len(printable))]


def vocabulary(merges: list[tuple[str, str]]) -> dict[str, int]:
    """Token to id, as CLIP numbers them."""
    alphabet = byte_alphabet()
    tokens = [*alphabet, *(sign + END_OF_WORD for sign in alphabet), *(a + b for a, b in merges), START, END]
    return {token: number for number, token in enumerate(tokens)}


def build_tokenizer(*, pad_token: str = END) -> Any:
    """A `transformers.CLIPTokenizer` that reads nothing but our merge list. SDXL's second one pads with "!"."""
    from transformers import CLIPTokenizer

    merges = read_merges()
    return CLIPTokenizer(vocab=vocabulary(merges), merges=merges, pad_token=pad_token, model_max_length=CONTEXT_TOKENS)
