"""What a pickle would import and call, read without running it."""

from __future__ import annotations

import pickletools
from collections.abc import Iterator
from io import BytesIO

from percepta.models.zip_members import ZipMembers

_TENSORS = {
    "collections.OrderedDict",
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_tensor_v2",
    "torch._tensor._rebuild_from_type_v2",
}
"""What every file of tensors calls; not worth telling."""


def imports_of(pickled: bytes) -> list[str]:
    """Return what a pickle names to be imported, e.g. ``os.system``, in order, each once.

    Only opcodes are read: nothing is imported or called. A damaged pickle gives what was read until then.
    """
    return list(dict.fromkeys(_imports(pickled)))


def telling_imports(saved: bytes) -> list[str]:
    """Return what the pickle of a file that ``torch.save`` wrote would import to do more than tensors."""
    pickled = saved
    if saved.startswith(b"PK"):
        members = ZipMembers(saved)
        pickled = members.read("data.pkl") if "data.pkl" in members.names else b""
    names = [name for name in imports_of(pickled) if name not in _TENSORS]
    return [n for n in names if not (n.startswith("torch.") and n.endswith("Storage"))]


def _imports(pickled: bytes) -> Iterator[str]:
    """Follow the texts on the stack as far as naming a global needs; pickles may follow each other."""
    stream = BytesIO(pickled)
    try:
        while stream.tell() < len(pickled):
            yield from _imports_of_next(stream)
    except (ValueError, IndexError, KeyError, UnicodeDecodeError, EOFError):
        return


def _imports_of_next(stream: BytesIO) -> Iterator[str]:
    texts: list[str] = []
    memo: dict[str, str] = {}
    for opcode, argument, _ in pickletools.genops(stream):
        if opcode.name in {"GLOBAL", "INST"}:
            yield str(argument).replace(" ", ".", 1)
        elif opcode.name == "STACK_GLOBAL":
            yield ".".join(texts[-2:])
        elif opcode.name.removeprefix("SHORT_").startswith(("BINUNICODE", "UNICODE")):
            texts.append(str(argument))
        elif opcode.name == "MEMOIZE":
            memo[str(len(memo))] = texts[-1] if texts else ""
        elif opcode.name.endswith("PUT"):
            memo[str(argument)] = texts[-1] if texts else ""
        elif opcode.name.endswith("GET"):
            texts.append(memo.get(str(argument), ""))
