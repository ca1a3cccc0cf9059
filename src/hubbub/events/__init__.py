"""An ordered log: streams of numbered events. It knows no chat noun."""
