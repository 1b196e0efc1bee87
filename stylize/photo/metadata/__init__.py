"""What a file tells beside its picture."""
