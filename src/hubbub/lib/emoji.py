"""What one emoji is, and its one spelling; knows nothing of what it is a reaction to.

After Unicode's technical standard 51: a base with a skin tone, a variation selector or tags, several of them
joined by ZWJ, a keycap, or a pair of regional letters. Pictographs kept free for later versions count too.
"""

import re

from hubbub.lib.refusals import BadField

MAX_CODE_POINTS = 32

# Below U+10000 only these are emoji (Extended_Pictographic).
_LOW = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388\u23cf\u23e9-\u23f3"
    "\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2605\u2607-\u2612\u2614-\u2685\u2690-\u2705"
    "\u2708-\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763-\u2767"
    "\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
)
# Above it whole blocks are, without skin tones and regional letters.
_HIGH = (
    "\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f\U0001f18e"
    "\U0001f191-\U0001f19a\U0001f1ad-\U0001f1e5\U0001f201-\U0001f20f\U0001f21a\U0001f22f\U0001f232-\U0001f23a"
    "\U0001f23c-\U0001f23f\U0001f249-\U0001f3fa\U0001f400-\U0001f53d\U0001f546-\U0001f64f\U0001f680-\U0001f6ff"
    "\U0001f774-\U0001f77f\U0001f7d5-\U0001f7ff\U0001f80c-\U0001f80f\U0001f848-\U0001f84f\U0001f85a-\U0001f85f"
    "\U0001f888-\U0001f88f\U0001f8ae-\U0001f8ff\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001faff"
    "\U0001fc00-\U0001fffd"
)
# Of the low ones these show as emoji unasked (Emoji_Presentation); of the high ones all but those.
_LOW_COLOURED = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd"
    "\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e"
    "\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55"
)
_HIGH_PLAIN = (
    "\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f202\U0001f237\U0001f321\U0001f324-\U0001f32c\U0001f336\U0001f37d"
    "\U0001f396\U0001f397\U0001f399-\U0001f39b\U0001f39e\U0001f39f\U0001f3cb-\U0001f3ce\U0001f3d4-\U0001f3df"
    "\U0001f3f3\U0001f3f5\U0001f3f7\U0001f43f\U0001f441\U0001f4fd\U0001f549\U0001f54a\U0001f56f\U0001f570"
    "\U0001f573-\U0001f579\U0001f587\U0001f58a-\U0001f58d\U0001f590\U0001f5a5\U0001f5a8\U0001f5b1\U0001f5b2\U0001f5bc"
    "\U0001f5c2-\U0001f5c4\U0001f5d1-\U0001f5d3\U0001f5dc-\U0001f5de\U0001f5e1\U0001f5e3\U0001f5e8\U0001f5ef\U0001f5f3"
    "\U0001f5fa\U0001f6cb\U0001f6cd-\U0001f6cf\U0001f6e0-\U0001f6e5\U0001f6e9\U0001f6f0\U0001f6f3"
)
_COLOUR = "\ufe0f"  # "show this as emoji"
_BASE = f"[{_LOW}{_HIGH}]"
_SKIN = "[\U0001f3fb-\U0001f3ff]"
_TAGS = "[\U000e0020-\U000e007e]+\U000e007f"
_PART = f"(?:{_BASE}{_COLOUR}?(?:{_SKIN}|{_TAGS})?)"
_EMOJI = re.compile(
    f"{_PART}(?:\u200d{_PART})*+|[0-9#*]{_COLOUR}?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}",
)
_NEEDS_COLOUR = re.compile(f"(?:(?![{_LOW_COLOURED}])[{_LOW}]|[{_HIGH_PLAIN}])(?!{_SKIN})|[0-9#*]")


def clean_emoji(text: str) -> str:
    """The full spelling of the one emoji that `text` is, the same with or without its variation selectors."""
    if len(text) > MAX_CODE_POINTS or not _EMOJI.fullmatch(text):
        raise BadField("A reaction is one emoji.")
    return _NEEDS_COLOUR.sub(lambda match: match[0] + _COLOUR, text.replace(_COLOUR, ""))
