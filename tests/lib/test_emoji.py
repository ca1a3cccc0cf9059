"""One emoji, one spelling."""

import pytest

from hubbub.lib.refusals import BadField
from hubbub.lib.text import clean_emoji

FULL = (
    "👍 👍🏽 ❤️ ☝🏽 ✌️ ✅ ❌ 😀 🫠 🎉 🔥 👀 🙏 💯 🚀 ⭐ ☀️ ☕ ⚡ ✔️ ➕ ©️ ™️ ℹ️ ↔️ ▶️ ⏸️ Ⓜ️ ㊗️ 〰️ ‼️ 🅰️ 🈚 🈂️ 🌶️ 🕷️ 🖐️ 🛠️ "
    "🗳️ 🃏 🀄 1️⃣ #️⃣ *️⃣ 🇩🇪 🇺🇦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏳️‍🌈 🏴‍☠️ 👨‍👩‍👧‍👦 👩🏽‍❤️‍💋‍👨🏿 🧑‍⚕️ 👁️‍🗨️ ❤️‍🔥 🕵️‍♂️ 🕵🏽‍♀️ 🐻‍❄️ 🙂‍↔️ 🧑🏻‍🤝‍🧑🏿"
)
EMOJI = FULL.split(" ")


@pytest.mark.parametrize("emoji", EMOJI)
def test_the_full_spelling_is_kept(emoji: str) -> None:
    assert clean_emoji(emoji) == emoji


@pytest.mark.parametrize("emoji", EMOJI)
def test_the_spelling_without_selectors_is_the_same_emoji(emoji: str) -> None:
    assert clean_emoji(emoji.replace("\ufe0f", "")) == emoji


@pytest.mark.parametrize("emoji", ["👍\ufe0f", "😀\ufe0f", "✅\ufe0f", "👨\ufe0f‍👩\ufe0f‍👧"])
def test_a_selector_that_is_not_needed_is_left_out(emoji: str) -> None:
    assert clean_emoji(emoji) == emoji.replace("\ufe0f", "")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "a",
            "1",
            "#",
            "ok",
            ":+1:",
            "👍👍",
            "👍 ",
            " 👍",
            "👍a",
            "👍\n",
            "<b>",
            "✓",
            "℃",
            "→",
            "\u200d",
            "\ufe0f",
        ),
        *(
            "👍\u200d",
            "\u200d👍",
            "👍\u200d\u200d👍",
            "❤\ufe0e",
            "❤\ufe0f\ufe0f",
            "🇩",
            "🇩🇪🇫",
            "🇩🇪🇫🇷",
            "1\u20e3\u20e3",
            "a\u20e3",
        ),
        *("🏽", "🏴\U000e0067", "🏴\U000e007f", "\ud83d", "\U000e0067", "👍\u202e", "👍\u0301", "\u3164"),
        "👨" + "\u200d👩" * 16,
        "👍" * 10_000,
    ],
)
def test_what_is_not_one_emoji_is_refused(text: str) -> None:
    with pytest.raises(BadField):
        clean_emoji(text)
