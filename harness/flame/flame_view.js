// A flame graph as a script sees it: frames read from the picture, laid out for the width that there is,
// focused and told of. flame.js, which follows it, makes it answer.
'use strict';
const cupelFlame = (() => {
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

return { SVG, HTML, ROW, put, percent, read, lay, ring, tip, focus };
})();
