"""What a Document class is made of: its names, its conversions, how it shows itself."""
