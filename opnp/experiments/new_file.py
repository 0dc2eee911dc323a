"""Write an experiment file (TOML) with comments for who mends it later."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WIDEST = 100
_HEAD = """\
# An experiment of OPNP: a classifier, its ID images and OOD sets. docs/experiments.md explains every key.
# Paths start from the folder of this file, else from the data folder (OPNP_DATA).
"""


@dataclass(frozen=True)
class TableDraft:
    """A table of an experiment file that is to be written.

    Attributes:
        table: Its keys and values: text, numbers, lists of text.
        comment: Lines above it, without "#"; they are the program's, never a person's words.
        after: Lines below it, as a comment too.
    """

    table: Mapping[str, Any]
    comment: str = ""
    after: str = ""


def experiment_text(
    title: str, classifier: TableDraft, id_sets: Mapping[str, TableDraft], ood: Sequence[TableDraft]
) -> str:
    """Return the text of an experiment file.

    Args:
        title: The experiment's name for people.
        classifier: The table `[classifier]`.
        id_sets: The tables `[id.train]` and `[id.test]` by "train" and "test"; none with features alone.
        ood: The tables `[[ood]]`.

    Returns:
        TOML that `opnp.experiments.toml_file.read_experiment` reads.

    Example:
        >>> birds = TableDraft({"key": "birds"}, "Whatever the model has not seen.")
        >>> features = TableDraft({"source": "features", "path": "a.npz"})
        >>> print(experiment_text("Cats", features, {}, [birds]).partition("[classifier]")[2].strip())
        source = "features"
        path = "a.npz"
        <BLANKLINE>
        # Whatever the model has not seen.
        [[ood]]
        key = "birds"
    """
    parts = [_HEAD, _section("[experiment]", TableDraft({"title": title}))]
    parts.append(_section("[classifier]", classifier))
    parts += [_section(f"[id.{name}]", table) for name, table in id_sets.items()]
    parts += [_section("[[ood]]", table) for table in ood]
    return "\n".join(parts)


def _section(name: str, draft: TableDraft) -> str:
    pairs = "".join(f"{key} = {_value(value)}\n" for key, value in draft.table.items())
    after = f"\n{_commented(draft.after)}" if draft.after else ""
    return f"{_commented(draft.comment)}{name}\n{pairs}{after}"


def _commented(lines: str) -> str:
    return "".join(f"# {line}\n" for line in lines.splitlines())


def _value(value: str | float | Sequence[str]) -> str:
    r"""Return a value as TOML writes it.

    Example:
        >>> _value('a "b"\\c'), _value(0.5), _value(["é", "a"])
        ('"a \\"b\\"\\\\c"', '0.5', '["é", "a"]')
    """
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for DEL, which JSON lets through.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    items = [_value(item) for item in value]
    line = f"[{', '.join(items)}]"
    return line if len(line) <= _WIDEST else "[\n" + "".join(f"  {item},\n" for item in items) + "]"
