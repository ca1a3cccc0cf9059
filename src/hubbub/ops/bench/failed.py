"""The one way in which a measurement ends early. Knows nothing of what was measured."""


class CannotMeasure(Exception):
    """What was measured would not be true; the text is the sentence that the operator reads."""
