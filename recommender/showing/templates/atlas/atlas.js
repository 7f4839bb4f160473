// The table of datasets: searched, filtered and sorted. Without this script it is a whole table with links.
"use strict";
const rows = [...document.querySelectorAll(".sortable tbody tr")];
const search = document.getElementById("search");
const filters = [...document.querySelectorAll("[data-filter]")];

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let n = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    const fits = words.every(word => text.includes(word))
      && filters.every(({value, dataset}) => !value || row.dataset[dataset.filter] === value);
    row.hidden = !fits;
    n += fits;
  }
  document.getElementById("count").textContent = n === 1 ? "1 dataset" : `${n} datasets`;
}

function value(row, column) {
  const cell = row.cells[column];
  const given = cell.dataset.value ?? cell.textContent.trim();
  return cell.classList.contains("number") ? (given === "nan" ? -Infinity : Number(given)) : given;
}

function sort(head) {
  const column = head.cellIndex, falling = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const order = [...rows].sort((a, b) => {
    const [x, y] = [value(a, column), value(b, column)];
    return (x < y ? -1 : x > y ? 1 : 0) * (falling ? -1 : 1);
  });
  rows[0]?.parentElement.append(...order);
}

if (search) {
  search.form.addEventListener("submit", event => event.preventDefault());
  search.addEventListener("input", show);
  for (const filter of filters) filter.addEventListener("change", show);
  for (const head of document.querySelectorAll(".sortable thead th"))
    head.querySelector("button").addEventListener("click", () => sort(head));
  show(); // the browser keeps what was typed when a page is gone back to
}
