"""``listener check``: everything that can be told about a configuration before it runs."""

from pathlib import Path

from listener.cli.shared import BadUse, configured
from listener.config import Config
from listener.match.examples import run_examples


def check(path: Path) -> None:
    """Print what is kept but not used, then either the faults (exit 2) or that all is well."""
    config = configured(path, tells=True, polls=None)
    for warning in config.warnings:
        print(f"note: {warning}")
    faults = [*run_examples(config.brands), *_database_faults(config)]
    if faults:
        raise BadUse(*(f"{path.name}: {fault}" for fault in faults))
    examples = sum(len(brand.must_match) + len(brand.must_not_match) for brand in config.brands)
    counts = (
        (len(config.brands), "brand"),
        (examples, "example"),
        (len(config.sources), "source"),
        (len(config.judges), "classifier"),
        (len(config.channels), "channel"),
        (len(config.rules), "rule"),
    )
    told = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for count, noun in counts)
    print(f"{path}: fine. {told}.")


def _database_faults(config: Config) -> list[str]:
    folder = Path(config.database.removeprefix("sqlite:")).parent
    if folder.is_dir():
        return []
    return [f"[listener] database: there is no folder {folder}; make it, or name another"]
