"""From the changes that a program names to the update that MongoDB takes."""
