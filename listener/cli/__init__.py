"""The command line: what other programs and people rely on. One file per command."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads spin, for tables of some hundred

from listener.cli.app import main

__all__ = ["main"]
