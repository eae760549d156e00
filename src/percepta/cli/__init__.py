"""Every verb of the system on the command line; heavy imports happen inside the verbs."""
