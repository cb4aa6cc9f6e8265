"""The native codec. So far it carries no codec, only the number of the contract it speaks."""

CONTRACT: int
