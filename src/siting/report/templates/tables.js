"use strict";
// Tables that sort, and that a spreadsheet opens.
const isFrench = page.language === "fr-FR";

function numberOf(text) {
  const bare = text.replace(/[\s\u00a0\u202f+%]/g, "");
  const value = Number(isFrench ? bare.replace(",", ".") : bare.replace(/,/g, ""));
  return bare === "" || Number.isNaN(value) ? null : value;
}

// No figure goes last whichever way; equal ones keep their order.
function comparison(isDescending) {
  return (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);
    const order = typeof a === "number" ? a - b : a.localeCompare(b, page.language, { numeric: true });
    return isDescending ? -order : order;
  };
}

function csvCell(value) {
  if (value === null) return "";
  if (typeof value === "number") return isFrench ? String(value).replace(".", ",") : String(value);
  const line = value.replace(/\s+/g, " ").trim();
  const neutral = /^[=+\-@]/.test(line) ? `'${line}` : line;
  return /[";]/.test(neutral) ? `"${neutral.replace(/"/g, '""')}"` : neutral;
}

function download(name, rows) {
  const text = rows.map((row) => row.map(csvCell).join(";")).join("\n");
  const link = element("a", "", { download: name });
  link.href = URL.createObjectURL(new Blob([`\ufeff${text}\n`], { type: "text/csv" }));
  link.click();
  URL.revokeObjectURL(link.href);
}

function headButton(cell, action) {
  const opener = button(cell.textContent, action);
  opener.title = texts.sort_by;
  cell.replaceChildren(opener);
}

function markSorted(head, column, isDescending) {
  [...head.cells].forEach((cell, index) => {
    if (index === column) cell.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  });
}

function valueOf(cell) {
  return cell.classList.contains("n") ? numberOf(cell.textContent) : cell.textContent;
}

function savedValueOf(cell) {
  const text = cell.textContent;
  return valueOf(cell) ?? (text === NONE ? null : text);
}

function enhance(table) {
  const head = table.tHead.rows[0];
  const body = table.tBodies[0];
  const names = [...head.cells].map((cell) => cell.textContent);
  [...head.cells].forEach((cell, column) => {
    headButton(cell, () => {
      const isDescending = cell.getAttribute("aria-sort") === "ascending";
      const compare = comparison(isDescending);
      const rows = [...body.rows].sort((a, b) => compare(valueOf(a.cells[column]), valueOf(b.cells[column])));
      body.append(...rows);
      markSorted(head, column, isDescending);
    });
  });
  const save = button(texts.download_csv, () => {
    download(`${table.id}.csv`, [names, ...[...body.rows].map((row) => [...row.cells].map(savedValueOf))]);
  });
  save.id = `${table.id}-save`;
  save.classList.add("save");
  table.parentElement.after(save);
}

for (const table of document.querySelectorAll("table.written")) enhance(table);
