"""Configuration files with given text, and what is read from them."""

from pathlib import Path
from typing import Any

from hydrasnap.config.keys import Config
from hydrasnap.config.loading import load


def written(folder: Path, text: str, name: str = "hydrasnap.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def read(
    folder: Path, text: str, environment: dict[str, str] | None = None, **options: Any
) -> Config:
    return load(written(folder, text), options, environment or {})
