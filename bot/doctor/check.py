"""What one look of the doctor says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """One line: ``fail`` keeps the product from answering rightly, ``note`` is worth knowing; both name the mend."""

    state: Literal["ok", "note", "fail"]
    part: str
    text: str

    def as_json(self) -> dict[str, str]:
        """Return the fields."""
        return asdict(self)
