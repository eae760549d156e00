"""`code_loader.experiment_api.types`."""

from __future__ import annotations

MetricValue = str | float
Metrics = dict[str, MetricValue]
