/** The height of the page while an on-screen keyboard covers a part of it: the composer stands on the keyboard, the header stays in view. */

const ROOT = document.documentElement;

/** Where the browser does not shrink the page by itself, what is seen of it does. */
export function fitTheKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  const fit = () => {
    // While one zooms with two fingers the page keeps its size: that is not a keyboard.
    const covered = view.scale > 1.01 ? 0 : Math.round(window.innerHeight - view.height);
    const open = covered > 80;
    ROOT.toggleAttribute('data-keyboard', open);
    if (open) ROOT.style.setProperty('--shell', `${Math.round(view.height)}px`);
    else ROOT.style.removeProperty('--shell');
    // Safari moves the page under the keyboard to show the field; with the right height there is nothing to show.
    if (open && (view.offsetTop || window.scrollY)) window.scrollTo(0, 0);
  };
  view.addEventListener('resize', fit);
  view.addEventListener('scroll', fit);
  fit();
}
