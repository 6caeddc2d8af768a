"use strict";
// What the map and the tables share: the data of the page, its texts and its numbers.
const page = JSON.parse(document.getElementById("data").textContent);
const texts = page.texts;
const numbers = [0, 1].map(
  (decimals) => new Intl.NumberFormat(page.language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
);
const NONE = "–";

function show(value, decimals = 0) {
  return value === null ? NONE : numbers[decimals].format(value);
}

// Text only: a name can never become a tag.
function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function button(text, action) {
  const made = element("button", text, { type: "button" });
  made.addEventListener("click", action);
  return made;
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[’'-]/g, " ").toLowerCase();
}

document.documentElement.classList.add("js");
