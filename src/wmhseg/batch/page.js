"use strict";
// Without this script, all rows are shown. With it, a few at a time: no browser lays out 10,000 quickly.
const body = document.querySelector("tbody");
const form = document.querySelector("form");
const search = form.querySelector("input[type=search]");
const heads = [...document.querySelectorAll("thead th")];
const [back, on] = form.querySelectorAll("button");
const collator = new Intl.Collator("en", {numeric: true});

const rows = [...body.rows].map((row) => ({
  row,
  text: row.cells[0].textContent.toLowerCase(),
  values: heads.map((_, column) => (column ? Number(row.cells[column].dataset.value ?? NaN) : row.querySelector("b").textContent)),
}));
let order = rows;
let found = rows;
let first = 0;

const size = () => Number(form.querySelector("select").value);

const show = () => {
  const last = Math.min(first + size(), found.length);
  body.replaceChildren(...found.slice(first, last).map((one) => one.row));
  const some = found.length ? `${first + 1}\u2013${last} of ` : "";
  form.querySelector("output").textContent = `${some}${found.length} scans`;
  back.disabled = first === 0;
  on.disabled = last === found.length;
};

const find = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const kind = form.querySelector("input[type=radio]:checked").value;
  found = order.filter((one) => (!kind || one.row.classList.contains(kind)) && words.every((word) => one.text.includes(word)));
  first = 0;
  show();
};

// Scans without a value come last, in either direction.
const compare = (column, sign) => (one, other) => {
  const [a, b] = [one.values[column], other.values[column]];
  if (column === 0) return sign * collator.compare(a, b);
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
  return sign * (a - b);
};

// Up, down, and back to the order that the page came with.
const NEXT = {none: "ascending", ascending: "descending", descending: "none"};

const sort = (column) => {
  const direction = NEXT[heads[column].ariaSort ?? "none"];
  for (const head of heads) head.ariaSort = "none";
  heads[column].ariaSort = direction;
  order = direction === "none" ? rows : [...rows].sort(compare(column, direction === "ascending" ? 1 : -1));
  find();
};

heads.forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  button.addEventListener("click", () => sort(column));
  head.append(button);
});
const turn = (pages) => {
  first += pages * size();
  show();
  document.querySelector("table").scrollIntoView();
};
back.addEventListener("click", () => turn(-1));
on.addEventListener("click", () => turn(1));
form.addEventListener("input", find);
form.addEventListener("change", find);
form.addEventListener("submit", (event) => event.preventDefault());
// A browser that comes back to the page fills in what was chosen before.
form.reset();
form.hidden = false;
find();
document.documentElement.className = "";
