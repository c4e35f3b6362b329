"""The job that turns a catalogue into a generation, embedding only what is new."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from catalog.records import ProductRecord
from core.errors import FingerprintMismatchError, ModelError, SnapshotError
from core.lock import exclusive
from core.terminal import NoProgress, Progress
from core.vectors import Embeddings, are_normalized
from encoder.base import DualEncoder
from indexer import generations
from indexer.documents import Documents
from indexer.draft import SnapshotDraft
from indexer.embedding_store import ContentKind, EmbeddingStore
from indexer.manifest import read_manifest
from indexer.pipeline import Decoder, ImageSource, encode_pictures
from indexer.product_text import product_texts
from indexer.report import (
    MAX_REFUSALS_LISTED,
    BuildReport,
    FieldReport,
    RefusedPicture,
    Stopwatch,
    peak_memory_bytes,
)
from indexer.snapshot import IndexSnapshot, check_files

log = logging.getLogger(__name__)

KEEP = 3
"""Generations left after a build: the one in service and two to go back to."""
_MAX_DECODERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexJob:
    """What an index build works with."""

    generations: Path
    """Folder of the generations."""
    embeddings: Path
    """Folder of the embedding stores."""
    images: ImageSource
    decode: Decoder
    encoder: Callable[[], DualEncoder]
    """Loads the encoder; called only where something is to be embedded."""
    fingerprint: str
    """Of that encoder, known without loading it."""
    model: str
    """Its name, for people."""
    index_kind: str = "auto"
    threads: int = 1
    batch: int = 64
    keep: int = KEEP
    spare_model: str = ""
    """Fingerprint of a model whose newest generation is kept besides; see ``prune``."""
    force: bool = False
    """Publish a new generation even where nothing has changed."""


def build_index(
    products: Callable[[], Iterable[ProductRecord]], job: IndexJob, progress: Progress | None = None
) -> BuildReport:
    """Build and publish a generation of all products, in the order they are given.

    They are read once and embeddings are stored as they are made, so a build that is
    killed is continued by the next. What the store holds is not embedded again. Where
    neither the catalogue nor the encoder has changed and the generation in service is
    whole, it stays, and nothing is published unless ``job.force``.

    Raises:
        BusyError: another build is running.
        SnapshotError: there are no products, nothing could be embedded, or the new
            generation did not pass the gate; the old one stays in service.
        FingerprintMismatchError: the encoder is not the one that was announced.
    """
    with exclusive(job.generations / generations.BUILD_LOCK, "An index build"):
        generations.sweep(job.generations)
        draft = SnapshotDraft(job.generations, generations.new_id(job.generations))
        try:
            return _Build(job, progress or NoProgress(), draft).run(products)
        finally:
            draft.discard()


class _Build:
    """One run of the job; holds what its stages share."""

    def __init__(self, job: IndexJob, progress: Progress, draft: SnapshotDraft) -> None:
        self._job = job
        self._progress = progress
        self._draft = draft
        self._clock = Stopwatch()
        self._encoder: DualEncoder | None = None
        self._stores: dict[ContentKind, EmbeddingStore] = {}
        self._embedded = dict.fromkeys(ContentKind, 0)
        self._refused: list[RefusedPicture] = []
        self._refusals = dict.fromkeys(ContentKind, 0)

    def run(self, products: Callable[[], Iterable[ProductRecord]]) -> BuildReport:
        documents = self._read(products)
        with ExitStack() as opened:
            with self._clock.timing("store"):
                for kind in ContentKind:
                    store = EmbeddingStore(
                        self._job.embeddings, self._job.fingerprint, kind, writable=True
                    )
                    self._stores[kind] = opened.enter_context(store)
            self._embed_texts(documents)
            self._embed_images(documents)
            held = {
                kind.value: int(self._draft.rows[kind].held_by(store).sum())
                for kind, store in self._stores.items()
            }
            if (served := self._unchanged(held)) and not self._job.force:
                return self._report(served, held, published=False)
            self._assemble(held)
            removed = self._put_in_service()
            return self._report(self._draft.id, held, published=True, removed=removed)

    def _read(self, products: Callable[[], Iterable[ProductRecord]]) -> Documents:
        with (
            self._clock.timing("read"),
            self._progress.stage("Reading", None, "products") as step,
        ):
            for product in products():
                self._draft.add(product)
                step(1)
            if len(self._draft) == 0:
                raise SnapshotError(
                    "The catalogue has no products to index. Import some with "
                    "`vitrine catalog import FILE`."
                )
            return self._draft.close_products()

    def _embed_texts(self, documents: Documents) -> None:
        rows = self._draft.rows[ContentKind.TEXT]
        missing = rows.missing_from(self._stores[ContentKind.TEXT])
        if not missing:
            return
        encoder = self._load_encoder()

        def text_of(row: int) -> str:
            return product_texts(documents[rows.products[row]])[rows.positions[row]]

        # Texts of like length share a batch, so that little of it is padding.
        lengths = {row: len(text_of(row)) for row in missing}
        missing.sort(key=lambda row: (lengths[row], row))
        with self._progress.stage("Embedding texts", len(missing), "texts") as step:
            for start in range(0, len(missing), self._job.batch):
                batch = missing[start : start + self._job.batch]
                texts = [text_of(row) for row in batch]
                with self._clock.timing("encode texts"):
                    embeddings = encoder.encode_texts(texts)
                self._keep(ContentKind.TEXT, [rows.key(row) for row in batch], embeddings)
                step(len(batch))

    def _embed_images(self, documents: Documents) -> None:
        rows = self._draft.rows[ContentKind.IMAGE]
        missing = rows.missing_from(self._stores[ContentKind.IMAGE])
        if not missing:
            return
        row_of = {rows.key(row).hex(): row for row in missing}
        job = self._job
        batches = encode_pictures(
            list(row_of),
            job.images,
            job.decode,
            self._load_encoder(),
            job.batch,
            workers=max(1, min(_MAX_DECODERS, job.threads)),
        )
        with self._progress.stage("Embedding pictures", len(missing), "pictures") as step:
            for batch in batches:
                self._clock.add("wait", batch.wait_s)
                self._clock.add("encode images", batch.encode_s)
                keys = [bytes.fromhex(each) for each in batch.hashes]
                self._keep(ContentKind.IMAGE, keys, batch.embeddings)
                for refusal in batch.refused:
                    self._refusals[ContentKind.IMAGE] += 1
                    if len(self._refused) < MAX_REFUSALS_LISTED:
                        product = documents[rows.products[row_of[refusal.hash]]]
                        self._refused.append(
                            RefusedPicture(product.id, refusal.hash, refusal.code, refusal.reason)
                        )
                step(len(batch.hashes) + len(batch.refused))

    def _load_encoder(self) -> DualEncoder:
        if self._encoder is None:
            with self._clock.timing("load model"):
                self._encoder = self._job.encoder()
            if self._encoder.fingerprint != self._job.fingerprint:
                raise FingerprintMismatchError(
                    f"The embedding store under {self._job.embeddings}",
                    expected=self._encoder.fingerprint,
                    found=self._job.fingerprint,
                )
        return self._encoder

    def _keep(self, kind: ContentKind, keys: Sequence[bytes], embeddings: Embeddings) -> None:
        if not are_normalized(embeddings):
            raise ModelError(
                f"The model {self._job.model} gave {kind.value} embeddings that are not of norm 1."
            )
        with self._clock.timing("store"):
            self._stores[kind].append(keys, embeddings)
        self._embedded[kind] += len(keys)

    def _unchanged(self, held: dict[str, int]) -> str:
        """Name the generation in service if a new one would be the same; else nothing."""
        root = self._job.generations
        try:
            served = root / generations.current(root)
            manifest = read_manifest(served)
            same = (
                manifest.catalogue == self._draft.catalogue
                and manifest.fingerprint == self._job.fingerprint
                and manifest.fields == held
            )
            if not same:
                return ""
            with self._clock.timing("verify"):
                check_files(served, manifest)
        except SnapshotError as error:
            log.info("the generation in service is not reused: %s", error)
            return ""
        return manifest.id

    def _assemble(self, held: dict[str, int]) -> None:
        dim = max(store.dim for store in self._stores.values())
        if not any(held.values()):
            raise SnapshotError(
                "Nothing could be embedded: no product has a text or a picture that can be read."
            )
        with self._clock.timing("assemble"):
            for kind, store in self._stores.items():
                self._draft.write_field(kind, store, dim)
            self._draft.write_manifest(self._job.fingerprint, self._job.model, dim, held)

    def _put_in_service(self) -> list[str]:
        # Importing FAISS takes longer than finding that nothing has changed.
        from indexer.verify import verify_snapshot

        with self._clock.timing("verify"):
            snapshot = IndexSnapshot(self._draft.directory)
            try:
                verify_snapshot(snapshot, self._job.index_kind, self._job.threads)
            finally:
                snapshot.close()
        with self._clock.timing("publish"):
            self._draft.commit()
            generations.publish(self._job.generations, self._draft.id)
            return generations.prune(self._job.generations, self._job.keep, self._job.spare_model)

    def _report(
        self, generation: str, held: dict[str, int], published: bool, removed: Sequence[str] = ()
    ) -> BuildReport:
        fields = {}
        for kind in ContentKind:
            embedded, refused = self._embedded[kind], self._refusals[kind]
            reused = self._draft.rows[kind].distinct() - embedded - refused
            fields[kind.value] = FieldReport(held[kind.value], embedded, reused, refused)
        seconds = self._clock.rounded()
        spent = seconds.get("wait", 0.0) + seconds.get("encode images", 0.0)
        return BuildReport(
            generation=generation,
            published=published,
            products=len(self._draft),
            fields=fields,
            refused=tuple(self._refused),
            damaged_records=sum(store.damaged for store in self._stores.values()),
            removed=tuple(removed),
            seconds=seconds,
            images_per_s=round(self._embedded[ContentKind.IMAGE] / spent, 1) if spent else 0.0,
            peak_memory_bytes=peak_memory_bytes(),
        )
