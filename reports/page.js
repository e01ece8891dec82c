'use strict';
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const make = (name, properties) => Object.assign(document.createElement(name), properties);

/* ---- tables sort by a click on a heading: up, down, as they were ---- */
function keyOf(row, column) {
  const cell = row.cells[column];
  return cell.dataset.key === undefined ? cell.textContent : Number(cell.dataset.key);
}
/* What is no number stands behind the numbers, whichever way. */
function order(x, y, sign) {
  if (typeof x !== typeof y) return typeof x === 'number' ? -1 : 1;
  return sign * (typeof x === 'number' ? x - y : x.localeCompare(y, undefined, {numeric: true}));
}
function makeSortable(table) {
  const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
  const next = {ascending: 'descending', descending: null};
  heads.forEach((head, column) => {
    const button = make('button', {type: 'button'});
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const now = head.getAttribute('aria-sort'), to = now ? next[now] : 'ascending';
      const sign = to === 'ascending' ? 1 : -1;
      for (const h of heads) h.removeAttribute('aria-sort');
      if (to) head.setAttribute('aria-sort', to);
      body.append(...(to ? [...rows].sort((p, q) => order(keyOf(p, column), keyOf(q, column), sign)) : rows));
    });
  });
}

/* ---- a table is one stop of the Tab key; arrow keys walk through its cells ---- */
const steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
               Home: [0, -Infinity], End: [0, Infinity], PageUp: [-10, 0], PageDown: [10, 0]};
const within = (x, most) => Math.max(0, Math.min(x, most));
const focusOf = cell => cell.querySelector('button') || cell;
function makeGrid(table) {
  let stop = focusOf(table.rows[0].cells[0]);
  const moveTo = element => {
    stop.tabIndex = -1;
    stop = element;
    stop.tabIndex = 0;
  };
  table.setAttribute('role', 'grid');
  table.parentNode.removeAttribute('tabindex');
  for (const button of all('thead button', table)) button.tabIndex = -1;
  stop.tabIndex = 0;
  table.addEventListener('keydown', event => {
    const cell = event.target.closest('td,th'), step = steps[event.key];
    if (!cell || !step || event.altKey || event.metaKey) return;
    const by = event.ctrlKey && step[1] ? [step[1], step[1]] : step;
    const row = table.rows[within(cell.parentNode.rowIndex + by[0], table.rows.length - 1)];
    moveTo(focusOf(row.cells[within(cell.cellIndex + by[1], row.cells.length - 1)]));
    event.preventDefault();
    stop.focus();
  });
  table.addEventListener('click', event => {
    const cell = event.target.closest('td,th');
    if (!cell) return;
    moveTo(focusOf(cell));
    stop.focus({preventScroll: true});
  });
}

/* ---- tips: where a number comes from; by mouse, keyboard and touch ---- */
const tip = make('div', {id: 'tip', hidden: true});
let about = null, soon = 0;
tip.setAttribute('role', 'tooltip');
function takeTip(element) { /* the browser would show a title beside ours */
  if (element.title) element.dataset.tip = element.title;
  element.removeAttribute('title');
  return element.dataset.tip;
}
function placeTip() {
  const at = about.getBoundingClientRect(), size = tip.getBoundingClientRect();
  const above = at.top - size.height - 4;
  tip.style.left = within(at.right - size.width, innerWidth - size.width - 6) + 'px';
  tip.style.top = (above > 0 ? above : at.bottom + 4) + 'px';
}
function hideTip() {
  clearTimeout(soon);
  if (about) about.removeAttribute('aria-describedby');
  about = null;
  tip.hidden = true;
}
function showTip(cell) {
  const own = takeTip(cell), text = own || takeTip(cell.parentNode);
  hideTip();
  if (!text) return;
  about = cell;
  tip.textContent = text;
  tip.hidden = false;
  cell.setAttribute('aria-describedby', 'tip');
  placeTip();
}
const cellOf = target => target instanceof Element ? target.closest('tbody td, tbody th') : null;
document.addEventListener('pointerover', event => {
  const cell = cellOf(event.target);
  if (event.pointerType === 'touch' || event.target === tip || (cell && cell === about)) return;
  if (cell) { /* both, before the browser's own appears */
    takeTip(cell);
    takeTip(cell.parentNode);
  }
  clearTimeout(soon);
  if (cell) soon = setTimeout(showTip, 150, cell);
  else if (about !== document.activeElement) hideTip();
});
document.addEventListener('focusin', event => {
  const cell = cellOf(event.target);
  if (cell) showTip(cell);
  else hideTip();
});
document.addEventListener('focusout', hideTip);
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') hideTip();
});
document.addEventListener('scroll', () => {
  if (about) placeTip();
}, {capture: true, passive: true});

