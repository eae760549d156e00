"""Questions that a page asks and waits for: answered by processes that stay warm between them.

User code and models run in those processes and nowhere else, as they do for jobs; the server only passes
questions on.
"""

from percepta.jobs.answering.pool import AnswerPool

__all__ = ["AnswerPool"]
