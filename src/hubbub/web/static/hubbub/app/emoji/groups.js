/** The emoji that people use most, in rows by what they are about. Data only. */

/** @type {{ id: string, signs: string }[]} */
export const GROUPS = [
  {
    id: 'faces',
    signs:
      '😀 😃 😄 😁 😅 😂 🤣 😊 🙂 🙃 😉 😍 🥰 😘 😋 😜 🤪 🤗 🤔 🤨 😐 😶 🙄 😏 😬 😌 😴 🤒 🥵 🥶 😎 🤓 🧐 😕 🙁 😮 😲 😳 🥺 😢 😭 😱 😤 😡 🤯 🥳 😇 🤠 🤖 👻 💀',
  },
  { id: 'hands', signs: '👍 👎 👌 ✌️ 🤞 🤝 👏 🙌 🙏 💪 👋 🤚 ✋ 👉 👈 👆 👇 ☝️ ✊ 👊 🫶 🤷 🤦 🙋 💁 🏃 🧑‍💻' },
  { id: 'hearts', signs: '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💯 ✨ 🔥 ⭐ 🌟 💥 🎉 🎊 🎁 🏆 🥇' },
  { id: 'things', signs: '👀 ✅ ❌ ❗ ❓ ⚠️ 🚀 🐛 🔧 🔨 ⚙️ 📌 📎 📝 📅 📈 📉 💡 🔒 🔑 🔔 📣 💬 📷 💻 📱 ⏰ ⌛ 🚧 🛑' },
  { id: 'nature', signs: '☀️ ⛅ 🌧️ ❄️ 🌈 🌊 🌱 🌳 🌸 🌻 🍀 🐶 🐱 🦊 🐻 🐼 🐸 🦉 🐝 🦋 🐢 🐙' },
  { id: 'food', signs: '☕ 🍵 🍺 🍷 🥂 🍕 🍔 🍟 🌮 🍣 🍜 🍰 🎂 🍪 🍫 🍎 🍌 🍓 🥑 🥕' },
];