/* ---- commands are copied ---- */
const said = make('p', {className: 'unseen'});
said.setAttribute('role', 'status');
function makeCopied(button) {
  const code = button.parentNode.querySelector('code');
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch (refused) {
      getSelection().selectAllChildren(code);
      document.execCommand('copy');
    }
    button.textContent = said.textContent = 'Copied';
    setTimeout(() => button.textContent = 'Copy', 1500);
  });
}

/* ---- figures as large as the window ---- */
function makeLarger(figure) {
  const svg = figure.querySelector('svg'), caption = figure.querySelector('figcaption');
  if (!svg || !caption) return;
  const button = make('button', {type: 'button', textContent: 'Enlarge'});
  button.setAttribute('aria-label', 'Enlarge: ' + caption.textContent);
  button.addEventListener('click', () => {
    const dialog = make('dialog'), close = make('button', {type: 'button', textContent: 'Close'});
    dialog.setAttribute('aria-label', caption.firstChild.textContent);
    dialog.append(close, svg);
    close.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => {
      figure.append(svg);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
  caption.append(button);
}

/* ---- contents: the section that is read is marked ---- */
function makeContents(nav) {
  const links = all('a', nav), heads = links.map(link => document.getElementById(link.hash.slice(1)));
  const fold = nav.querySelector('details'), wide = matchMedia('(min-width: 1100px)');
  let marked = -1, waiting = false;
  const mark = () => {
    const end = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const line = end ? innerHeight : 120;
    let now = heads.length - 1;
    waiting = false;
    while (now > 0 && heads[now].getBoundingClientRect().top > line) now--;
    if (now === marked) return;
    marked = now;
    for (const e of all('[aria-current], .here', nav)) {
      e.removeAttribute('aria-current');
      e.classList.remove('here');
    }
    links[now].setAttribute('aria-current', 'location');
    for (let li = links[now].closest('li'); li; li = li.parentNode.closest('li')) li.classList.add('here');
    const top = links[now].offsetTop;
    if (wide.matches && (top < nav.scrollTop || top > nav.scrollTop + nav.clientHeight - 60)) nav.scrollTop = top - 80;
  };
  const fit = () => fold.open = wide.matches;
  nav.classList.add('scripted');
  fit();
  wide.addEventListener('change', fit);
  nav.addEventListener('click', event => {
    if (event.target.closest('a') && !wide.matches) fold.open = false;
  });
  addEventListener('scroll', () => {
    if (!waiting) requestAnimationFrame(mark);
    waiting = true;
  }, {passive: true});
  mark();
}

document.body.append(tip, said);
for (const table of all('.box > table')) {
  const sorts = table.tBodies[0].rows.length > 2;
  if (sorts) makeSortable(table);
  if (sorts || table.querySelector('[title]')) makeGrid(table);
}
all('.code button').forEach(makeCopied);
all('figure').forEach(makeLarger);
all('nav').forEach(makeContents);
addEventListener('beforeprint', () => all('details').forEach(fold => fold.open = true));
