"""python -m stylize: the same as the command stylize."""

import sys

from stylize.cli import program

if __name__ == "__main__":
    sys.exit(program())
