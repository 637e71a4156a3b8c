"use strict";
{
  const table = document.querySelector("#students table");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const compare = new Intl.Collator(undefined, { numeric: true }).compare;

  const value = (row, head) => {
    const cell = row.cells[head.cellIndex];
    const text = cell.dataset.value ?? cell.textContent;
    // Cells without a number are last in both directions.
    return "number" in head.dataset ? parseFloat(text.replace(/^\D+/, "")) : text;
  };

  const sort = (head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = rows.map((row) => [value(row, head), row]);
    const known = keyed.filter(([key]) => !Number.isNaN(key) && key !== "");
    known.sort(([a], [b]) => (down ? -1 : 1) * (typeof a === "number" ? a - b : compare(a, b)));
    const rest = keyed.filter(([key]) => Number.isNaN(key) || key === "");
    body.append(...[...known, ...rest].map(([, row]) => row));
  };

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }

  for (const box of document.querySelectorAll(".scroll")) {
    const hint = box.previousElementSibling;
    const show = () => {
      hint.hidden = box.clientWidth === 0 || box.scrollWidth <= box.clientWidth;
    };
    new ResizeObserver(show).observe(box);
  }

  const field = document.querySelector("#filter");
  const status = document.querySelector("#shown");
  let texts;
  field.addEventListener("input", () => {
    texts ??= rows.map((row) => row.textContent.toLowerCase());
    const words = field.value.toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row, number) => {
      row.hidden = !words.every((word) => texts[number].includes(word));
      shown += !row.hidden;
    });
    status.textContent = `${shown} of ${rows.length} students shown`;
  });
  field.closest("[hidden]").hidden = false;
}
