"""The parts of the page. Each makes its widgets inside the layout that is open, and gives them back by name."""
