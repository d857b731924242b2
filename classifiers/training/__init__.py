"""How the shipped small models are made: from labelled posts to the files in ``small/model``.

``python -m classifiers.training`` reads ``classifiers/data`` and, where it is given their folder,
the openly licensed sets named in :mod:`classifiers.training.sets`. Nothing here is needed to run
the product; it needs the extra ``train``.
"""
