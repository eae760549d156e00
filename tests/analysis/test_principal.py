"""Principal components against a singular value decomposition."""

import numpy as np

from percepta.analysis.principal import principal_components

from .planted import digits, planted


def test_components_are_those_of_the_singular_values():
    vectors, _ = digits()
    found = principal_components(vectors, 5)
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    expected = centred @ directions[:5].T
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found, expected * signs, atol=1e-2)


def test_more_components_than_dimensions_or_rank():
    vectors, _ = planted(50, 2, width=3)
    assert principal_components(vectors, 10).shape == (50, 3)
    line = np.outer(np.arange(9), [1, 2, 2]).astype(np.float32)
    found = principal_components(line, 3)
    np.testing.assert_allclose(np.diff(found[:, 0]), 3, rtol=1e-5)
    assert (found[:, 1:] == 0).all()


def test_equal_rows_and_one_row():
    assert (principal_components(np.full((4, 3), 7, np.float32), 2) == 0).all()
    assert (principal_components(np.ones((1, 3), np.float32), 2) == 0).all()
