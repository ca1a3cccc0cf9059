/** The one place where elements and the server's sanitised HTML become page; it must not know what they mean. */

const policy = /** @type {{ createHTML(html: string): string, createScriptURL(url: string): string } | undefined} */ (
  /** @type {any} */ (window).trustedTypes?.createPolicy('hubbub', {
    createHTML: (/** @type {string} */ html) => html,
    createScriptURL: (/** @type {string} */ url) => url,
  })
);

let sprite = '';

/** @param {string} url */
export function useIcons(url) {
  sprite = url;
}

/**
 * @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Attribute
 * @typedef {Node | string | null | undefined | false} Child
 */

/**
 * An element with attributes, listeners (`onclick`) and children; text is always text.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {Attribute} value
 */
export function set(element, name, value) {
  if (typeof value === 'function') return element.addEventListener(name.slice(2), value);
  const text = value === true ? '' : value;
  if (text === false || text === null || text === undefined) return element.removeAttribute(name);
  if (element.getAttribute(name) !== String(text)) element.setAttribute(name, String(text));
}

/**
 * With whatever else the next frame draws; where nothing is shown, in a moment.
 * @param {() => void} draw
 */
export function inFrame(draw) {
  if (document.hidden) window.setTimeout(draw, 50);
  else requestAnimationFrame(draw);
}

/**
 * When the next frame is on screen.
 * @param {() => void} work
 */
export function afterFrame(work) {
  inFrame(() => window.setTimeout(work));
}

/** @param {string} name  a symbol of the sprite */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon icon-${name}`);
  use.setAttribute('href', `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * A button that shows only an icon.
 * @param {string} name
 * @param {string} label
 * @param {(event: MouseEvent) => void} act
 * @param {Record<string, Attribute>} [attributes]
 */
export function iconButton(name, label, act, attributes = {}) {
  return el(
    'button',
    { type: 'button', class: 'ib', 'aria-label': label, title: label, onclick: act, ...attributes },
    icon(name),
  );
}

/**
 * The face of a person: initials on one of eight colours, the same everywhere.
 * @param {string} name
 * @param {string} [size]
 */
export function avatar(name, size = '') {
  return el('span', { class: `av ${size}`.trim(), 'data-hue': hue(name), 'aria-hidden': 'true' }, initials(name));
}

/**
 * Puts HTML that the server has already sanitised into an element. Nothing else may come here.
 * @param {Element} element
 * @param {string} html
 */
export function setSanitised(element, html) {
  element.innerHTML = policy ? policy.createHTML(html) : html;
}

/**
 * The address of our own worker, as the server gave it. Nothing else may come here.
 * @param {string} url
 */
export function trustedScript(url) {
  return policy ? policy.createScriptURL(url) : url;
}

/**
 * @param {Element} parent
 * @param {...Child} children
 */
export function fillWith(parent, ...children) {
  parent.replaceChildren(...children.filter((child) => child instanceof Node || typeof child === 'string'));
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/[\s._@+-]+/u).filter(Boolean);
  const first = words.length > 1 ? words.slice(0, 2) : [name];
  return first
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

/** @param {string} name */
function hue(name) {
  let sum = 7;
  for (const sign of name.normalize('NFKC').toLowerCase()) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 65_521;
  return sum % 8;
}

/**
 * Makes these the children, in this order; moves, adds and removes only what has to be.
 * @param {HTMLElement} list
 * @param {HTMLElement[]} nodes
 */
export function order(list, nodes) {
  const keep = new Set(nodes);
  for (const node of [...list.children]) if (!keep.has(/** @type {HTMLElement} */ (node))) node.remove();
  let next = list.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = next.nextElementSibling;
    else list.insertBefore(node, next);
  }
}
