"""The job that turns a catalogue into a generation, embedding only what is new."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.records import ProductRecord
from core.errors import SnapshotError
from core.files import make_folder
from core.lock import exclusive
from core.terminal import NoProgress, Progress
from indexer import generations
from indexer.basis import CatalogueBasis, rules_digest
from indexer.confirmed import ShownState, confirm
from indexer.documents import Documents
from indexer.draft import SnapshotDraft
from indexer.embedding import Embedding, EmbeddingJob
from indexer.embedding_store import ContentKind
from indexer.emptied import require_emptied
from indexer.manifest import IndexManifest
from indexer.report import BuildReport, FieldReport, Stopwatch, peak_memory_bytes
from indexer.snapshot import IndexSnapshot
from indexer.unchanged import unchanged_by_basis, unchanged_by_content

log = logging.getLogger(__name__)

KEEP = 3
"""Generations left after a build: the one in service and two to go back to."""
BUILD = "An index build"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexJob(EmbeddingJob):
    """What an index build works with."""

    generations: Path
    """Folder of the generations."""
    index_kind: str = "auto"
    keep: int = KEEP
    spare_model: str = ""
    """Fingerprint of a model whose newest generation is kept besides; see ``prune``."""
    basis: Callable[[], CatalogueBasis] = CatalogueBasis
    """Tells which state of the catalogue the products will be read from."""
    limits: str = ""
    """Which pictures ``decode`` takes, in words."""
    room: Callable[[], object] = lambda: None
    """Called before the products are read: raises ``NoRoomError`` where they would not fit."""
    force: bool = False
    """Publish a new generation even where nothing has changed."""
    thorough: bool = False
    """Compare every product, whatever the basis says."""


Products = Callable[[], Iterable[ProductRecord]]


def build_index(products: Products, job: IndexJob, progress: Progress | None = None) -> BuildReport:
    """Build and publish a generation of all products, in the order they are given.

    They are read once and embeddings are stored as they are made, so a build that is
    killed is continued by the next. What the store holds is not embedded again. Where
    neither the catalogue nor the encoder has changed and the generation in service is
    whole, it stays, and nothing is published unless ``job.force``; where the job's basis
    tells so, no product is read at all. Where every product that was in service has been
    withdrawn, a generation without products is published.

    Raises:
        BusyError: another build is running.
        SnapshotError: there are no products and never were (see ``require_emptied``),
            nothing could be embedded, or the new generation did not pass the gate; the old
            one stays in service.
        FingerprintMismatchError: the encoder is not the one that was announced.
        EncoderMemoryError: the memory does not suffice for a single picture or text.
    """
    make_folder(job.generations)
    with exclusive(job.generations / generations.BUILD_LOCK, BUILD):
        return build_locked(products, job, progress)


def build_locked(
    products: Products, job: IndexJob, progress: Progress | None = None
) -> BuildReport:
    """Build as ``build_index`` does, for a caller that holds the build lock."""
    generations.sweep(job.generations)
    clock = Stopwatch()
    # Told before anything is read: what changes meanwhile is looked at again next time.
    basis, rules = job.basis(), rules_digest(job.limits)
    if not (job.force or job.thorough):
        with clock.timing("verify"):
            served = unchanged_by_basis(job.generations, job.fingerprint, basis, rules, job.images)
        if served is not None:
            return _unread(served, clock)
    job.room()
    draft = SnapshotDraft(job.generations, generations.new_id(job.generations))
    try:
        return _Build(job, progress or NoProgress(), draft, clock, basis, rules).run(products)
    finally:
        draft.discard()


class _Build:
    """One run of the job; holds what its stages share."""

    def __init__(
        self,
        job: IndexJob,
        progress: Progress,
        draft: SnapshotDraft,
        clock: Stopwatch,
        basis: CatalogueBasis,
        rules: str,
    ) -> None:
        self._job = job
        self._progress = progress
        self._draft = draft
        self._clock = clock
        self._basis = basis
        self._rules = rules
        self._embedding = Embedding(job, progress, clock)

    def run(self, products: Products) -> BuildReport:
        documents = self._read(products)
        rows = self._draft.rows
        with self._embedding.opened():
            self._embedding.embed_texts(rows[ContentKind.TEXT], documents)
            self._embedding.embed_images(rows[ContentKind.IMAGE], documents)
            held = {
                kind.value: self._draft.hold(kind, store)
                for kind, store in self._embedding.stores.items()
            }
            if (served := self._unchanged(held)) and not self._job.force:
                self._confirm(served)
                return self._report(served.id, held, published=False)
            self._assemble(held)
        removed = self._put_in_service()
        return self._report(self._draft.id, held, published=True, removed=removed)

    def _read(self, products: Products) -> Documents:
        with (
            self._clock.timing("read"),
            self._progress.stage("Reading", None, "products") as step,
        ):
            for product in products():
                self._draft.add(product)
                step(1)
            if len(self._draft) == 0:
                require_emptied(self._job.generations, self._basis, self._job.force)
            return self._draft.close_products()

    def _unchanged(self, held: Mapping[str, int]) -> IndexManifest | None:
        job = self._job
        with self._clock.timing("verify"):
            return unchanged_by_content(
                job.generations, job.fingerprint, self._draft.catalogue, held
            )

    def _confirm(self, served: IndexManifest) -> None:
        """Spare the next build the comparison, where the state is one that can be told again."""
        if self._basis.revision:
            confirm(self._job.generations, served.id, ShownState(self._basis, self._rules))

    def _assemble(self, held: Mapping[str, int]) -> None:
        stores = self._embedding.stores
        if len(self._draft) and not any(held.values()):
            raise SnapshotError(
                "Nothing could be embedded: no product has a text or a picture that can be read."
            )
        dim = self._embedding.dim()
        with self._clock.timing("assemble"):
            for kind, store in stores.items():
                self._draft.write_field(kind, store, dim)
            self._draft.write_refusals(self._embedding.refusals)
            self._draft.write_manifest(
                self._job.fingerprint, self._job.model, dim, held, self._basis, self._rules
            )

    def _put_in_service(self) -> list[str]:
        # Importing FAISS takes longer than finding that nothing has changed.
        from indexer.verify import verify_snapshot

        with self._clock.timing("verify"):
            # Its files have just been read for the manifest; reading them again from the
            # same page cache would prove nothing more.
            snapshot = IndexSnapshot(self._draft.directory, check=False)
            try:
                verify_snapshot(snapshot, self._job.index_kind, self._job.threads)
            finally:
                snapshot.close()
        with self._clock.timing("publish"):
            self._draft.commit()
            generations.publish(self._job.generations, self._draft.id)
            return self._prune()

    def _prune(self) -> list[str]:
        job = self._job
        try:
            return generations.prune(job.generations, job.keep, job.spare_model)
        except OSError as error:
            # The new one is in service; what could not be removed goes with the next build.
            log.warning("old generations were not removed: %s", error)
            return []

    def _report(
        self, generation: str, held: Mapping[str, int], published: bool, removed: Sequence[str] = ()
    ) -> BuildReport:
        stage = self._embedding
        fields = {}
        for kind in ContentKind:
            embedded, refused = stage.embedded[kind], stage.refused_of(kind)
            reused = self._draft.rows[kind].distinct() - embedded - refused
            fields[kind.value] = FieldReport(held[kind.value], embedded, reused, refused)
        seconds = self._clock.rounded()
        spent = seconds.get("wait", 0.0) + seconds.get("encode images", 0.0)
        return BuildReport(
            generation=generation,
            published=published,
            products_read=True,
            products=len(self._draft),
            fields=fields,
            refused=tuple(stage.refused),
            damaged_records=sum(store.damaged for store in stage.stores.values()),
            removed=tuple(removed),
            seconds=seconds,
            images_per_s=round(stage.embedded[ContentKind.IMAGE] / spent, 1) if spent else 0.0,
            peak_memory_bytes=peak_memory_bytes(),
        )


def _unread(served: IndexManifest, clock: Stopwatch) -> BuildReport:
    """Report a build that found by the basis that there was nothing to do."""
    fields = {name: FieldReport(rows, 0, 0, 0) for name, rows in served.fields.items()}
    return BuildReport(
        generation=served.id,
        published=False,
        products_read=False,
        products=served.products,
        fields=fields,
        refused=(),
        damaged_records=0,
        removed=(),
        seconds=clock.rounded(),
        images_per_s=0.0,
        peak_memory_bytes=peak_memory_bytes(),
    )
