"""Secrets: files whose content becomes an environment variable of the process that runs the user's script.

Only the name of a secret is ever stored, with the job, so that whoever resumes it is told what it needs.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO, cast

from percepta.core.errors import PerceptaError, Where
from percepta.core.secrets import SHORTEST_SECRET, forget, hide, masked
from percepta.jobs.ending import InterruptedJobError

LARGEST = 64 * 1024
"""Most bytes of a secret; systems allow an environment variable of 128 KiB."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAKEN = re.compile(r"PERCEPTA_.*|PYTHON.*|LD_.*|DYLD_.*|PATH|HOME|SHELL|USER", re.IGNORECASE)


class SecretError(PerceptaError):
    """A secret cannot be given to the script."""

    code = "secret"


class SecretNeededError(InterruptedJobError):
    """A job cannot go on without a secret, which is not stored anywhere."""

    code = "secret_needed"


@dataclass(frozen=True, slots=True)
class Secret:
    """A value for the environment of the user's script.

    Attributes:
        name: of the environment variable.
        value: its value; not shown.
        warning: what a person should know about its file, if anything.
    """

    name: str
    value: str = field(repr=False)
    warning: str | None = None


def read_secret(option: str) -> Secret:
    """Read what ``--secret NAME=FILE`` names; one line break at the end of the file is dropped.

    Raises:
        SecretError: the option, the name, the file or its content cannot be used; the content is
            not told.
    """
    name, equals, file = option.partition("=")
    if not equals or not file:
        # What was given may be the secret itself: it is not repeated.
        raise SecretError(
            "--secret takes NAME=FILE.", fix="For example --secret AUTH_SECRET=credentials.json."
        )
    if not _NAME.fullmatch(name):
        raise SecretError(
            f"A secret cannot be named {name!r:.80}: it becomes an environment variable.",
            fix="Use letters, digits and _, not beginning with a digit, e.g. AUTH_SECRET.",
        )
    if _TAKEN.fullmatch(name):
        raise SecretError(
            f"A secret cannot be named {name}: the system itself reads that variable.",
            fix="Choose another name, and read that one in the script.",
        )
    path = Path(file).expanduser()
    content, warning = _read(name, path)
    return Secret(name, _text(name, content, Where(file=file)), warning)


def _read(name: str, path: Path) -> tuple[bytes, str | None]:
    where = Where(file=str(path))
    try:
        with path.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(LARGEST + 1)
    except FileNotFoundError:
        message = f"The file of the secret {name} is not there."
        raise SecretError(message, where=where, fix="Check the path.") from None
    except IsADirectoryError:
        message = f"The secret {name} names a folder."
        raise SecretError(message, where=where, fix="Give the file that holds it.") from None
    except OSError as error:
        raise SecretError(
            f"The file of the secret {name} cannot be read: {error.strerror}.",
            where=where,
            fix="Check its rights; `chmod 600` lets you alone read it.",
        ) from None
    if stat.S_ISREG(mode) and mode & stat.S_IROTH:
        shown = shlex.quote(str(path))
        return content, f"Everyone on this machine can read {shown}: `chmod 600 {shown}` ends that."
    return content, None


def _text(name: str, content: bytes, where: Where) -> str:
    if len(content) > LARGEST:
        message = f"The file of the secret {name} is larger than {LARGEST // 1024} KiB."
        raise SecretError(message, where=where, fix="Give the file that holds the secret alone.")
    try:
        value = content.decode()
    except UnicodeDecodeError:
        message = f"The file of the secret {name} is not text."
        raise SecretError(message, where=where, fix="Encode it, e.g. with base64.") from None
    value = value.removesuffix("\n").removesuffix("\r")
    if "\0" in value:
        message = f"The secret {name} has a NUL character in it."
        raise SecretError(message, where=where, fix="Encode it, e.g. with base64.")
    if len(value) < SHORTEST_SECRET:
        raise SecretError(
            f"The secret {name} has fewer than {SHORTEST_SECRET} characters: it could not be kept out "
            "of messages.",
            where=where,
            fix="Check that the file holds the whole secret.",
        )
    return value


@contextmanager
def given_here(secrets: Sequence[Secret]) -> Iterator[None]:
    """Give secrets to the user's code in this process, and keep them out of all it prints."""
    before = {secret.name: os.environ.get(secret.name) for secret in secrets}
    os.environ.update({secret.name: secret.value for secret in secrets})
    try:
        with hidden({secret.name: secret.value for secret in secrets}):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def hidden(values: Mapping[str, str]) -> Iterator[None]:
    """Mask secrets, by name, in errors and in what this process prints."""
    if not values:
        yield
        return
    for name, value in values.items():
        hide(name, value)
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", _Masking(stream)) for stream in streams)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        for name in values:
            forget(name)


class _Masking:
    """A text stream that masks secrets in every text written to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text; returns its length as it was given."""
        self._stream.write(masked(text))
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        """Write texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Be the stream in everything else."""
        return getattr(self._stream, name)


@contextmanager
def needed_by(params: Mapping[str, Any], verb: str) -> Iterator[None]:
    """Work on a job that was begun with secrets: they have to be in this process's environment.

    Args:
        params: the job's; ``secrets`` names them.
        verb: of the command line that can give them.

    Raises:
        SecretNeededError: one is missing; the fix is the command that gives it.
    """
    names: list[str] = params.get("secrets") or []
    missing = [name for name in names if name not in os.environ]
    if missing:
        options = " ".join(f"--secret {name}=FILE" for name in missing)
        resume = " --resume" if verb == "evaluate" else ""
        command = f"percepta {verb} {shlex.quote(params['script'])} {options}{resume}"
        are = "is" if len(missing) == 1 else "are"
        raise SecretNeededError(
            f"This job needs {' and '.join(missing)}, which {are} never stored.",
            fix=f"In a terminal, with the options it was begun with: {command}",
        )
    with hidden({name: os.environ[name] for name in names}):
        yield
