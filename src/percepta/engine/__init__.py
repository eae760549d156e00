"""The recipes: evaluate and explore. Glue between models, integration, analysis and storage."""
