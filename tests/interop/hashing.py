"""A hasher of passwords that says what it was asked."""


class CountingHasher:
    """Counts how often it is asked.

    Parameters:
        longest: how many characters a password may have, as those of ``bcrypt`` may not have all.

    Attributes:
        hashed: the passwords that were hashed.
    """

    def __init__(self, longest: int = 72) -> None:
        self.hashed: list[str] = []
        self._longest = longest

    def hash(self, password: str) -> str:
        if len(password) > self._longest:
            raise ValueError("it is too long")
        self.hashed.append(password)
        return f"hash of {password}"

    def verify(self, stored: str, password: str) -> bool:
        return stored == f"hash of {password}"

    def check_needs_rehash(self, stored: str) -> bool:
        return False
