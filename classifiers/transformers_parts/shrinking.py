"""An ONNX file with weights of eight bits: a quarter of the size, and faster on a processor."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from classifiers.transformers_parts.card import MODEL_FILE

EXTERNAL_FILE = f"{MODEL_FILE}.data"

_CPU_INFO = Path("/proc/cpuinfo")
_QUANTIZED = frozenset(
    {"DynamicQuantizeLinear", "DequantizeLinear", "MatMulInteger", "QLinearMatMul"}
)


def can_shrink() -> bool:
    """Whether the library for it is there."""
    return find_spec("onnx") is not None


def is_shrunk(path: Path) -> bool:
    """Whether its weights have eight bits already."""
    import onnx

    graph: Any = onnx.load(str(path), load_external_data=False).graph
    return any(node.op_type in _QUANTIZED for node in graph.node)


def shrink(source: Path, target: Path, runs_here_alone: bool = True) -> None:
    """Write the model anew with weights of eight bits, each output's with a scale of its own.

    Seven bits where the processor needs that: this one, or any that may run it.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quiet():
        quantize_dynamic(
            str(source),
            str(target),
            per_channel=True,
            reduce_range=not (runs_here_alone and _multiplies_bytes()),
            weight_type=QuantType.QInt8,
        )


def gather_external(path: Path) -> None:
    """Put weights that lie in files beside the model into one: those above 2 GB lie so."""
    import onnx

    model: Any = onnx.load(str(path))
    for other in path.parent.iterdir():
        if other != path and other.is_file():
            other.unlink()
    onnx.save(
        model,
        str(path),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=EXTERNAL_FILE,
    )
    external = path.with_name(EXTERNAL_FILE)
    if external.exists():  # written for its owner alone, and whoever serves may be another user
        shutil.copymode(path, external)


def copy_model(source: Path, target: Path) -> None:
    """Copy ``model.onnx`` and the files beside it that hold its weights."""
    for path in sorted(source.parent.glob(f"{MODEL_FILE}*")):
        if path.is_file():
            shutil.copyfile(path, target.parent / path.name)


def _multiplies_bytes() -> bool:
    """Whether the processor adds up products of bytes without overflow; else seven bits must do."""
    try:
        told = _CPU_INFO.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "vnni" in told or "asimddp" in told


@contextmanager
def _quiet() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
