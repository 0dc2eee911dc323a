"""Classes named by numbers: numeric order against text order, by which torchvision sorts."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_LISTED = 20


@dataclass(frozen=True)
class TextOrder:
    """Text order of such classes, "10" before "2", where it differs from that of the numbers.

    Attributes:
        names: Every class, in that order.
        table: Where an experiment file says so.
    """

    names: tuple[str, ...]
    table: str

    @property
    def words(self) -> str:
        """Name of the order.

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
        """Change to the experiment file that selects the order.

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
        """Sentence that this order may be the intended one."""
        return f"If the model was trained on them {self.words}, {self.remedy}."

    def places(self, names: Sequence[str]) -> tuple[int, ...]:
        """Return the logit of each class in that order."""
        place = {name: number for number, name in enumerate(self.names)}
        return tuple(place[name] for name in names)


def text_order(names: Collection[str], logits: int, *, named: bool) -> TextOrder | None:
    """Return the text order of such classes; None if it is that of the numbers, or some lack a logit.

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
