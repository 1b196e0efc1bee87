"""The toy box: what is printed on the card, what lies in the blister, and the photograph of it all."""
