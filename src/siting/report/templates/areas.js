"use strict";
// All the areas of a level in one table: sorted, filtered and shown a few rows at a time.
const ROWS_AT_ONCE = 25;
const explorer = { level: "commune", sorted: null, isDescending: false, shown: ROWS_AT_ONCE };
const FIGURES = Object.keys(page.decimals);
const HEADS = {
  persons: texts.persons, minutes_mean_before: texts.minutes_before, minutes_mean_after: texts.minutes_after,
  minutes_max_before: texts.minutes_max_before, minutes_max_after: texts.minutes_max_after,
  beyond_before: texts.beyond_before, beyond_after: texts.beyond_after, gained: texts.persons_gained,
};

function explorerRows() {
  const columns = page.areas[explorer.level];
  const sought = plain(document.getElementById("filter").value.trim());
  const isKept = (i) => plain(columns.name[i]).includes(sought) || columns.code[i].toLowerCase().startsWith(sought);
  const rows = [...columns.code.keys()].filter((index) => !sought || isKept(index));
  if (explorer.sorted === null) return rows;
  const compare = comparison(explorer.isDescending);
  return rows.sort((a, b) => compare(columns[explorer.sorted][a], columns[explorer.sorted][b]));
}

function areaName(columns, index) {
  return columns.code[index] === "" ? texts.without_epci : columns.name[index];
}

function explorerRow(columns, index) {
  const row = element("tr");
  const name = element("th", "", { scope: "row" });
  if (explorer.level === "commune") name.append(button(columns.name[index], () => showCommune(index)));
  else name.textContent = areaName(columns, index);
  row.append(name, element("td", columns.code[index]));
  for (const figure of FIGURES) {
    row.append(element("td", show(columns[figure][index], page.decimals[figure]), { class: "n" }));
  }
  return row;
}

function drawExplorer() {
  const columns = page.areas[explorer.level];
  const rows = explorerRows();
  document.querySelector("#areas tbody").replaceChildren(
    ...rows.slice(0, explorer.shown).map((index) => explorerRow(columns, index)),
  );
  const shown = Math.min(explorer.shown, rows.length);
  document.getElementById("rows-shown").textContent = `${show(shown)} / ${show(rows.length)} ${texts.rows_shown}`;
  document.getElementById("more").hidden = shown === rows.length;
  markSorted(document.querySelector("#areas thead tr"), ["name", "code", ...FIGURES].indexOf(explorer.sorted), explorer.isDescending);
}

function buildExplorer() {
  const head = document.querySelector("#areas thead tr");
  ["name", "code", ...FIGURES].forEach((figure, column) => {
    const title = { name: texts.area_name, code: texts.area_code }[figure] ?? HEADS[figure];
    const cell = element("th", title, { scope: "col", ...(column > 1 ? { class: "n" } : {}) });
    headButton(cell, () => {
      explorer.isDescending = explorer.sorted === figure ? !explorer.isDescending : column > 1;
      explorer.sorted = figure;
      drawExplorer();
    });
    head.append(cell);
  });
  document.getElementById("level").addEventListener("change", (event) => {
    Object.assign(explorer, { level: event.target.value, shown: ROWS_AT_ONCE });
    drawExplorer();
  });
  document.getElementById("filter").addEventListener("input", () => {
    explorer.shown = ROWS_AT_ONCE;
    drawExplorer();
  });
  document.getElementById("more").addEventListener("click", () => {
    explorer.shown *= 4;
    drawExplorer();
  });
  document.getElementById("save-areas").addEventListener("click", () => {
    const columns = page.areas[explorer.level];
    const names = [texts.area_name, texts.area_code, ...FIGURES.map((figure) => HEADS[figure])];
    const rows = explorerRows().map((i) => [areaName(columns, i), columns.code[i], ...FIGURES.map((f) => columns[f][i])]);
    download(`${explorer.level}.csv`, [names, ...rows]);
  });
  drawExplorer();
}

buildExplorer();
