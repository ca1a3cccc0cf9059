import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { format, mentions, plain } from '../../src/hubbub/web/static/hubbub/app/fmt.js';

/**
 * The tree as a short text, to compare at a glance.
 * @param {Hubbub.Node[]} nodes
 * @returns {string}
 */
function short(nodes) {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      if (node.kind === 'break') return '⏎';
      if (node.kind === 'mention') return `<@${node.name}>`;
      if (node.kind === 'link') return `<link ${node.href}>`;
      if ('nodes' in node) return `<${node.kind} ${short(node.nodes)}>`;
      return `<${node.kind} ${node.text}>`;
    })
    .join('');
}

for (const [text, expected] of [
  ['hi', '<paragraph hi>'],
  ['a\nb\n\nc', '<paragraph a⏎b><paragraph c>'],
  ['**b** *i* _j_ ~~s~~ `c`', '<paragraph <bold b> <italic i> <italic j> <strike s> <code c>>'],
  ['**bold *and* more**', '<paragraph <bold bold <italic and> more>>'],
  ['2 * 3 * 4 and snake_case_name', '<paragraph 2 * 3 * 4 and snake_case_name>'],
  ['`**not bold**`', '<paragraph <code **not bold**>>'],
  [
    'see https://example.org/a_(b), or (https://example.org).',
    '<paragraph see <link https://example.org/a_(b)>, or (<link https://example.org>).>',
  ],
  ['javascript:alert(1) <b>x</b>', '<paragraph javascript:alert(1) <b>x</b>>'],
  ['@ada, hi @ben.', '<paragraph <@ada>, hi <@ben>.>'],
  ['mail ada@example.org', '<paragraph mail ada@example.org>'],
  ['before\n```py\nx = *1*\n\ny\n```\nafter', '<paragraph before><block x = *1*\n\ny><paragraph after>'],
  ['привет **мир** @Ирина', '<paragraph привет <bold мир> <@Ирина>>'],
]) {
  test(`the echo of ${JSON.stringify(text)}`, () => assert.equal(short(format(text)), expected));
}

test('one is called by name, not by a part of another name or inside code', () => {
  assert.equal(mentions('hey @Ben', 'ben'), true);
  assert.equal(mentions('**@ben**', 'ben'), true);
  assert.equal(mentions('@benjamin', 'ben'), false);
  assert.equal(mentions('`@ben`', 'ben'), false);
  assert.equal(mentions('x@ben', 'ben'), false);
});

test('a quote is one line without marks', () => {
  assert.equal(plain('**Hi**\n\n`there`  ~~you~~'), 'Hi there you');
});

/** @type {{ source: string, html: string, echo: boolean }[]} */
const FIXTURES = JSON.parse(readFileSync(new URL('../fixtures/markup.json', import.meta.url), 'utf8'));

for (const { source, html } of FIXTURES.filter(({ echo }) => echo)) {
  test(`the echo of ${JSON.stringify(source)} is what the server makes of it`, () =>
    assert.equal(markup(format(source)), html));
}

/**
 * The tree as the HTML that the server would write for it.
 * @param {Hubbub.Node[]} nodes
 * @returns {string}
 */
function markup(nodes) {
  const safe = (/** @type {string} */ text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const tags = { paragraph: 'p', bold: 'strong', italic: 'em', strike: 's' };
  return nodes
    .map((node) => {
      if (node.kind === 'text') return safe(node.text);
      if (node.kind === 'break') return '<br>';
      if (node.kind === 'code') return `<code>${safe(node.text)}</code>`;
      if (node.kind === 'block') return `<pre><code>${safe(node.text)}</code></pre>`;
      if (node.kind === 'mention') return `<span class="at" data-user="${node.name}">@${node.name}</span>`;
      if (node.kind === 'link')
        return `<a href="${safe(node.href)}" target="_blank" rel="nofollow noopener noreferrer">${safe(node.text)}</a>`;
      return `<${tags[node.kind]}>${markup(node.nodes)}</${tags[node.kind]}>`;
    })
    .join('');
}
