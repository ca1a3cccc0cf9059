"""What the people of a seeded workspace are called and talk about. Words only."""

from dataclasses import dataclass

OWNER = "ada"
BOT = "deploy-bot"
PEOPLE = (OWNER, "ben", "Zoë", "kenji", "Марина", "Олег", "ليلى", "يوسف", BOT)
ADMINS = (OWNER, "Марина")


@dataclass(frozen=True, slots=True)
class Place:
    """A room to be made: who manages it and who else belongs to it."""

    name: str
    kind: str
    topic: str
    owner: str
    members: tuple[str, ...]
    visitors: bool = False


PLACES = (
    Place("general", "public", "Everything that has no better place", OWNER, PEOPLE[1:], visitors=True),
    Place("Дизайн и тексты", "public", "Макеты, слова, мелочи", "Марина", (OWNER, "Олег", "Zoë", "ليلى")),
    Place("release 2.0", "private", "Until it is out", "ben", (OWNER, "kenji", "Марина", "Zoë", BOT)),
    Place("Announcements", "announcement", "Read by everybody, written by few", OWNER, PEOPLE[1:]),
    Place("Admins", "staff", "Keys, costs, complaints", OWNER, ("Марина",)),
    Place("kitchen ☕", "public", "Lunch, cats, weather", "يوسف", (OWNER, "ben", "Марина", "kenji", "ليلى")),
)

# Each talk is a room's number, then turns: who (a number among the room's people) and what. {name} is somebody there.
TALKS: tuple[tuple[int, tuple[tuple[int, str], ...]], ...] = (
    (
        0,
        (
            (0, "Good morning! Stand-up notes go here today, I am on the train."),
            (1, "Yesterday: the import. Today: its tests."),
            (2, "Finishing the search page. No blockers."),
            (3, "Reviewing. @{name}, yours is next."),
            (0, "Thank you all :)"),
        ),
    ),
    (
        0,
        (
            (4, "Всем привет! У кого есть свежий отчёт по нагрузке?"),
            (5, "У меня, сейчас положу в общую папку."),
            (5, "Коротко: **2 400** сообщений в секунду на одном узле, узкое место — диск."),
            (4, "Отлично, спасибо!"),
        ),
    ),
    (
        0,
        (
            (2, "Is the staging server slow for anyone else?"),
            (3, "Yes, about two seconds for a page."),
            (1, "That was my migration, it is done now. Sorry!"),
            (2, "Back to normal, thanks."),
        ),
    ),
    (
        0,
        (
            (6, "مساء الخير، هل الاجتماع في الثالثة؟"),
            (7, "نعم، في القاعة الصغيرة."),
            (0, "And the link is in the calendar for those who are not in the office."),
        ),
    ),
    (
        0,
        (
            (
                3,
                "Found it, nothing was asserted:\n\n```python\ntotal([1, 2, 3]) == 6\n```",
            ),
            (1, "A classic. A linter would have said so."),
            (3, "It does now."),
        ),
    ),
    (
        0,
        (
            (5, "Напоминаю: в пятницу отключают воду с 10 до 14."),
            (6, "Кофе варим заранее ☕"),
            (4, "Важное предупреждение, благодарю."),
        ),
    ),
    (
        1,
        (
            (0, "Новая форма входа: одно поле на строку, подписи сверху. Что скажете?"),
            (2, "Лучше. Кнопку бы чуть выше."),
            (3, "I like it. The error text could be shorter."),
            (0, "Поправила: «Имя или пароль неверны»."),
            (1, "👍 Ship it."),
        ),
    ),
    (
        1,
        (
            (2, "Как перевести *undo*: «отменить» или «вернуть»?"),
            (0, "«Вернуть», если речь об удалённом. «Отменить» путают с закрытием окна."),
            (2, "Согласен, так и напишу."),
        ),
    ),
    (
        1,
        (
            (4, "The Arabic page is mirrored correctly now, only the arrows still point the wrong way."),
            (3, "Fixed in the icons. Could you look again, @{name}?"),
            (4, "ممتاز، شكرا!"),
        ),
    ),
    (
        1,
        (
            (1, "Which grey is this? It fails the contrast check."),
            (3, "`#8a8a8a` on white: 3.45 to 1. Take `#6b6b6b`."),
            (1, "Done."),
        ),
    ),
    (
        2,
        (
            (0, "Two things left: the upgrade notes and the last two bugs."),
            (1, "I take the notes."),
            (2, "The duplicate is fixed: the retry did not carry the same id."),
            (5, "build 418 of release-2.0: passed in 3 min 12 s"),
            (0, "Then we can tag tomorrow."),
        ),
    ),
    (
        2,
        (
            (3, "Проверила обновление с 1.9 на копии боевой базы: 48 секунд, ошибок нет."),
            (0, "Wonderful. Roll-back too?"),
            (3, "Да, и обратно тоже: 31 секунда."),
            (4, "Then I am calm."),
        ),
    ),
    (
        2,
        (
            (5, "build 421 of release-2.0: **failed** in test_resume_after_restart"),
            (2, "Mine. The port was still taken; I make the test choose a free one."),
            (5, "build 422 of release-2.0: passed in 3 min 9 s"),
            (4, "Green again 🎉"),
        ),
    ),
    (3, ((0, "The office is closed on Monday. Support is on call as usual."),)),
    (3, ((0, "Welcome to Leila, who joins the design team today!"),)),
    (
        3,
        (
            (
                0,
                "**Release 1.9.4** is out: faster start, and two fixes in the import. Thank you for the reports.",
            ),
        ),
    ),
    (
        4,
        (
            (0, "The certificate runs out in three weeks; I renew it on Thursday."),
            (1, "Записала. Доступ к хранилищу ключей у нас обоих?"),
            (0, "Yes, I checked yesterday."),
        ),
    ),
    (
        4,
        (
            (1, "Счёт за хостинг вырос на 8 %. Это новые копии, или пора чистить?"),
            (0, "Old copies. I delete what is older than a month."),
            (1, "Хорошо."),
        ),
    ),
    (5, ((0, "Who is for soup today?"), (2, "Me!"), (4, "Me too, at one?"), (0, "At one, downstairs."))),
    (
        5,
        (
            (3, "Мой кот научился открывать холодильник. Кто-нибудь сталкивался?"),
            (1, "A rubber band round the handles."),
            (3, "Он ест резинки."),
            (2, "Then you have a promising colleague there."),
        ),
    ),
    (5, ((5, "الطقس جميل اليوم، لنأكل في الحديقة؟"), (0, "فكرة رائعة!"), (1, "See you outside."))),
    (
        5,
        (
            (4, "Someone left a blue umbrella by the door."),
            (1, "Mine, thank you! I was looking for it since {day}."),
        ),
    ),
)

