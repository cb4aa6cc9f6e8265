"""Which field a type means, a family of types a module: each has a ``field_for``."""
