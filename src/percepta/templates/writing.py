"""Putting a script together, and writing it with its example data; nothing is ever overwritten unasked."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from percepta.core.errors import ConflictError, IntegrationError, Where
from percepta.templates.choices import Choice
from percepta.templates.examples import SIDE, make_examples
from percepta.templates.looking import look
from percepta.templates.texts import text

SCRIPT = "integration.py"
USUAL_SIZE = 64
EXAMPLES = ("data", "data.csv", "data.npz")
"""What the example data may be called, in the folder of the script."""

_HEAD = '''"""What percepta needs to know about my data and my model: $task$from_data.

Try every part of it, run it, look at it:

    percepta check
    percepta evaluate
    percepta serve
$replace
The functions of 1 to 3 are called for one sample, with its id and its subset. An argument of a loss, a
metric or a visualizer is the input, the ground truth or the prediction of that name.
"""

$imports
$here
'''
_REPLACE = """
What stands in for something of yours is marked with REPLACE.
"""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        script: the script.
        data: the example data made for it, or None.
        found: what the look at the user's data found, in sentences.
    """

    script: Path
    data: Path | None
    found: tuple[str, ...]


def write_script(folder: Path, choice: Choice, *, force: bool = False) -> Written:
    """Write a script that passes ``percepta check`` as it stands.

    Args:
        folder: where to; made if it is not there.
        choice: what for.
        force: replace a script and example data that are already there.

    Raises:
        ConflictError: there is a script or example data already.
        IntegrationError: the user's data is not what the choice says, or the folder cannot be written.
    """
    script = folder / SCRIPT
    makes_data = choice.path is None and choice.data != "datasets"
    taken = [script, *(folder / name for name in EXAMPLES)] if makes_data else [script]
    for path in taken:
        if path.exists() and not force:
            raise ConflictError(
                f"{path.name} is already here.",
                where=Where(file=str(path)),
                fix="Choose another folder, or say --force to replace it.",
            )
    found = None if choice.path is None else look(choice, choice.path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = make_examples(choice.task, choice.data, folder) if makes_data else None
        found = found or look(choice, made)
        script.write_text(render(choice, folder, choice.path or made, found.values), "utf-8")
    except OSError as error:
        raise IntegrationError(
            f"The folder cannot be written: {error.strerror}.",
            where=Where(file=str(folder)),
            fix="Choose another folder.",
        ) from None
    return Written(script, made, found.found if choice.path else ())


def render(choice: Choice, folder: Path, data: Path | None, values: Mapping[str, str]) -> str:
    """Return a script.

    Args:
        choice: what for.
        folder: where it will lie.
        data: what it reads; None where its code makes the data.
        values: what was found in the data, by placeholder.
    """
    own_data, own_model = choice.path is not None, choice.model is not None
    made_size = USUAL_SIZE if own_data else SIDE
    size = choice.size or made_size
    filled = {
        "data": "" if data is None else _path(data, folder),
        "replace_data": "" if own_data else "  # REPLACE: your own",
        "size": str(size),
        "length": "64" if own_data else "16",
        "channels": "1",
        "outputs": "",
        **values,
    }
    network = text("networks", choice.task)
    if choice.model is not None:
        network = f'    """The model file."""\n    return {_path(choice.model, folder)}\n'
    imports, source = _parted(text("sources", f"{choice.task}.{choice.data}"))
    more, task = _parted(text("tasks", choice.task))
    filled["model_body"] = Template(network).substitute(filled).rstrip("\n")
    filled["data_section"] = Template(source).substitute(filled).strip("\n")
    body = Template(task).substitute(filled).strip("\n") + "\n"
    here = "HERE = Path(__file__).parent" if "HERE" in body else ""
    needed = [line for line in (*imports, *more) if _used(line, body + here)]
    if here or "Path(" in body:
        needed.append("from pathlib import Path")
    head = Template(_HEAD).substitute(
        task=choice.task.replace("-", " "),
        from_data=f" from {choice.data}",
        replace="" if own_data and own_model else _REPLACE,
        imports=_sorted(needed),
        here=f"\n{here}" if here else "",
    )
    script = re.sub(r"\n+# ---- ", "\n\n\n# ---- ", head.rstrip("\n") + "\n\n" + body)
    return re.sub(r"\n{4,}", "\n\n\n", script)


def _parted(code: str) -> tuple[list[str], str]:
    """Part a text into its imports and the rest."""
    lines = code.splitlines()
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    return imports, "\n".join(line for line in lines if line not in imports)


def _used(statement: str, code: str) -> bool:
    names = statement.rpartition("import ")[2].split(" as ")[-1].split(", ")
    return any(re.search(rf"\b{name}\b", code) for name in names)


def _sorted(imports: Iterable[str]) -> str:
    """Group imports as they are read best: Python's own, then others."""
    groups: dict[bool, set[str]] = {True: set(), False: set()}
    for statement in imports:
        groups[statement.split()[1].partition(".")[0] in sys.stdlib_module_names].add(statement)
    ordered = [sorted(group, key=lambda s: (s.startswith("from"), s)) for group in groups.values()]
    return "\n\n".join("\n".join(group) for group in ordered if group)


def _path(path: Path, folder: Path) -> str:
    """Return a path as Python: relative to the script where it lies beside it."""
    full = path.expanduser().resolve()
    try:
        parts = full.relative_to(folder.resolve()).as_posix()
    except ValueError:
        return f"Path({json.dumps(str(full), ensure_ascii=False)})"
    return f"HERE / {json.dumps(parts, ensure_ascii=False)}"
