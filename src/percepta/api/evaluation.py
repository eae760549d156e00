"""A run as a notebook handles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from percepta.core.filters import Filter
    from percepta.core.targets import Target
    from percepta.dashboards import Dashboards
    from percepta.engine.activations import Activations
    from percepta.engine.explain import Explainer
    from percepta.engine.galleries import Gallery
    from percepta.engine.portraits import Portrait
    from percepta.engine.shared_channels import GroupChannels
    from percepta.engine.telling import Explained
    from percepta.engine.workflow import Subject
    from percepta.storage import MapInfo, Run, Workspace
    from percepta.storage.export import Selection

Where = str | list[dict[str, Any]] | None
"""Which samples: a filter as people type it, or as JSON; None: all."""


@dataclass(frozen=True)
class Evaluation:
    """A committed run, as a notebook handles it.

    Attributes:
        run: the run: fields, columns, latent vectors, maps.
        map: the map that was made of it; None if none was asked for.
        workspace: where it lies.
        metrics: mean of every loss and metric by subset.
        subject: the model and the data, which explain its samples.
        device: where the model runs; None for the best there is.
        trust: whether its file may run code when it is opened.
    """

    run: Run
    map: MapInfo | None
    workspace: Workspace
    metrics: dict[str, dict[str, float]]
    subject: Subject = field(repr=False)
    device: str | None = None
    trust: bool = False

    def values(self, field: str) -> Any:
        """Return one field over all samples, a numpy array ``[n]`` (missing: NaN or None)."""
        return self.run.values(field)

    def table(
        self,
        where: Where = None,
        fields: Sequence[str] | None = None,
        *,
        order_by: str | None = None,
        descending: bool = False,
    ) -> pa.Table:
        """Return samples with their fields as one Arrow table (``.to_pandas()``), subset and id first.

        Args:
            where: which samples, e.g. ``"loss > 2 and label in (cat, dog)"``, or a filter as JSON.
            fields: which fields; None: all, derived ones and the map's clusters with them.
            order_by: field to sort by, ties by row; samples without a value come last. None: by row.
            descending: largest first.

        Raises:
            NotFoundError: no such field.
            FilterError: the filter cannot be read, or does not fit the run.
        """
        return self._selection(where, fields, order_by, descending).table()

    def export(
        self,
        path: str | Path,
        where: Where = None,
        fields: Sequence[str] | None = None,
        *,
        order_by: str | None = None,
        descending: bool = False,
    ) -> Path:
        """Write samples to a ``.csv``, ``.json`` or ``.parquet`` file; as :meth:`table` otherwise.

        Returns:
            The file.
        """
        from percepta.storage.export import write_samples

        write_samples(self._selection(where, fields, order_by, descending), Path(path))
        return Path(path)

    def latent(self, space: str = "balanced") -> Any:
        """Return the latent vectors of a space, float32 ``[n, width]``, read from disk as needed."""
        return self.run.latent(space)

    @property
    def dashboards(self) -> Dashboards:
        """The dashboards of the run's project; ``.make_default(run.id)`` makes one of its fields."""
        from percepta.dashboards import Dashboards

        record = self.workspace.catalogue.run(self.run.id)
        return Dashboards(self.workspace.catalogue.project(record.project).name, self.workspace)

    def tells(
        self, metric: str | None = None, where: Where = None, *, everything: bool = False
    ) -> Explained:
        """Rank fields by how much they tell about a metric.

        Args:
            metric: a field of numbers or of yes and no; None: the first loss, else the first metric.
            where: over which samples, as for :meth:`table`.
            everything: whether predictions, losses and metrics are ranked too, which tell by their making.

        Returns:
            ``.ranking.tells``, the most telling first; each says information, p-value, effect and shape.

        Raises:
            NotFoundError: there is no such field.
            FilterError: the field holds texts, or the filter does not fit the run.
            ConflictError: too few samples have the metric, or all have the same.
        """
        from percepta.engine.similar import Population
        from percepta.engine.telling import explain_field, usual_metric

        return explain_field(
            Population(self.run, self.workspace),
            self.workspace.query(self.run.id, self.map.id if self.map else None),
            metric or usual_metric(self.run),
            filter=None if where is None else read_where(where),
            everything=everything,
        )

    def explore(self, space: str | None = None, algorithm: str = "umap", seed: int = 0) -> MapInfo:
        """Make another map of the run; see :func:`percepta.engine.explore.explore`."""
        from percepta.core.progress import Silent
        from percepta.engine.explore import explore

        return explore(
            self.workspace,
            self.run.id,
            space=space,
            algorithm=algorithm,
            seed=seed,
            progress=Silent(),
        )

    def explain(
        self,
        samples: Any,
        target: Any = None,
        *,
        prediction: str | None = None,
        method: str | None = None,
        layers: Sequence[str] | None = None,
        signed: bool | None = None,
        seed: int = 0,
    ) -> Portrait:
        """Show what the model's answers for samples rest on.

        Args:
            samples: a row, a sample such as ``"validation/17"``, or several of one subset.
            target: a class by name or number, ``"loss"``, the name of a target of the integration's, a
                target of :mod:`percepta.core.targets`, or a list of them; None: the class predicted for the
                first sample, and the true one.
            prediction: whose classes are meant, where the model has several predictions.
            method: name of a method; None: Layer-CAM where it can be.
            layers: names of layers; None: one of each depth.
            signed: whether what speaks against a target is wanted too; None: for a loss and a direction.
            seed: of what is random.

        Returns:
            Heat maps, values and channels; ``.save("map.png")``, ``.heat(…)``.

        Raises:
            NotFoundError: there is no such sample, method or layer.
            TargetError: there is no such class or loss, or it cannot be explained.
        """
        from percepta.engine.asking import target_of, usual_targets
        from percepta.engine.explanation import Wish
        from percepta.engine.portraits import portrait

        rows = self._rows(samples)
        targets: list[Target] = []
        for wanted in target if isinstance(target, list | tuple) else [target]:
            if wanted is None:
                targets += usual_targets(self._explainer, rows[0], prediction)
            elif isinstance(wanted, int | str):
                targets.append(target_of(self._explainer, wanted, prediction))
            else:
                targets.append(wanted)
        chosen = None if layers is None else tuple(layers)
        wish = Wish(tuple(rows), tuple(targets), method, chosen, signed, seed)
        version = self.workspace.catalogue.run(self.run.id).version
        return portrait(self._explainer, wish, self.workspace.catalogue.version(version).name)

    def similar(
        self,
        samples: Any,
        *,
        space: str | None = None,
        limit: int = 50,
        where: Where = None,
        channels: bool = False,
    ) -> Gallery:
        """Find the samples that the model perceives as it does some others.

        Args:
            samples: a row, a sample such as ``"validation/17"``, or several, which are one direction; or the
                :class:`pathlib.Path` of a file that is no sample, such as a picture.
            space: name of the latent space; None for the run's first.
            limit: at most so many.
            where: which samples are candidates, as for :meth:`table`; None for all.
            channels: whether the channels that they share are wanted (``.channels``); runs the model.

        Returns:
            Rows, keys and scores, the most similar first, and what they share (``.found.reading``).

        Raises:
            NotFoundError: there is no such sample or space.
            TargetError: the samples have nothing in common.
            FileError: the file cannot become inputs of the model.
        """
        from percepta.engine.galleries import gallery
        from percepta.engine.similar import Population, find_similar
        from percepta.engine.similar_file import find_similar_to_file, open_file

        chosen = None if where is None else read_where(where)
        file = None
        if isinstance(samples, Path):
            file = find_similar_to_file(
                self._explainer, open_file(samples), space=space, limit=limit, filter=chosen
            )
            found = file.found
        else:
            population, rows = Population(self.run, self.workspace), self._rows(samples)
            found = find_similar(population, rows, space=space, limit=limit, filter=chosen)
        members = [*found.queries, *found.rows.tolist()]
        shared = self.shared_channels(members, found.space) if channels else None
        return gallery(self.run, found, shared, file)

    def shared_channels(self, samples: Any, space: str | None = None) -> GroupChannels:
        """Find the channels whose response over a group of samples is highest and steadiest.

        Args:
            samples: a row, a sample such as ``"validation/17"``, or several, of any subsets.
            space: latent space whose layers are looked at; None: the first that layers build.

        Raises:
            NotFoundError: there is no such sample.
            TargetError: layers do not build that space.
        """
        from percepta.engine.shared_channels import group_channels

        return group_channels(self._explainer, self._rows(samples), space)

    def activations(self, samples: Any, layer: str, channels: Sequence[int]) -> Activations:
        """Look where channels of a layer fire; what excites them most is in ``run.channel_samples(layer)``.

        Args:
            samples: a row, a sample such as ``"validation/17"``, or several, of any subsets.
            layer: name of the layer.
            channels: numbers of channels.

        Returns:
            Responses, and maps of them (``.maps``), whose ``target`` is the position among the channels.

        Raises:
            NotFoundError: there is no such sample or layer.
            ModelError: the layer has no such channel.
        """
        from percepta.engine.activations import activations

        return activations(self._explainer, self._rows(samples), layer, channels)

    @cached_property
    def _explainer(self) -> Explainer:
        """The model, opened when this is first asked for, and kept."""
        from percepta.engine.explain import Explainer

        subject = self.subject
        return Explainer.open(
            self.run,
            subject.integration,
            subject.source,
            trust=self.trust,
            device=self.device,
            workspace=self.workspace,
        )

    def _selection(
        self,
        where: Where,
        fields: Sequence[str] | None,
        order_by: str | None,
        descending: bool,
    ) -> Selection:
        from percepta.storage.export import Selection

        query = self.workspace.query(self.run.id, self.map.id if self.map else None)
        return Selection.of(query, read_where(where), fields, order_by, descending)

    def _rows(self, samples: Any) -> list[int]:
        import numpy as np

        from percepta.engine.asking import row_of

        several = isinstance(samples, list | tuple | range | np.ndarray)
        return [
            row_of(self.run, str(one)) if not isinstance(one, int | np.integer) else int(one)
            for one in (samples if several else [samples])
        ]

    def show(self, **options: Any) -> None:
        """Serve the page and open it at this run; returns on Ctrl-C. See :func:`serve`."""
        from percepta.server import serve as start

        start(self.workspace, fragment=f"#/runs/{self.run.id}", **options)


def read_where(where: Where) -> Filter:
    """Read a filter as Python gives it: as people type it, or as JSON; None: everything.

    Raises:
        FilterError: it cannot be read.
    """
    from percepta.core.filter_text import parse_filter
    from percepta.core.filters import Filter

    if isinstance(where, str):
        return parse_filter(where)
    return Filter.from_json(where or [])
