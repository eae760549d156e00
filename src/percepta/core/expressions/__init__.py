"""Expressions of derived fields: a small language over a sample's fields.

``parse`` reads a text into a tree, ``type_of`` finds out what the tree gives over the fields of a run.
Nothing of a text is ever run as code: a tree holds only the nodes of
:mod:`percepta.core.expressions.tree`, and who evaluates it (:mod:`percepta.storage.evaluation`) knows each.
"""

from percepta.core.expressions.functions import FUNCTIONS, Function
from percepta.core.expressions.parser import MAX_LENGTH, parse
from percepta.core.expressions.tree import Binary, Call, Literal, Name, Node, Unary, names
from percepta.core.expressions.typing import type_of

__all__ = [
    "FUNCTIONS",
    "MAX_LENGTH",
    "Binary",
    "Call",
    "Function",
    "Literal",
    "Name",
    "Node",
    "Unary",
    "names",
    "parse",
    "type_of",
]
