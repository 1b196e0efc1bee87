"""The only code in Stylize that opens a connection: `python -m stylize.weights.fetch`, a process of its own.

Nothing imports this package (an import-linter contract holds it); `stylize weights pull` starts it with an order on
stdin. It runs outside the wall, so it never sees a photo. The official client library, huggingface_hub, speaks the
hub's protocol; what is ours is that every host is checked and named before it is talked to, that a download goes on
where it stopped, and that nothing gets its final name before its size and hash are right.
"""
