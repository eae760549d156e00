"""First scripts: what ``percepta init`` writes, made of small texts and of a look at the user's data.

A script is put together from ``tasks/<task>.txt`` (what is looked at), ``sources/<task>.<data>.txt`` (how the
samples are read), ``networks/<task>.txt`` (a tiny network, where there is no model yet) and ``parts/``.
Every text is what a newcomer reads; a new kind of task or data is a new text and a line in ``choices``.
"""

from percepta.templates.choices import DATA, FITTING, TASKS, Choice
from percepta.templates.writing import Written, write_script

__all__ = ["DATA", "FITTING", "TASKS", "Choice", "Written", "write_script"]
