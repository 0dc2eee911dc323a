"""All explanatory copy, in one place and in plain words: a module a page."""

from app.text import (
    compare,
    controls,
    deploy,
    experiments,
    explore,
    glossary,
    images,
    landscape,
    learn,
    monitor,
    report,
    sensitivity,
    shell,
    uploads,
)

__all__ = [
    "compare",
    "controls",
    "deploy",
    "experiments",
    "explore",
    "glossary",
    "images",
    "landscape",
    "learn",
    "monitor",
    "report",
    "sensitivity",
    "shell",
    "uploads",
]
