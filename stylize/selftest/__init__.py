"""stylize selftest: the promises, tried on the user's own machine, each with a control that must trip."""
