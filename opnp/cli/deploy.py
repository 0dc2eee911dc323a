"""`deploy`: save the windows, with a threshold chosen by a rule, as a detector in one file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from opnp.cli import _console, _experiment, _options, _outputs, _percent
from opnp.cli._deploy_summary import deploy_lines, deploy_values, outcome_table
from opnp.config import OPEN, NeuronDefinition, Pruning, RankScope, windows_text
from opnp.detector.build import make_detector
from opnp.detector.export import export_onnx, export_program, require_onnx
from opnp.detector.preprocessing import preprocessing_of
from opnp.errors import InvalidSettingError
from opnp.evaluation.splits import Half, sets_in
from opnp.experiments.experiment import roles_of
from opnp.reports.provenance import remarks
from opnp.threshold.plan import plan
from opnp.threshold.plan_by_class import plan_by_class
from opnp.threshold.rules import AcceptAndLimit, AcceptId, LimitOod, MinimiseCost, Rule

Share = float | None
_UNDESCRIBED = (
    "Note: the model's transform takes other steps than those an ONNX graph can describe, so whoever runs "
    "the graph has to apply it; `score` takes the zip."
)


def deploy(
    experiment: _options.ExperimentKey,
    *,
    weights: _options.Weights = OPEN,
    neurons: _options.Neurons = OPEN,
    scope: _options.Scope = RankScope.GLOBAL,
    definition: _options.Definition = NeuronDefinition.ACTIVATION,
    ood: _options.Ood = None,
    tpr: Annotated[
        Share, typer.Option(help="Accept at least this share of ID, in percent; 95 by default.")
    ] = None,
    max_ood: Annotated[
        Share, typer.Option(help="Let at most this share of every OOD set through, in percent.")
    ] = None,
    most: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SET=PERCENT",
            help="Let at most this share of one OOD set through; may be repeated. With --max-ood, that holds "
            "for the others.",
            show_default=False,
        ),
    ] = None,
    costs: Annotated[
        tuple[float, float, float] | None,
        typer.Option(
            metavar="ALARM MISS ERROR",
            help="Weigh an ID image rejected, an OOD image accepted, an accepted ID image in a wrong class.",
            show_default=False,
        ),
    ] = None,
    ood_share: Annotated[
        float,
        typer.Option(min=0, max=100, help="OOD in the traffic to come, in percent; for costs and AURC."),
    ] = 10.0,
    confidence: Annotated[
        float | None,
        typer.Option(
            help="With which shares are promised of images to come, in percent; 95 by default.",
            show_default=False,
        ),
    ] = None,
    as_measured: Annotated[
        bool, typer.Option("--as-measured", help="Promise nothing: take shares as they were measured.")
    ] = False,
    by_class: Annotated[
        bool,
        typer.Option(
            "--by-class",
            help="Give each predicted class that has the images for it a threshold of its own, promised for "
            "all of them at once; for the rule of --tpr.",
        ),
    ] = False,
    out: Annotated[Path, typer.Option(help="The detector's file.")] = Path("detector.zip"),
    onnx: Annotated[
        Path | None, typer.Option(help="Also write one ONNX graph to this file.", show_default=False)
    ] = None,
    program: Annotated[
        Path | None, typer.Option(help="Also write a torch.export program here.", show_default=False)
    ] = None,
    device: _options.Device = None,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """Make a detector: the pruned model with a threshold, for `score` and `opnp.Detector.load`.

    The threshold is chosen on one half of the ID test set and of every OOD set; figures are of the other.
    --tpr together with --max-ood or --most keeps both.
    """
    with _console.exit_codes(as_json=as_json):
        pruning = Pruning(weights, neurons, scope, definition)
        if by_class:
            _require_id_alone({"--max-ood": max_ood, "--most": most, "--costs": costs})
        if onnx is not None:
            require_onnx()
        chosen = _experiment.named_experiment(experiment)
        keys = _experiment.ood_keys(chosen, ood)
        limited = sets_in(keys, Half.TUNE, roles_of(chosen.ood))
        sure = _percent.sure(confidence, as_measured=as_measured, costs=costs is not None)
        rule = _rule(tpr, _limits(max_ood, most, limited), costs, ood_share, sure)
        _outputs.require_files({"--out": out, "--onnx": onnx, "--program": program})
        explorer = _experiment.load_explorer(chosen, device, cache)
        named = [*(ood or []), *(limit.rpartition("=")[0] for limit in most or [])]
        keys = _experiment.usable_keys(explorer, keys, named)
        snapshot = explorer.at(pruning)
        limited = sets_in(keys, Half.TUNE, explorer.prepared.roles)
        rule = _rule(tpr, _limits(max_ood, most, limited), costs, ood_share, sure)
        planned = plan(explorer, snapshot, keys, rule, ood_share=ood_share / 100)
        if by_class:
            planned = plan_by_class(planned, explorer, snapshot, keys)
        detector = make_detector(explorer, snapshot, planned)
        if (
            onnx is not None
            and preprocessing_of(detector.classifier.transform, detector.probes.pictures) is None
        ):
            _console.stderr().print(_UNDESCRIBED, markup=False, soft_wrap=True)
        difference = None if onnx is None else export_onnx(detector, onnx)
        if program is not None:
            export_program(detector, program)
        detector.save(out)
    written = [str(path) for path in (out, onnx, program) if path is not None]
    if as_json:
        _console.print_json(
            {
                **detector.manifest.values,
                **deploy_values(planned),
                "files": written,
                "onnx_difference": difference,
                **remarks(explorer.prepared),
            }
        )
        return
    stdout = _console.stdout()
    stdout.print(Text(f"{chosen.title}: {windows_text(pruning)}"))
    stdout.print(outcome_table(planned))
    stdout.print(Text("\n".join(deploy_lines(planned))))
    if difference is not None:
        stdout.print(f"onnxruntime differs by {difference:.1e} at most, on {len(detector.examples)} images")
    stdout.print(Text(f"Saved {', '.join(written)}"), soft_wrap=True)


def _require_id_alone(others: dict[str, object]) -> None:
    """Check that no option names a rule that gives classes no thresholds.

    Raises:
        InvalidSettingError: If one does.
    """
    named = [name for name, value in others.items() if value is not None]
    if named:
        raise InvalidSettingError(
            f"Expected --by-class with --tpr alone but got {' and '.join(named)} too. "
            "Classes have thresholds of their own for the share of ID to accept: drop one."
        )


def _rule(
    tpr: Share,
    limits: dict[str, float],
    costs: tuple[float, float, float] | None,
    ood_share: float,
    confidence: float | None,
) -> Rule:
    """Return the rule that the options name.

    Raises:
        InvalidSettingError: If they name costs and another one, or a value is not allowed.
    """
    shares = {"--tpr": tpr is not None, "--max-ood or --most": bool(limits)}
    named = [name for name, given in shares.items() if given]
    if costs is not None:
        if named:
            raise InvalidSettingError(
                f"Expected --costs alone but got {' and '.join(named)} too. Costs are a rule of their own."
            )
        return MinimiseCost(*costs, ood_share / 100)
    share = 0.95 if tpr is None else _percent.accepted(tpr)
    if limits and tpr is not None:
        return AcceptAndLimit(share, limits, confidence)
    return LimitOod(limits, confidence) if limits else AcceptId(share, confidence)


def _limits(max_ood: Share, most: list[str] | None, keys: list[str]) -> dict[str, float]:
    """Return the most of each OOD set to let through, a fraction, by key.

    Raises:
        InvalidSettingError: If a limit is not of the form SET=PERCENT, its set is not chosen, or has
            two.
    """
    if (max_ood is not None or most) and not keys:
        raise InvalidSettingError(
            "Expected an OOD set to keep a limit on but all that were chosen are for the report alone. "
            'Choose one with another `role`, or give `role = "tune"` to one.'
        )
    limits = {} if max_ood is None else dict.fromkeys(keys, _percent.let_through("--max-ood", max_ood))
    limited: set[str] = set()
    for limit in most or []:
        key, _, share = limit.rpartition("=")
        if key in limited:
            raise InvalidSettingError(f"Expected one `--most` for {key} but got two. Drop one.")
        limited.add(key)
        if key not in keys:
            known = ", ".join(f"{name}=5" for name in keys)
            raise InvalidSettingError(f"Expected `--most` to be one of {known} or alike but got {limit!r}.")
        try:
            percent = float(share)
        except ValueError:
            raise InvalidSettingError(
                f"Expected `--most {key}=` to be followed by a number in percent but got {share!r}."
            ) from None
        limits[key] = _percent.let_through(f"--most {key}", percent)
    return limits
