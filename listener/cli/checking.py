"""``listener check``: everything that can be told about a configuration before it runs."""

from pathlib import Path

from listener.cli.shared import BadUse, configured
from listener.match import run_examples


def check(path: Path) -> None:
    """Print what is kept but not used, then either the faults (exit 2) or that all is well."""
    config = configured(path)
    for warning in config.warnings:
        print(f"note: {warning}")
    faults = run_examples(config.brands)
    if faults:
        raise BadUse(*(f"{path.name}: {fault}" for fault in faults))
    examples = sum(len(brand.must_match) + len(brand.must_not_match) for brand in config.brands)
    print(
        f"{path}: fine. {len(config.brands)} brands ({examples} examples), "
        f"{len(config.sources)} sources, {len(config.judges)} classifiers, "
        f"{len(config.channels)} channels, {len(config.rules)} rules."
    )
