"""What scripts/train_digits.py is made of."""
