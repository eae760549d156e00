"""percepta from Python: evaluate a model over datasets and look at the result, in a few lines."""

from percepta.api.evaluating import evaluate, serve
from percepta.api.evaluation import Evaluation

__all__ = ["Evaluation", "evaluate", "serve"]
