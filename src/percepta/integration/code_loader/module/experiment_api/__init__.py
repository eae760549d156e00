"""`code_loader.experiment_api`: what a training logs, epoch by epoch."""
