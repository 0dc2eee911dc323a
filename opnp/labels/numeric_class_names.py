"""Classes whose names are numbers: an order as numbers, and another as text, which torchvision sorts by."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_LISTED = 20


@dataclass(frozen=True)
class TextOrder:
    """The order of such classes as text, "10" before "2", where it is another than that of the numbers.

    Attributes:
        names: Every class, in that order.
        table: Where an experiment file says so.
    """

    names: tuple[str, ...]
    table: str

    @property
    def words(self) -> str:
        """What it is called.

        Example:
            >>> TextOrder(("0", "1", "10", "2"), "[classifier]").words
            "sorted as text, as torchvision's ImageFolder does ('10' before '2')"
        """
        first = next(
            n for n, pair in enumerate(zip(self.names, self.names[1:], strict=False)) if _falls(*pair)
        )
        before, after = self.names[first : first + 2]
        return f"sorted as text, as torchvision's ImageFolder does ({before!r} before {after!r})"

    @property
    def remedy(self) -> str:
        """What to write for it.

        Example:
            >>> TextOrder(("0", "1", "10", "2"), "[classifier]").remedy
            'say `classes = ["0", "1", "10", "2"]` in [classifier]'
        """
        shown = json.dumps(self.names[:_LISTED])
        if len(self.names) > _LISTED:
            shown = f"{shown[:-1]}, …, {json.dumps(self.names[-1])}]"
        return f"say `classes = {shown}` in {self.table}"

    @property
    def note(self) -> str:
        """That it may be meant, in a sentence."""
        return f"If the model was trained on them {self.words}, {self.remedy}."

    def places(self, names: Sequence[str]) -> tuple[int, ...]:
        """The logit of each class in that order."""
        place = {name: number for number, name in enumerate(self.names)}
        return tuple(place[name] for name in names)


def text_order(names: Collection[str], logits: int, *, named: bool) -> TextOrder | None:
    """The order of such classes as text; None where it is that of the numbers, or no logit for each.

    Args:
        names: All of them, decimal numbers.
        logits: How many the model has.
        named: Whether the model's classes have names, so that a set's table has to say the order.
    """
    order = tuple(sorted(names))
    if len(order) != logits or not any(map(_falls, order, order[1:])):
        return None
    return TextOrder(order, "the tables of the ID sets" if named else "[classifier]")


def _falls(before: str, after: str) -> bool:
    return int(before) > int(after)
