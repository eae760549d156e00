"""Existing scripts that are written against the public ``code_loader`` API, run as they stand.

``module`` is the package that such a script imports; it is visible under the name ``code_loader`` only in
the process that runs a script (:mod:`finder`). What a script declares there becomes one neutral
``Integration`` (:mod:`bridge`); the rest of the system never hears of it.
"""

from percepta.integration.code_loader.loading import load_code_loader_script
from percepta.integration.code_loader.project import Project, project_of

__all__ = ["Project", "load_code_loader_script", "project_of"]
