// What any page of ours must hold; each function gives a list of complaints, empty when all is well.
'use strict';
const every = (selector, from = document) => [...from.querySelectorAll(selector)];
const isShown = e => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
const nameOf = e => `<${e.localName}${e.id ? ' #' + e.id : ''}${e.getAttribute('class') ? ' .' + e.getAttribute('class') : ''}> ` +
  (e.textContent || '').trim().slice(0, 40);

// Everything that folds is unfolded, for what stands in it is looked at too.
function unfold() {
  for (const fold of every('details')) fold.open = true;
}

function pictures() {
  const bad = [];
  for (const svg of every('svg')) {
    const box = svg.getBoundingClientRect();
    if (isShown(svg.parentElement || svg) && (box.width < 40 || box.height < 20)) bad.push(`${nameOf(svg)}: ${box.width} x ${box.height}`);
    if (!svg.querySelector('path,rect,polygon,line,circle,text,use')) bad.push(`${nameOf(svg)}: empty`);
  }
  for (const img of every('img'))
    if (!img.complete || img.naturalWidth === 0) bad.push(`${nameOf(img)} ${img.src}: not there`);
  return bad;
}

// Words of a picture that reach beyond its edge, or stand on each other.
function words() {
  const bad = [];
  const off = (e, text, why) => bad.push(`${e.id || (e.querySelector('title') || {}).textContent}: "${text}" ${why}`);
  for (const svg of every('svg')) {
    const edge = svg.getBoundingClientRect(), met = [];
    for (const text of every('text', svg)) {
      const box = text.getBoundingClientRect(), content = text.textContent.trim();
      if (!content || box.width === 0 || !isShown(text)) continue;
      if (box.left < edge.left - 1 || box.top < edge.top - 1 || box.right > edge.right + 1 || box.bottom > edge.bottom + 1)
        off(svg, content, 'is cut off');
      if (text.closest('[transform*=rotate]')) continue;
      const on = met.find(m => Math.min(m.box.right, box.right) - Math.max(m.box.left, box.left) > 2 &&
                               Math.min(m.box.bottom, box.bottom) - Math.max(m.box.top, box.top) > 0.4 * box.height);
      if (on) off(svg, content, `stands on "${on.content}"`);
      met.push({box, content});
    }
  }
  return bad.slice(0, 12);
}

// Does anything make the page itself wider than the window? Boxes that scroll by themselves may be wide.
function sideways(width) {
  const page = document.documentElement;
  if (page.scrollWidth <= width) return [];
  const wide = every('*').filter(e => e.getBoundingClientRect().right > width + 1 && !inScroller(e));
  return [`the page is ${page.scrollWidth} px wide, the window ${width}`, ...wide.slice(0, 8).map(nameOf)];
}
function inScroller(e) {
  for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
    if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(p).overflowX)) return true;
  return false;
}

// One of those that look alike: of the same tags and classes up to the root, for a table has thousands of cells. Parts
// of pictures are coloured one by one.
function different(elements) {
  const paths = new Map([[null, '']]), met = new Set();
  const pathOf = e => {
    if (!paths.has(e)) paths.set(e, pathOf(e.parentElement) + '/' + e.localName + '.' + e.getAttribute('class') + e.hasAttribute('aria-current'));
    return paths.get(e);
  };
  return elements.filter(e => {
    if (e.ownerSVGElement) return true;
    const path = pathOf(e);
    if (met.has(path) || !isShown(e)) return false;
    met.add(path);
    return true;
  });
}

// ---- contrast (WCAG 2.2, 1.4.3): 4.5, large text 3 ----
const brush = Object.assign(document.createElementNS('http://www.w3.org/1999/xhtml', 'canvas'), {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
const seen = new Map();
function rgba(colour) {
  if (!seen.has(colour)) {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    seen.set(colour, [...brush.getImageData(0, 0, 1, 1).data].map((v, i) => i < 3 ? v : v / 255));
  }
  return seen.get(colour);
}
const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
function luminance(c) {
  const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ratioOf(a, b) {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
function canvasOf() { /* what stands behind a page without a colour of its own */
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return dark && scheme.includes('dark') ? [18, 18, 18] : [255, 255, 255];
}
function behind(e) {
  const layers = [];
  for (let p = e; p; p = p.parentElement) {
    const c = rgba(getComputedStyle(p).backgroundColor);
    if (c[3] > 0) layers.push(c);
    if (c[3] === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), canvasOf());
}
// A text of a picture stands on the last filled shape before it that holds its middle, if any.
function behindText(text) {
  const box = text.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
  const before = every('rect', text.ownerSVGElement).filter(r => r.compareDocumentPosition(text) & 4).reverse();
  const paper = behind(text.ownerSVGElement.parentElement || text.ownerSVGElement);
  for (const shape of before) {
    const b = shape.getBoundingClientRect(), style = getComputedStyle(shape);
    if (style.fill === 'none' || b.left > x || b.right < x || b.top > y || b.bottom < y) continue;
    const fill = rgba(style.fill);
    return over([...fill.slice(0, 3), fill[3] * style.fillOpacity * style.opacity], paper);
  }
  return paper;
}
function contrast() {
  const worst = new Map();
  const speaks = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  for (const e of different(every('*').filter(speaks))) {
    if (['script', 'style', 'title', 'desc', 'option', 'head', 'html'].includes(e.localName) || !isShown(e)) continue;
    const style = getComputedStyle(e), inPicture = e.ownerSVGElement;
    const text = e.localName === 'tspan' ? e.closest('text') : e;
    const below = inPicture ? behindText(text) : behind(e);
    const top = over(rgba(inPicture ? style.fill : style.color), below);
    const px = parseFloat(style.fontSize), mark = !/[\p{L}\p{N}]/u.test(e.textContent); /* 1.4.11: 3 */
    const large = mark || px >= 24 || (px >= 18.66 && style.fontWeight >= 700);
    const ratio = ratioOf(top, below);
    if (ratio < (large ? 3 : 4.5)) {
      const key = `${ratio.toFixed(2)}: rgb(${top.map(Math.round)}) on rgb(${below.map(Math.round)})`;
      if (!worst.has(key)) worst.set(key, nameOf(e));
    }
  }
  return [...worst].slice(0, 8).map(([key, name]) => `${key}: ${name}`);
}

// Names from a file are text: nothing that they say is an element or runs.
function foreignElements() {
  const bad = every('script').slice(1).map(e => `a second script: ${e.textContent.slice(0, 60)}`);
  for (const e of every('*'))
    for (const a of e.attributes)
      if (a.name.startsWith('on')) bad.push(`${nameOf(e)}: ${a.name}`);
  return bad;
}

// Whatever moves stands still for whom asked for that.
function motion() {
  return different(every('*')).filter(e => {
    const style = getComputedStyle(e);
    return [...style.transitionDuration.split(','), ...style.animationDuration.split(',')].some(d => parseFloat(d) > 0.01);
  }).slice(0, 8).map(nameOf);
}
