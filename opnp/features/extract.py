"""Run an extraction: chunk after chunk to disk, from wherever an earlier run stopped."""

import contextlib
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from rich import filesize

from opnp.data.image_set import ImageSet
from opnp.errors import InvalidDataError, MissingDataError
from opnp.features import chunks
from opnp.features.backbone import run_backbone
from opnp.features.chunk_reader import read_header
from opnp.features.errors import DamagedFeaturesError, HalfPrecisionError, StorageError
from opnp.features.loader import Batch, Skip
from opnp.features.manifest import ExtractionManifest, claim, write_manifest
from opnp.features.monitor import Report, RunMonitor
from opnp.features.processes import ALONE, Processes
from opnp.features.repair import mender
from opnp.features.request import Request
from opnp.features.settings import ExtractionSettings
from opnp.features.stored import StoredFeatures
from opnp.models import Classifier
from opnp.store import folders, locks, plain

_log = logging.getLogger("opnp.features")

_NO_ACCIDENT = 64
"""So many images in a chunk, and not one of them readable, say that their folder is gone."""


def extract_to_disk(
    classifier: Classifier,
    images: ImageSet,
    folder: Path,
    settings: ExtractionSettings | None = None,
    *,
    report: Report | None = None,
    cancel: threading.Event | None = None,
    processes: Processes = ALONE,
) -> StoredFeatures:
    """Run the backbone once over every image of a set, into files of a fixed number of images.

    A run that was killed, cancelled or stopped by an error goes on from the complete chunks, and ends with
    the same bytes as an unbroken run (with the same batch size, device and threads; else the same to
    rounding). Memory holds one chunk, whatever N is. An image that cannot be read is skipped and listed.

    Args:
        classifier: Its weight's device is where the backbone runs.
        images: What to run it on.
        folder: Where the features go; made if it is not there. With several processes it is shared by all.
        settings: Number format, batch size, loader processes.
        report: Told the pace after each step, in the leading process; returning False stops the run.
        cancel: Set from another thread, it stops the run after the current step.
        processes: Those that share the work.

    Returns:
        The features on disk.

    Raises:
        CancelledError: If it was stopped.
        ForeignFeaturesError: If the folder holds the features of another request.
        StorageError: If the disk is full, cannot be written to, or another run is at work in the folder.
        DamagedFeaturesError: If a chunk that was just written is not whole.
        MissingDataError: If the storage of the images fails, or a whole chunk of them cannot be read.
        HalfPrecisionError: If a feature does not fit float16, in the files or under autocast.
        InvalidDataError: If a feature is not finite.
    """
    settings = settings or ExtractionSettings()
    opened = images.open()
    if len(opened) == 0:
        raise MissingDataError(f"Expected images in {images.title} but there are none. Check their folder.")
    request = Request.of(classifier, images, len(opened), settings)
    with _claimed(folder, request) if processes.leads else contextlib.nullcontext():
        complete = processes.lead(_complete_chunks(folder, request) if processes.leads else _none(request))
        missing = [number for number in range(request.chunks) if not complete[number]]
        if missing and processes.leads:
            _require_space(folder, request, missing)
        share = processes.share(missing)
        watch = RunMonitor(folder, request, report if processes.leads else None, cancel, missing)
        spans = [span for number in share for span in _steps(request.span(number), settings.batch_size)]
        stream = run_backbone(classifier, opened, spans, settings)
        for number in share:
            steps = len(_steps(request.span(number), settings.batch_size))
            _extract_chunk(folder, request, number, watch.over(islice(stream, steps)))
        processes.wait()
        if processes.leads:
            _finish(folder, request)
        processes.wait()
        mend = mender(extract_to_disk, classifier, images, folder, request, settings)
        return StoredFeatures.open(folder, mend)


def _none(request: Request) -> torch.Tensor:
    return torch.zeros(request.chunks, dtype=torch.uint8)


@contextlib.contextmanager
def _claimed(folder: Path, request: Request) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(folders.in_use(folder))
            lock = plain.open_lock(folder / ".lock")
            stack.callback(os.close, lock)
        except OSError as error:
            raise chunks.storage_error(error) from error
        if not locks.try_hold(lock):
            raise StorageError(
                "Expected to be alone in the folder but another run is extracting into it. "
                "Wait until it is done, or stop it; what it has done stays."
            )
        claim(folder, request)
        chunks.remove_parts(folder)
        yield


def _complete_chunks(folder: Path, request: Request) -> torch.Tensor:
    complete = _none(request)
    for number in range(request.chunks):
        try:
            read_header(folder, request, number)
            complete[number] = 1
        except FileNotFoundError:
            continue
        except chunks.DamagedChunkError as error:
            _log.warning("Chunk %d is extracted again: %s.", number, str(error))
    return complete


def _require_space(folder: Path, request: Request, missing: list[int]) -> None:
    per_image = request.width * request.dtype.itemsize + torch.int64.itemsize
    needed = sum(len(request.span(number)) for number in missing) * per_image
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StorageError(
            f"Expected {filesize.decimal(needed)} free for the features but the disk has "
            f"{filesize.decimal(free)}. Free some space, choose a folder on a larger disk, or use float16."
        )


def _steps(span: range, batch_size: int) -> list[range]:
    """Yield batches that never cross a chunk, so that its bytes do not depend on the run's other chunks."""
    return [span[start : start + batch_size] for start in range(0, len(span), batch_size)]


def _extract_chunk(
    folder: Path, request: Request, number: int, steps: Iterator[tuple[Batch, torch.Tensor]]
) -> None:
    parts, labels, skipped = [], [], list[Skip]()
    for batch, features in steps:
        parts.append(features)
        labels.append(batch.labels)
        skipped += batch.skipped
    span = request.span(number)
    if len(skipped) == len(span) >= min(_NO_ACCIDENT, request.count):
        raise MissingDataError(
            f"Expected to read images {span.start} to {span.stop - 1} but none of them could be "
            f"({skipped[0].reason}). Check that their folder is there, and run again."
        )
    stored = torch.cat(parts).to("cpu", request.dtype)
    _require_finite(stored, request, span, skipped)
    chunks.write_chunk(folder, request, number, stored, torch.cat(labels), skipped)


def _require_finite(features: torch.Tensor, request: Request, span: range, skipped: list[Skip]) -> None:
    bad = torch.nonzero(~torch.isfinite(features).all(dim=1))
    if len(bad) == 0:
        return
    left_out = {skip.index for skip in skipped}
    index = [index for index in span if index not in left_out][int(bad[0])]
    if "float16" in request.format + request.precision:
        raise HalfPrecisionError(
            f"Expected features that fit float16 but image {index} has one that does not. Use --format "
            "float32 and --no-autocast."
        )
    raise InvalidDataError(
        f"Expected finite features but image {index} has one that is not. Check that image and the model's "
        "weights."
    )


def _finish(folder: Path, request: Request) -> None:
    try:
        headers = [read_header(folder, request, number) for number in range(request.chunks)]
    except (FileNotFoundError, chunks.DamagedChunkError) as error:
        raise DamagedFeaturesError(
            "Expected the chunks just written to be whole but one is not. Check the disk, and run again."
        ) from error
    rows = tuple(header.rows for header in headers)
    skipped = tuple(skip for header in headers for skip in header.skipped)
    write_manifest(folder, ExtractionManifest(request, rows, skipped))
    chunks.remove_parts(folder)
    chunks.remove_others(folder, request)
