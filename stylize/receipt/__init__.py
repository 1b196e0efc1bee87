"""What may be told of a run: written down, as JSON for programs, and in words for people."""

from stylize.receipt.tell import languages, to_json, to_text
from stylize.receipt.write import acted, write_receipt

__all__ = ["acted", "languages", "to_json", "to_text", "write_receipt"]
