"""Documents whose fields are declared by annotations: ``name: str``.

body.py: a class body becomes fields    names.py: what the names in annotations mean
hints.py: an annotation, taken apart    families/: which field it means
"""
