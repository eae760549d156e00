"""Long tasks: a queue in the catalogue, worker processes, progress, cancel, resume."""
