"""What ``config.json`` and ``tokenizer_config.json`` say of a model before it is loaded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listener.ports import Reject
from listener.text import shown

CONFIG_FILE = "config.json"
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"
TOKENS_MAX_DEFAULT = 512

_FILE_BYTES_MAX = 20_000_000
_CLASSIFIER = "ForSequenceClassification"
_SEVERAL = "multi_label_classification"


@dataclass(frozen=True, slots=True)
class HubConfig:
    """``outputs`` are the model's labels in the order of its numbers; ``pad`` is None if unsaid."""

    outputs: tuple[str, ...]
    tokens_max: int
    pad_id: int | None


def read_hub_config(folder: Path, name: str) -> HubConfig:
    """What the files of the model called ``name`` say; Reject where it gives no label a text."""
    config = _json(folder / CONFIG_FILE)
    _check_classifies(name, config)
    stated = _json(folder / TOKENIZER_CONFIG_FILE)
    return HubConfig(_outputs(name, config), _tokens_max(config, stated), _pad_id(config))


def _check_classifies(name: str, config: Mapping[str, Any]) -> None:
    classes = [str(one) for one in config.get("architectures") or ()]
    if not any(one.endswith(_CLASSIFIER) for one in classes):
        told = (
            f"is a {shown(classes[0], 80)}" if classes else "doesn't say in config.json what it is"
        )
        raise Reject(f"{name} {told}: take one that is trained …{_CLASSIFIER}")
    if config.get("auto_map"):
        raise Reject(f"{name} needs program code of its own, which is never run here")
    if config.get("problem_type") == _SEVERAL:
        raise Reject(f"{name} gives a text several labels at once; a judge gives one")


def _outputs(name: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    stated = config.get("id2label")
    if not isinstance(stated, dict):  # config.json leaves out what is transformers' default
        stated = {number: f"LABEL_{number}" for number in range(2)}
    try:
        outputs = tuple(str(stated[number]) for number in sorted(stated, key=int))
    except ValueError:
        raise Reject(f"{name}: id2label in config.json has no numbers") from None
    if len(outputs) < 2:
        raise Reject(f"{name} gives one number, not labels: it can't judge")
    if len({*outputs}) < len(outputs):
        raise Reject(f"{name}: id2label in config.json has a label twice")
    return outputs


def _tokens_max(config: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> int:
    """The most tokens it reads.

    Models of RoBERTa's kind count their places from two on, so they have two more than they can
    read: 514 for 512.
    """
    places = config.get("max_position_embeddings")
    stated = tokenizer.get("model_max_length")
    most = [n for n in (places, stated) if isinstance(n, int | float) and 8 <= n <= 1_000_000]
    if isinstance(places, int) and places > 10 and (places - 2).bit_count() == 1:
        most.append(places - 2)
    return int(min(most, default=TOKENS_MAX_DEFAULT))


def _pad_id(config: Mapping[str, Any]) -> int | None:
    stated = config.get("pad_token_id")
    return stated if isinstance(stated, int) and stated >= 0 else None


def _json(path: Path) -> dict[str, Any]:
    """The file's table; an empty one where there is no such file."""
    try:
        if path.stat().st_size > _FILE_BYTES_MAX:
            raise Reject(f"{path} is too large to be what it is called")
        read = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        raise Reject(f"{path} is no JSON") from None
    return read if isinstance(read, dict) else {}
