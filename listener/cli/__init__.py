"""The command line: what other programs and people rely on. One file per command."""

from listener.cli.app import main

__all__ = ["main"]
