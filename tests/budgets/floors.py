"""What Chromium takes on this machine without us, to read the chat's figures beside it. Knows nothing of the chat."""

from collections.abc import Iterator

from tests.budgets import probes
from tests.budgets.finding import Finding, percentile
from tests.budgets.house import House, Laptop, open_in

LETTERS, ROWS = 150, 240
FIELD = "<!doctype html><textarea autofocus></textarea>"
# As many rows as there ever are, of as many elements as a message needs, and nothing else.
LIST = f"""<!doctype html><style>
body {{ margin: 0; font: 15px/1.45 system-ui }}
main {{ height: 800px; overflow: auto }}
article {{ display: grid; grid-template-columns: 48px 1fr; padding: 4px 12px }}
p {{ margin: 0 }}
</style><main></main><script>
const list = document.querySelector('main');
let said = 0;
window.add = () => {{
  said += 1;
  const row = document.createElement('article');
  row.innerHTML = `<div>AB</div><div><b>ada</b> <time>12:4${{said % 10}}</time>
    <p>One of many, number ${{said}}: about as long as what people say to each other.</p></div>`;
  list.append(row);
  if (list.children.length > {ROWS}) list.firstElementChild.remove();
  list.scrollTop = list.scrollHeight;
}};
for (let row = 0; row < {ROWS}; row += 1) window.add();
</script>"""


def keys(house: House) -> Iterator[Finding]:
    with house.profile() as context:
        laptop = open_in(context, probes.EVENTS)
        laptop.page.goto("data:text/html," + FIELD)
        laptop.page.locator("textarea").focus()
        laptop.slow()
        taken = laptop.type_letters(LETTERS)
    yield Finding(9, "(a page of nothing but a field: median)", None, percentile(taken, 50), "ms")
    yield Finding(9, "(the same: p98)", None, percentile(taken, 98), "ms")


def appending(house: House) -> Iterator[Finding]:
    with house.profile() as context:
        laptop = open_in(context)
        laptop.page.set_content(LIST)
        laptop.slow()
        spent = [laptop.work(lambda: _one_more(laptop)) for _ in range(60)]
    yield Finding(13, f"(a bare list of {ROWS} rows: p75)", None, percentile(spent, 75), "ms")


def _one_more(laptop: Laptop) -> None:
    laptop.page.evaluate("requestAnimationFrame(window.add)")
    laptop.page.wait_for_timeout(100)
