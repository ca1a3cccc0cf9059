"""What counts as text, as a name and as a handle; knows no model that keeps them."""

import re
import unicodedata

from hubbub.lib.emoji import clean_emoji
from hubbub.lib.refusals import BadField, BadName, BadText, Reserved, TooLarge

__all__ = ["USERNAME_PATTERN", "clean_body", "clean_emoji", "clean_name", "clean_username", "name_key"]

USERNAME_PATTERN = r"[\w@.+\-]+"
RESERVED_USERNAMES = frozenset({"all", "here", "everyone", "channel", "room", "hubbub", "system"})

# White_Space of Unicode without the separators of files and records, which are controls here.
_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
# Default_Ignorable_Code_Point, interlinear marks and the empty braille cell: nothing is drawn for them.
_UNSEEN = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROLS = "\x00-\x1f\x7f-\x9f"
_SEEN = re.compile(f"[^{_SPACES}{_UNSEEN}{_CONTROLS}]")
_BAD_IN_BODY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_FLAG_TAGS = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
_NEVER_IN_NAMES = (
    f"{_CONTROLS}/\u2028\u2029\ufffd\ud800-\udfff{_NONCHARACTERS}"
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# Selectors choose the look of the letter before them; without one they are only unseen.
_BAD_IN_NAME = re.compile(
    f"[{_NEVER_IN_NAMES}]|(?<![^{_SELECTORS}{_SPACES}])[{_SELECTORS}]|(?<![\u1800-\u18af])[\u180b-\u180f]"
)
_FLAG = re.compile(_FLAG_TAGS)
_USERNAME = re.compile(USERNAME_PATTERN)
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_NOT_SEEN = re.compile(f"[{_UNSEEN}]")  # Hangul fillers count as letters, and nobody sees them


def clean_body(text: str, *, max_chars: int) -> str:
    """The text of a message, unchanged: what may not be kept is refused, nothing is trimmed or rewritten."""
    if len(text) > max_chars:
        raise TooLarge(f"A message has at most {max_chars} characters.")
    if _BAD_IN_BODY.search(text):
        raise BadText("The text holds a control character or half a character.")
    if not _SEEN.search(text):
        raise BadField("The message is empty.")
    return text


def name_key(name: str) -> str:
    """What two names may not share: the same letters in any case or composition, without outer spaces."""
    composed = unicodedata.normalize("NFC", name.strip(_SPACES))
    return unicodedata.normalize("NFC", composed.casefold())


def clean_name(name: str, *, max_chars: int) -> str:
    """The name of a room as it is kept: composed, without outer spaces."""
    if (
        len(name) > 4 * max_chars
    ):  # composing takes quadratic time, and makes names at most three times shorter
        raise BadName(f"A name has at most {max_chars} characters.")
    cleaned = unicodedata.normalize("NFC", name.strip(_SPACES))
    if len(cleaned) > max_chars:
        raise BadName(f"A name has at most {max_chars} characters.")
    if _BAD_IN_NAME.search(_FLAG.sub("\U0001f3f4", cleaned)):
        raise BadName("A name may not hold a slash, a control character or an unseen one.")
    if cleaned in {".", ".."} or not _SEEN.search(cleaned):
        raise BadName("This is not a name.")
    return cleaned


def clean_username(name: str, *, max_chars: int = 64) -> str:
    """A handle as it is kept: letters and digits of any script and `@ . + - _`."""
    if len(name) > max_chars:
        raise BadName(f"A username has at most {max_chars} characters.")
    cleaned = unicodedata.normalize("NFKC", name)
    if not _USERNAME.fullmatch(cleaned) or _NOT_SEEN.search(cleaned) or not _LETTER_OR_DIGIT.search(cleaned):
        raise BadName("A username has letters, digits and @ . + - _ only.")
    if len(cleaned) > max_chars:
        raise BadName(f"A username has at most {max_chars} characters.")
    if cleaned.casefold() in RESERVED_USERNAMES:
        raise Reserved("This username is reserved.")
    return cleaned
