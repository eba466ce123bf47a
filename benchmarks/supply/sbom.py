"""``python -m benchmarks.supply.sbom [FILE]``: the bill of materials of what runs, as CycloneDX 1.6 JSON.

It is made from the locks and the packages' metadata and says the same for the same locks, so it is not committed:
a release makes it. Default is sbom.cdx.json in the working folder.
"""

from __future__ import annotations

import sys
import tomllib
from importlib import metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.supply.licences import DATA, expression, shipped
from benchmarks.supply.lock import RUN, Entry
from bot.config import ROOT
from ingest.pinned import DICTIONARY, WEIGHTS


def bom() -> Bom:
    """Return the bill: this project, the packages of the locks, the model's weights and the dictionary."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    this = _component(project["name"], project["version"], "Apache-2.0", ComponentType.APPLICATION)
    made = Bom(serial_number=uuid5(NAMESPACE_URL, RUN.read_text(encoding="utf-8")))
    made.metadata = BomMetaData(component=this)
    made.metadata.timestamp = None  # type: ignore[assignment]  # the same locks give the same file
    packages = [_package(entry) for entry in shipped()]
    data = [_data(*row, pinned.sha256) for row, pinned in zip(DATA, (WEIGHTS, DICTIONARY), strict=True)]
    for component in (*packages, *data):
        made.components.add(component)
    made.register_dependency(this, [*_named(project["dependencies"], packages), *data])
    for component in packages:
        made.register_dependency(component, _named(_requires(component.name), packages))
    return made


def text() -> str:
    """Return the bill as JSON."""
    return str(JsonV1Dot6(bom()).output_as_string(indent=1))


def _component(name: str, version: str | None, licence: str, kind: ComponentType, **more: object) -> Component:
    licences = [LicenseFactory().make_from_string(licence)] if licence else []
    return Component(name=name, version=version, type=kind, licenses=licences, bom_ref=f"{name}@{version or 1}", **more)  # type: ignore[arg-type]


def _package(entry: Entry) -> Component:
    hashes = [Property(name="pip:sha256", value=digest) for digest in entry.hashes]
    purl = PackageURL("pypi", name=entry.name, version=entry.version)
    component = _component(entry.name, entry.version, expression(entry.name), ComponentType.LIBRARY, purl=purl)
    component.properties.update(hashes)
    return component


def _data(name: str, place: str, licence: str, digest: str) -> Component:
    kind = ComponentType.MACHINE_LEARNING_MODEL if "weights" in place else ComponentType.DATA
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest)]
    return _component(name, None, licence, kind, description=place, hashes=hashes)


def _requires(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


def _named(requirements: list[str], packages: list[Component]) -> list[Component]:
    wanted = [Requirement(line) for line in requirements]
    names = {canonicalize_name(r.name) for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})}
    return [component for component in packages if component.name in names]


def main() -> int:
    """Write the bill."""
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "sbom.cdx.json")
    file.write_text(text() + "\n", encoding="utf-8")
    print(f"{file}: {len(bom().components)} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
