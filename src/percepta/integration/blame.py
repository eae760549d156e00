"""Finding the place in the user's code that an error belongs to."""

from __future__ import annotations

import functools
import inspect
import sysconfig
import traceback
from dataclasses import replace
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

from percepta.core.errors import PerceptaError, Where
from percepta.core.secrets import masked
from percepta.core.subsets import SampleId, Subset

PACKAGE = str(Path(__file__).resolve().parents[1])
LIBRARIES = tuple(
    {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
)
MOST_FRAMES = 20
LONGEST_TRACEBACK = 10_000

E = TypeVar("E", bound=PerceptaError)


def shown(path: str) -> str:
    """Path as a person would write it: relative to the current folder where it lies beneath."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return path


@functools.lru_cache(maxsize=4096)
def is_users(path: str) -> bool:
    """Whether a source file is the user's own, not Python's, a library's or percepta's."""
    if path.startswith("<frozen"):
        return False
    inside = any(path.startswith(folder) for folder in (PACKAGE, *LIBRARIES))
    return not inside and "site-packages" not in path and "dist-packages" not in path


def defined_at(function: Any) -> Where:
    """Where a function (or the class of a callable object) is defined."""
    plain = inspect.unwrap(function) if callable(function) else function
    while isinstance(plain, functools.partial):
        plain = plain.func
    code = getattr(plain, "__code__", None)
    if code is None and callable(plain):
        code = getattr(type(plain).__call__, "__code__", None)
    if not isinstance(code, CodeType) or not is_users(code.co_filename):
        return Where(function=name_of(function))
    return Where(file=shown(code.co_filename), line=code.co_firstlineno, function=name_of(function))


def name_of(function: Any) -> str:
    """Name of a function, or of the class of a callable object."""
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__name__", None) or type(function).__name__
    return str(name)


def at_sample(where: Where, subset: Subset | None, sample_id: SampleId | None) -> Where:
    """Return the same place, for one sample."""
    return replace(
        where,
        subset=subset.value if subset is not None else where.subset,
        sample_id=str(sample_id) if sample_id is not None else where.sample_id,
    )


def raised_at(error: BaseException, otherwise: Where) -> Where:
    """Return the innermost place of the user's own code that an exception passed through.

    Args:
        error: the exception, with its traceback.
        otherwise: the answer where it passed through none.
    """
    found = otherwise
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if is_users(code.co_filename):
            named = code.co_name.isidentifier()
            found = Where(
                file=shown(code.co_filename),
                line=trace.tb_lineno,
                function=code.co_name if named else otherwise.function,
                subset=otherwise.subset,
                sample_id=otherwise.sample_id,
            )
        trace = trace.tb_next
    return found


def blamed(error: Exception, kind: type[E], name: str, where: Where, fix: str) -> E:
    """Turn an exception from the user's code into one of ours.

    Args:
        error: what was raised.
        kind: our class of error.
        name: name of the user's function that was called.
        where: the place to name where the traceback shows none of the user's.
        fix: what the user can do, where the exception does not know better itself.
    """
    place = raised_at(error, where)
    if isinstance(error, PerceptaError):  # e.g. a visual that does not fit: its sentence is better
        inner = error.where
        place = replace(
            inner if inner.file is not None else place,
            subset=place.subset or inner.subset,
            sample_id=place.sample_id or inner.sample_id,
        )
        made = kind(error.message, where=place, fix=error.fix or fix)
    else:
        # Masked before it is cut: half a secret would no longer be recognised.
        text = " ".join(masked(str(error)).split())
        sentence = f"{name}() raised {type(error).__name__}" + (f": {text}" if text else "")
        if len(sentence) > 500:
            sentence = sentence[:497] + "..."
        made = kind(sentence if sentence.endswith(".") else sentence + ".", where=place, fix=fix)
    made.traceback = users_traceback(error)
    return made


def users_traceback(error: BaseException) -> str | None:
    """Return an exception's traceback with the frames of the user's own code only, secrets masked.

    None where it passed through none of the user's code. Of a long way both ends are kept.
    """
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if is_users(frame.filename)
    ]
    if not frames:
        return None
    for frame in frames:
        frame.filename = shown(frame.filename)
    steps = traceback.format_list(frames)  # a function that calls itself is told once
    if len(steps) > MOST_FRAMES:
        steps = [*steps[: MOST_FRAMES // 2], "  ...\n", *steps[-MOST_FRAMES // 2 :]]
    title = "Traceback of your code (most recent call last):\n"
    lines = [title, *steps, *traceback.format_exception_only(error)]
    return masked("".join(lines).rstrip())[:LONGEST_TRACEBACK]
