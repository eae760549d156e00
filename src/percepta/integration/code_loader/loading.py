"""Loading a ``code_loader`` script, as a platform does: it runs once, with the wiring recorded only.

The script's top level and the body of its integration test run while decorated functions only record how
they are connected. ``load_model`` is not called until the model is wanted, so no model is opened to look
at a script. ``IS_TENSORLEAP_PLATFORM`` stays as it is: scripts take it (and ``IS_CLOUD``) as a sign that
data lie in another place, whereas here they lie where the user has them. Keras, where a script imports it,
runs on torch, as percepta runs Keras models, unless the user chose another backend.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from percepta.core.errors import PerceptaError
from percepta.integration.blame import raised_at
from percepta.integration.code_loader.finder import visibility
from percepta.integration.code_loader.project import Project
from percepta.integration.integration import Integration
from percepta.integration.running import read_script, run_script

if TYPE_CHECKING:
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

T = TypeVar("T")


def load_code_loader_script(project: Project) -> Integration:
    """Run a script and make an integration of what it declares.

    Args:
        project: the script and what belongs to it; see :func:`project_of`.

    Raises:
        IntegrationError: the script is no Python, raises, or what it declares does not fit together;
            file and line are named.
    """
    from percepta.integration.code_loader.bridge import integrate

    return load_with(project, lambda binder, digest: integrate(binder, project, digest))


def load_with(project: Project, make: Callable[[LeapBinder, str], T]) -> T:
    """Run a script and make something of its binder.

    Args:
        project: the script and what belongs to it.
        make: ``(binder, hash of the code) -> result``; ``code_loader`` can be imported, and the
            project's folders too, for as long as the result lives.

    Raises:
        IntegrationError: as for :func:`load_code_loader_script`.
    """
    from percepta.integration.code_loader.module.inner_leap_binder._state import (
        fresh_binder,
        recording,
    )
    from percepta.integration.code_loader.module.inner_leap_binder._testing import record_wiring

    script = read_script(project.script)

    def gather(execute: Callable[[], str]) -> T:
        visibility.begin()
        try:
            binder = fresh_binder()
            with recording():
                digest = execute()
            record_wiring(binder)
            result = make(binder, digest)
        except PerceptaError as error:
            visibility.end()
            if error.where.file is None:
                error.where = raised_at(error, script.where)
            raise
        except BaseException:
            visibility.end()
            raise
        weakref.finalize(result, visibility.end)
        return result

    return run_script(script, project.folders, gather)
