"""``listener init``: a few questions, a working configuration."""

from pathlib import Path

from listener.cli.shared import BadUse, configured
from listener.config.initial import QUESTIONS, ask, initial_config


def init(path: Path, *, force: bool) -> None:
    """Ask, write the file, check it, and say what to do next."""
    if path.exists() and not force:
        msg = f"{path} is there already; name another with --config, or overwrite it with --force"
        raise BadUse(msg)
    print("A few questions. An empty answer takes what stands in brackets, or skips.")
    try:
        text = initial_config(ask(QUESTIONS, input, print))
    except EOFError:
        msg = "the answers ended too early; nothing was written"
        raise BadUse(msg) from None
    except ValueError as error:
        raise BadUse(str(error)) from None
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"{path} can't be written: {error.strerror}"
        raise BadUse(msg) from None
    print(f"\nWrote {path}.")
    try:
        configured(path, tells=True, polls=None)
    except BadUse as missing:
        print("Before it can run:", *missing.lines, sep="\n  ")
    print("X, Reddit and forums stand in it as comments, with what each asks for.")
    where = "" if path == Path("config.toml") else f" --config {path}"
    print(f"Then: listener check{where}; listener try SOURCE{where} shows what would come;")
    print(f"listener run{where}.")
