"""Pure numerics: arrays in, arrays out, no I/O.

Nothing is imported here; ask the module that owns the subject, so that what is heavy loads only
when it is used:

* :mod:`percepta.analysis.latent` builds latent spaces from layer responses,
* :mod:`percepta.analysis.neighbours` finds nearest neighbours in a latent space,
* :mod:`percepta.analysis.projection` lays a latent space out in two dimensions,
* :mod:`percepta.analysis.clustering` finds clusters on the latent side,
* :mod:`percepta.analysis.naming` says what characterises each cluster,
* :mod:`percepta.analysis.trust` measures how far a map can be believed.
"""
