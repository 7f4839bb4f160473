"""What others have evaluated, recorded beside our own evidence and never mixed with it."""
