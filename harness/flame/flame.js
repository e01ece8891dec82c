// Makes flame graphs searchable, zoomable and walkable: every svg.cupel-flame of the document, once.
// What elements and attributes there are: flame_graph.h. Without this script the pictures stand still.
'use strict';
(() => {
const SVG = 'http://www.w3.org/2000/svg', HTML = 'http://www.w3.org/1999/xhtml';
const EDGE = 10, ROW = 20, LEAST = 0.4, GAP = 8;

const put = (space, name, parent, attributes, text) => {
  const element = document.createElementNS(space, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
};
const percent = share => (100 * share).toFixed(share < 0.0995 ? 2 : 1) + ' %';
const plural = (n, word) => n.toLocaleString('en') + ' ' + word + (n === 1 ? '' : 's');

// ---- the model: frames as they stand in the file, a parent before all that is its ----------------
function read(svg) {
  const frames = [], open = [];
  for (const element of svg.querySelectorAll('g.frame')) {
    const data = element.dataset;
    const frame = {
      element, rect: element.querySelector('rect'), text: element.querySelector('text'),
      name: data.name, mark: data.mark, depth: Number(data.depth), start: Number(data.start),
      share: Number(data.share), index: frames.length, end: 0, children: [],
    };
    while (open.length > frame.depth) open.pop().end = frame.index;
    frame.parent = open[open.length - 1];
    if (frame.parent) frame.parent.children.push(frame);
    open.push(frame);
    frames.push(frame);
  }
  for (const frame of open) frame.end = frames.length;
  return frames;
}

// ---- layout ---------------------------------------------------------------------------------------
const columns = c => c.codePointAt(0) < 0x1100 || c === '\u2026' ? 1 : 2;
function clipped(label, room) {
  if (room < 3) return '';
  const characters = [...label];
  if (characters.reduce((sum, c) => sum + columns(c), 0) <= room) return label;
  let kept = '', left = room - 1;
  for (const c of characters) {
    left -= columns(c);
    if (left < 0) break;
    kept += c;
  }
  return kept + '\u2026';
}

function place(view, frame, x, width, y) {
  const { rect, text } = frame;
  rect.setAttribute('x', x.toFixed(2));
  rect.setAttribute('y', y);
  rect.setAttribute('width', Math.max(width - 0.5, 0.1).toFixed(2));
  const label = clipped((frame.mark ? frame.mark + '  ' : '') + frame.name,
                        Math.floor((width - 8) / view.character));
  if (text.textContent !== label) text.textContent = label;
  text.setAttribute('x', (x + 4).toFixed(2));
  text.setAttribute('y', y + 14);
}

function layFrames(view, top) {
  const { zoomed, frames } = view, room = view.width - 2 * EDGE, scale = room / zoomed.share;
  const above = new Set();
  for (let frame = zoomed.parent; frame; frame = frame.parent) above.add(frame);
  for (const frame of frames) {
    const inside = frame.index >= zoomed.index && frame.index < zoomed.end;
    const width = above.has(frame) ? room : inside ? frame.share * scale : 0;
    frame.shown = width >= LEAST;
    frame.element.style.display = frame.shown ? '' : 'none';
    frame.element.classList.toggle('above', above.has(frame));
    frame.element.classList.toggle('zoomed', frame === zoomed && frame !== frames[0]);
    if (!frame.shown) continue;
    frame.x = EDGE + (above.has(frame) ? 0 : (frame.start - zoomed.start) * scale);
    frame.y = top + ROW * (view.icicle ? frame.depth : view.rows - 1 - frame.depth);
    frame.width = width;
    place(view, frame, frame.x, width, frame.y);
  }
}

function layKeys(view, y) {
  let x = EDGE;
  for (const key of view.svg.querySelectorAll('g.key')) {
    const width = 34 + key.querySelector('text').getComputedTextLength();
    if (x > EDGE && x + width > view.width - EDGE) { x = EDGE; y += 22; }
    key.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    x += width;
  }
  return x > EDGE ? y + 22 : y;
}

// An HTML part: as wide as the picture, as high as it turns out to be.
function layPart(view, part, y) {
  part.setAttribute('x', EDGE);
  part.setAttribute('y', y);
  part.setAttribute('width', view.width - 2 * EDGE);
  const height = Math.ceil(part.firstChild.offsetHeight);
  part.setAttribute('height', height);
  return y + height;
}

function lay(view) {
  const { svg } = view, width = Math.round(svg.getBoundingClientRect().width);
  view.laid = width;
  view.width = Math.max(width, 240);
  let y = layPart(view, view.head, 8) + GAP;
  view.headHeight = view.head.firstChild.offsetHeight;
  layFrames(view, y);
  y = layKeys(view, y + ROW * view.rows + 12);
  const height = layPart(view, view.foot, y + 2) + 10;
  svg.setAttribute('viewBox', `0 0 ${view.width} ${height}`);
  svg.setAttribute('height', height);
  svg.style.height = height + 'px';
  view.height = height;
  ring(view);
}

// ---- focus, tooltip -------------------------------------------------------------------------------
function ring(view) {
  const frame = view.current, shown = view.focused && frame.shown;
  view.ring.style.display = shown ? '' : 'none';
  if (!shown) return;
  view.ring.setAttribute('x', frame.x - 1);
  view.ring.setAttribute('y', frame.y - 1);
  view.ring.setAttribute('width', Math.max(frame.width + 1.5, 3));
}

function tip(view, frame, x, y) {
  const box = view.tip.firstChild;
  view.tip.style.display = frame ? '' : 'none';
  if (!frame) return;
  const label = frame.element.getAttribute('aria-label').slice(frame.name.length + 2);
  box.replaceChildren();
  put(HTML, 'strong', box, {}, frame.name);
  for (const line of label.split('; ')) put(HTML, 'span', box, {}, line);
  if (view.zoomed !== view.frames[0] && !frame.element.classList.contains('above'))
    put(HTML, 'span', box, {}, percent(frame.share / view.zoomed.share) + ' of what is zoomed into');
  view.tip.setAttribute('width', Math.min(440, view.width - 16));
  view.tip.setAttribute('height', view.height);
  const width = box.offsetWidth, height = box.offsetHeight;
  const below = y + 22 + height <= view.height;
  view.tip.setAttribute('x', Math.max(8, Math.min(x + 12, view.width - width - 8)));
  view.tip.setAttribute('y', below ? y + 22 : Math.max(2, y - height - 12));
}

function focus(view, frame) {
  view.current.element.setAttribute('tabindex', -1);
  frame.element.setAttribute('tabindex', 0);
  view.current = frame;
  frame.element.focus();
}

// ---- zoom -----------------------------------------------------------------------------------------
function crumbs(view) {
  const path = [];
  for (let frame = view.zoomed; frame; frame = frame.parent) path.unshift(frame);
  view.crumbs.replaceChildren();
  for (const frame of path) {
    const here = frame === view.zoomed;
    const button = put(HTML, 'button', view.crumbs, { type: 'button', class: 'crumb' }, frame.name);
    if (here) button.setAttribute('aria-current', 'true');
    else put(HTML, 'span', view.crumbs, { 'aria-hidden': 'true' }, '\u203a');
    button.addEventListener('click', () => { zoom(view, frame); focus(view, frame); });
  }
}

function zoom(view, frame) {
  view.zoomed = frame;
  view.reset.disabled = frame === view.frames[0];
  crumbs(view);
  tip(view);
  lay(view);
  say(view, frame === view.frames[0] ? 'Everything is shown.'
    : `Zoomed to ${frame.name}: ${percent(frame.share)} of all.`);
}

function reset(view) {
  view.field.value = '';
  search(view);
  zoom(view, view.frames[0]);
}

// What is said may need another line.
function say(view, text) {
  view.status.textContent = text + (view.said ? ' ' + view.said : '');
  if (view.head.firstChild.offsetHeight !== view.headHeight) lay(view);
}

// ---- search ---------------------------------------------------------------------------------------
// What is no regular expression is looked for as text, and so is what is one.
function matcher(wanted) {
  const text = wanted.toLowerCase();
  let expression;
  try { expression = new RegExp(wanted, 'i'); } catch (e) { expression = undefined; }
  return name => name.toLowerCase().includes(text) || (expression !== undefined && expression.test(name));
}

function search(view) {
  const wanted = view.field.value, matches = wanted ? matcher(wanted) : () => false;
  let share = 0, covered = 0;
  view.matches = [];
  for (const frame of view.frames) {
    const found = frame.index > 0 && matches(frame.name);
    frame.element.classList.toggle('match', found);
    if (!found) continue;
    view.matches.push(frame);
    if (frame.index < covered) continue;
    share += frame.share;
    covered = frame.end;
  }
  view.svg.classList.toggle('searching', wanted !== '');
  const n = view.matches.length;
  view.matched.textContent = wanted ? `${percent(share)} matched` : '';
  view.matched.dataset.share = wanted ? share : '';
  view.next.disabled = n === 0;
  view.said = wanted ? (n ? `${plural(n, 'frame')} match: ${percent(share)} of all.` : 'Nothing matches.') : '';
  say(view, view.zoomed === view.frames[0] ? 'Everything is shown.' : `Zoomed to ${view.zoomed.name}.`);
}

function nextMatch(view) {
  const shown = view.matches.filter(frame => frame.shown);
  const next = shown.find(frame => frame.index > view.current.index) || shown[0];
  if (next) focus(view, next);
}

// ---- keys -----------------------------------------------------------------------------------------
const widest = frames => frames.reduce((best, f) => (best && best.share >= f.share ? best : f), undefined);

// Beside: the next of the same parent, else of the same depth.
function beside(view, frame, step) {
  for (let i = frame.index + step; i >= 0 && i < view.frames.length; i += step)
    if (view.frames[i].depth === frame.depth && view.frames[i].shown) return view.frames[i];
  return undefined;
}
const child = frame => widest(frame.children.filter(c => c.shown));

const walks = {
  ArrowUp: (view, frame) => view.icicle ? frame.parent : child(frame),
  ArrowDown: (view, frame) => view.icicle ? child(frame) : frame.parent,
  ArrowLeft: (view, frame) => beside(view, frame, -1),
  ArrowRight: (view, frame) => beside(view, frame, 1),
  Home: view => view.zoomed,
  End: view => view.frames.filter(f => f.shown).reduce((a, b) => (b.depth > a.depth ? b : a)),
};

function frameKey(view, event) {
  const frame = view.current;
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  if (walks[event.key]) {
    const to = walks[event.key](view, frame);
    if (to) focus(view, to);
  } else if (event.key === 'Enter' || event.key === ' ') zoom(view, frame);
  else if (event.key === 'n') nextMatch(view);
  else return false;
  return true;
}

function anyKey(view, event) {
  const find = (event.ctrlKey || event.metaKey) && event.key === 'f';
  if (event.key === 'Escape') {
    reset(view);
    if (event.target === view.field) focus(view, view.frames[0]);
  } else if (find || (event.key === '/' && event.target !== view.field)) {
    view.field.focus();
    view.field.select();
  } else if (event.key === 'Enter' && event.target === view.field) nextMatch(view);
  else return false;
  return true;
}

// ---- what stands around the frames ----------------------------------------------------------------
function part(view, name) {
  const outer = put(SVG, 'foreignObject', view.svg, { class: name, width: 100, height: 100 });
  return [outer, put(HTML, 'div', outer, { class: name + '-inside' })];
}

function flipWords(view) {
  view.flip.textContent = view.icicle ? 'Root at the bottom' : 'Root at the top';
}

function build(view) {
  const { svg } = view, text = name => (svg.querySelector('text.' + name) || {}).textContent || '';
  let inside;
  [view.head, inside] = part(view, 'head');
  put(HTML, 'div', inside, { class: 'heading', role: 'heading', 'aria-level': 2 }, text('title'));
  put(HTML, 'div', inside, { class: 'under' }, text('subtitle'));
  const tools = put(HTML, 'div', inside, { class: 'tools', role: 'search' });
  view.field = put(HTML, 'input', tools, { class: 'search', type: 'search', spellcheck: 'false',
    autocomplete: 'off', placeholder: 'Search: text or regex', 'aria-label': 'Search functions: text or regular expression' });
  view.next = put(HTML, 'button', tools, { class: 'next', type: 'button', disabled: '' }, 'Next match');
  view.matched = put(HTML, 'output', tools, { class: 'matched' });
  view.reset = put(HTML, 'button', tools, { class: 'reset', type: 'button', disabled: '' }, 'Reset zoom');
  view.flip = put(HTML, 'button', tools, { class: 'flip', type: 'button' });
  view.crumbs = put(HTML, 'div', inside, { class: 'crumbs', role: 'navigation', 'aria-label': 'Zoomed to' });
  view.status = put(HTML, 'div', inside, { class: 'status', role: 'status', 'aria-live': 'polite' });
  [view.foot, inside] = part(view, 'foot');
  put(HTML, 'div', inside, { class: 'notes' }, text('note'));
  put(HTML, 'div', inside, { class: 'hint' }, 'Click or Enter zooms, Escape resets; arrow keys walk, '
    + '/ searches, n goes to the next match.');
  view.ring = put(SVG, 'rect', svg, { class: 'ring', height: ROW + 1, rx: 3 });
  [view.tip, inside] = part(view, 'tip');
  inside.setAttribute('aria-hidden', 'true');
  flipWords(view);
}

function measure(view) {
  const probe = put(SVG, 'text', view.svg.querySelector('g.frame'), {}, 'M'.repeat(40));
  view.character = probe.getComputedTextLength() / 40 || 7.23;
  probe.remove();
}

function listen(view) {
  const { svg } = view, at = event => event.target.closest && event.target.closest('g.frame');
  const frameAt = event => { const g = at(event); return g && view.frames.find(f => f.element === g); };
  svg.addEventListener('click', event => {
    const frame = frameAt(event);
    if (frame) { focus(view, frame); zoom(view, frame); }
  });
  svg.addEventListener('pointermove', event => {
    const frame = frameAt(event), box = svg.getBoundingClientRect();
    tip(view, frame, event.clientX - box.left, event.clientY - box.top);
  });
  svg.addEventListener('pointerleave', () => tip(view));
  svg.addEventListener('focusin', event => {
    const frame = frameAt(event);
    view.focused = Boolean(frame) && event.target.matches(':focus-visible');
    if (frame && frame !== view.current) {
      view.current.element.setAttribute('tabindex', -1);
      frame.element.setAttribute('tabindex', 0);
      view.current = frame;
    }
    ring(view);
    tip(view, view.focused ? frame : undefined, frame && frame.x, frame && frame.y);
  });
  svg.addEventListener('focusout', () => { view.focused = false; ring(view); tip(view); });
  (view.alone ? document : svg).addEventListener('keydown', event => {
    if (anyKey(view, event) || (at(event) && frameKey(view, event))) event.preventDefault();
  });
  view.field.addEventListener('input', () => search(view));
  view.next.addEventListener('click', () => nextMatch(view));
  view.reset.addEventListener('click', () => { reset(view); focus(view, view.frames[0]); });
  view.flip.addEventListener('click', () => {
    view.icicle = !view.icicle;
    svg.dataset.root = view.icicle ? 'top' : 'bottom';
    flipWords(view);
    lay(view);
  });
}

function start(svg) {
  if (svg.classList.contains('live') || !svg.querySelector('g.frame')) return;
  const frames = read(svg);
  const view = { svg, frames, zoomed: frames[0], current: frames[0], matches: [], said: '',
    rows: Number(svg.dataset.rows), icicle: svg.dataset.root === 'top', alone: svg === document.documentElement };
  svg.classList.add('live');
  svg.setAttribute('width', '100%');
  build(view);
  measure(view);
  listen(view);
  zoom(view, frames[0]);
  // In the next frame: what an observer changes itself, it would be told of again.
  new ResizeObserver(() => requestAnimationFrame(() => {
    const now = Math.round(svg.getBoundingClientRect().width);
    if (now > 0 && now !== view.laid) lay(view);
  })).observe(svg);
}

const all = () => document.querySelectorAll('svg.cupel-flame').forEach(start);
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', all);
all();
})();
