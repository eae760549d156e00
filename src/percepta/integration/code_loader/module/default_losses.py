"""`code_loader.default_losses`: the losses every script has by name."""

from __future__ import annotations

from enum import Enum

from percepta.integration.code_loader.module.default_metrics import (
    binary_crossentropy,
    categorical_crossentropy,
    mean_absolute_error_dimension_reduced,
    mean_absolute_percentage_error_dimension_reduced,
    mean_squared_error_dimension_reduced,
    mean_squared_logarithmic_error_dimension_reduced,
)


class LossName(Enum):
    """The losses of this module."""

    MeanSquaredError = "MeanSquaredError"
    MeanSquaredLogarithmicError = "MeanSquaredLogarithmicError"
    MeanAbsoluteError = "MeanAbsoluteError"
    MeanAbsolutePercentageError = "MeanAbsolutePercentageError"
    CategoricalCrossentropy = "CategoricalCrossentropy"
    BinaryCrossentropy = "BinaryCrossentropy"


loss_name_to_function = {
    LossName.MeanSquaredError.name: mean_squared_error_dimension_reduced,
    LossName.MeanSquaredLogarithmicError.name: mean_squared_logarithmic_error_dimension_reduced,
    LossName.MeanAbsoluteError.name: mean_absolute_error_dimension_reduced,
    LossName.MeanAbsolutePercentageError.name: mean_absolute_percentage_error_dimension_reduced,
    LossName.CategoricalCrossentropy.name: categorical_crossentropy,
    LossName.BinaryCrossentropy.name: binary_crossentropy,
}
