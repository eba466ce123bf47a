"""``python -m evals.documents``: how well it is told which questions a document answers, and the fit anew."""

from __future__ import annotations

import sys
from tempfile import TemporaryDirectory

import numpy as np

from bot import config
from bot.documents.decide import BIAS, THRESHOLD, WEIGHTS
from bot.documents.live import open_build
from bot.errors import KbError
from bot.retrieve import Retriever
from evals.documents.measure import FILES, KINDS, as_shipped, ask_all, crossed, fit, shares
from ingest.documents import index
from ingest.documents.make import Maker
from ingest.documents.read import read_document, scan
from ingest.encode import load_encoder


def main() -> int:
    """Print the figures and return the exit status: 0 done, 1 failed."""
    settings = config.current()
    try:
        with TemporaryDirectory(dir=settings.data_dir) as folder:
            aside = settings.model_copy(update={"data_dir": settings.data_dir.__class__(folder) / "data"})
            aside.data_dir.mkdir()
            (aside.data_dir / "embeddings.sqlite3").symlink_to((settings.data_dir / "embeddings.sqlite3").resolve())
            maker = Maker(aside.data_dir / "documents", load_encoder(settings.embedding), scan, read_document)
            index.add(maker, [str(FILES / name) for name in ("chapters", "runbooks")])
            _report(settings, aside)
    except (KbError, OSError) as error:
        sys.stderr.write(f"evals: {error}\n")
        return 1
    return 0


def _report(settings: config.Config, aside: config.Config) -> None:
    library = open_build(aside)
    assert library is not None
    asked = ask_all(library, Retriever(settings))
    library.close()
    counts = ", ".join(f"{kind} {sum(item.kind == kind for item in asked)}" for kind in KINDS)
    first = np.mean([item.right[0] for item in asked if item.kind == "answered"])
    lines = [f"{len(asked)} questions: {counts}", f"the right part first: {first:.3f}"]
    lines.append(f"{'answered by a document':<26}" + "".join(f"{kind:>10}" for kind in KINDS))
    for name, sure in (("as shipped", as_shipped(asked)), ("cross-validated", crossed(asked))):
        lines.append(f"{name:<26}" + "".join(f"{v:>10.3f}" for v in shares(asked, sure, THRESHOLD).values()))
    weights = fit(asked)
    pairs = zip((*WEIGHTS._fields, "bias"), (*WEIGHTS, BIAS), weights, strict=True)
    lines += [f"{name:<14} shipped {old:>6.2f}  fitted {new:>6.2f}" for name, old, new in pairs]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
