"""The verbs, one module each; ``register`` adds a module's verbs to the command."""