DIRECT_TALKS: tuple[tuple[tuple[str, ...], tuple[tuple[int, str], ...]], ...] = (
    (
        ("ada", "ben"),
        (
            (0, "Do you have ten minutes later? It is about the roadmap."),
            (1, "After three. I come over."),
            (0, "Perfect."),
        ),
    ),
    (
        ("ada", "Марина"),
        (
            (1, "Ада, посмотрите договор, когда будет время?"),
            (0, "Already on it. Page four needs a date."),
            (1, "Исправлю."),
        ),
    ),
    (("Марина", "Олег"), ((0, "Подменишь меня в четверг?"), (1, "Конечно."), (0, "С меня пирог."))),
    (("ليلى", "يوسف"), ((0, "هل وصلك الملف؟"), (1, "نعم، سأقرؤه الليلة."))),
    (
        ("ada", "kenji", "Zoë"),
        ((1, "Shall we surprise Ben for his birthday?"), (2, "Cake!"), (0, "I keep him busy until four.")),
    ),
)

REPLIES = (
    "Yes!",
    "Agreed.",
    "Good point, thank you.",
    "Да, согласна.",
    "Точно.",
    "I did not know that.",
    "صحيح.",
    "Tell me more?",
)
AFTERTHOUGHTS = (" (corrected)", " — sorry, a typo before.", " Уточнила.", " And thanks again.")
TAKEN_BACK = ("oops, wrong room", "Не туда, извините", "never mind, found it")
EMOJI = ("👍", "❤️", "😂", "🎉", "👀", "🙏", "🔥", "☕")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday")
