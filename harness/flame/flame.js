// Makes flame graphs searchable, zoomable and walkable: every svg.cupel-flame of the document, once.
// What elements and attributes there are: flame_graph.h. Without scripts the pictures stand still.
(() => {
const { SVG, HTML, ROW, put, percent, read, lay, ring, tip, focus } = cupelFlame;
const plural = (n, word) => n.toLocaleString('en') + ' ' + word + (n === 1 ? '' : 's');

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
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  const find = (event.ctrlKey || event.metaKey) && event.key === 'f';
  if (event.key === 'Escape') {
    reset(view);
    if (event.target === view.field) focus(view, view.frames[0]);
  } else if (find || (event.key === '/' && event.target !== view.field)) {
    view.field.focus();
    view.field.select();
  } else if (event.key === 'i' && !modified && event.target !== view.field) flip(view);
  else if (event.key === 'Enter' && event.target === view.field) nextMatch(view);
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

function flip(view) {
  view.icicle = !view.icicle;
  view.svg.dataset.root = view.icicle ? 'top' : 'bottom';
  flipWords(view);
  tip(view);
  lay(view);
  say(view, view.icicle ? 'The root is at the top.' : 'The root is at the bottom.');
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
    + '/ searches, n goes to the next match, i turns the root up or down.');
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
  view.flip.addEventListener('click', () => flip(view));
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
