"""Recipe of a row of the comparison: its changes to the features and to the last layer, and its score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from opnp.config import UNPRUNED, Pruning
from opnp.errors import InvalidSettingError
from opnp.methods import METHODS, RECTIFIERS, SCORES, SPARSIFIERS, Method

DEFAULT_SCORE = "energy"


@dataclass(frozen=True)
class Recipe:
    """A method to tell OOD from ID: features → rectifier → pruned and sparse head → score.

    Attributes:
        score: Key of a score.
        rectifier: Key of a rectifier, or None.
        sparsifier: Key of a sparsifier, or None; it works on the pruned head.
        pruning: What is pruned of the head; a pruned neuron's feature is zero for every score.
        parameters: ("method.parameter", value) where a method is not at its default, in order.

    Raises:
        InvalidSettingError: If a key is unknown, or a value is outside of its range or belongs to no method
            of the recipe.

    Example:
        >>> Recipe("gen", rectifier="react", parameters=(("react.percentile", 95),)).title
        'ReAct (95) + GEN'
        >>> Recipe("gen", parameters=(("gen.gamma", 0.1),)) == Recipe("gen")
        True
    """

    score: str = DEFAULT_SCORE
    rectifier: str | None = None
    sparsifier: str | None = None
    pruning: Pruning = UNPRUNED
    parameters: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        _require("score", self.score, SCORES)
        if self.rectifier is not None:
            _require("rectifier", self.rectifier, RECTIFIERS)
        if self.sparsifier is not None:
            _require("sparsifier", self.sparsifier, SPARSIFIERS)
        object.__setattr__(self, "parameters", _differing(self.methods, self.parameters))

    @property
    def methods(self) -> tuple[Method, ...]:
        """Methods that it is made of, in the order of use."""
        keys = (self.rectifier, self.sparsifier, self.score)
        return tuple(METHODS[key] for key in keys if key is not None)

    def values(self, method: Method) -> dict[str, float]:
        """Return all parameters of one of its methods."""
        changed = dict(self.parameters)
        return {
            parameter.key: changed.get(f"{method.key}.{parameter.key}", parameter.default)
            for parameter in method.parameters
        }

    @property
    def title(self) -> str:
        """A name such as "OPNP + ReAct + GEN"; the energy is named where nothing else is."""
        parts = [] if self.pruning.kind == "unpruned" else [self.pruning.kind]
        parts += [self._titled(method) for method in self.methods]
        plain = self.score == DEFAULT_SCORE and not any(
            key.startswith(DEFAULT_SCORE) for key, _ in self.parameters
        )
        return " + ".join(parts[:-1] if plain and len(parts) > 1 else parts)

    def _titled(self, method: Method) -> str:
        changed = [f"{v:g}" for key, v in self.parameters if key.partition(".")[0] == method.key]
        return f"{method.title} ({', '.join(changed)})" if changed else method.title


def _differing(
    methods: tuple[Method, ...], given: Iterable[tuple[str, float]]
) -> tuple[tuple[str, float], ...]:
    known = {f"{method.key}.{allowed.key}": allowed for method in methods for allowed in method.parameters}
    kept: dict[str, float] = {}
    for key, value in given:
        if key not in known:
            allowed = ", ".join(map(repr, known)) or "none, these methods have no parameters"
            raise InvalidSettingError(f"Expected a parameter to be one of {allowed} but got {key!r}.")
        parameter = known[key]
        if not parameter.low <= value <= parameter.high:
            raise InvalidSettingError(
                f"Expected `{key}` to be between {parameter.low:g} and {parameter.high:g} but got {value:g}. "
                f"{parameter.default:g} is the default."
            )
        if parameter.whole and value != int(value):
            raise InvalidSettingError(f"Expected `{key}` to be a whole number but got {value:g}. Round it.")
        if value != parameter.default:
            kept[key] = float(value)
    return tuple(sorted(kept.items()))


def _require(name: str, key: str, registry: Mapping[str, Method]) -> None:
    if key not in registry:
        allowed = ", ".join(map(repr, registry))
        raise InvalidSettingError(f"Expected `{name}` to be one of {allowed} but got {key!r}.")
