// Tables whose headings are buttons that sort.
for (const head of document.querySelectorAll('table.sorts thead th')) {
  const body = head.closest('table').tBodies[0], at = head.cellIndex;
  const button = document.createElement('button');
  button.type = 'button';
  button.append(...head.childNodes);
  head.append(button);
  button.onclick = () => {
    const sign = head.getAttribute('aria-sort') === 'descending' ? 1 : -1;
    const key = row => row.cells[at].dataset.key === undefined ? row.cells[at].textContent : Number(row.cells[at].dataset.key);
    const order = (x, y) => typeof x === 'number' ? x - y : x.localeCompare(y);
    body.append(...[...body.rows].sort((p, q) => sign * order(key(p), key(q))));
    for (const other of head.parentNode.cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
  };
}
