"use strict";
// The map: metres of the grid are the plane of Leaflet, so pictures and points need no projection.
const HOUSE_ZOOM = -5.5;
const CROWD = 150; // sites in view above which they are drawn as dots
const ABOVE = 10000; // pixels: a house is drawn over the places around it, or its number cannot be read
const [width, height] = page.size;
const frame = [[0, 0], [height, width]];
const map = L.map("map", {
  crs: L.CRS.Simple, attributionControl: false, zoomControl: false, fadeAnimation: false, zoomSnap: 0.25, minZoom: -14, maxZoom: -3,
  maxBounds: L.latLngBounds(frame).pad(0.3),
});
L.control.zoom({ zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(map);
L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
const moments = ["before", "after"].filter((when) => when in page.layers);
const [west, south, east, north] = page.view;
map.fitBounds([[south, west], [north, east]]);

const pictures = Object.fromEntries(
  Object.entries(page.layers).map(([name, href]) => {
    const isBeyond = name.startsWith("beyond");
    return [name, L.imageOverlay(href, frame, { className: "cells", zIndex: isBeyond ? 2 : 1 })];
  }),
);
const vectors = { outlines: outlines(), existing: sites(page.existing, existingIcon), houses: sites(page.houses, houseIcon, ABOVE) };

function outlines() {
  const rings = page.outlines.map((flat) => {
    const ring = [];
    for (let i = 0; i < flat.length; i += 2) ring.push([flat[i + 1], flat[i]]);
    return ring;
  });
  return L.polyline(rings, { color: "#3d4548", weight: 1, interactive: false });
}

function houseIcon(index) {
  return L.divIcon({ className: "house", html: element("span", String(index + 1)), iconSize: [22, 22] });
}

function existingIcon(index) {
  const className = page.existing.closed?.[index] ? "existing closed" : "existing";
  return L.divIcon({ className, html: element("span"), iconSize: [12, 12] });
}

function sites(columns, icon, zIndexOffset = 0) {
  const markers = columns.name.map((name, index) => {
    const marker = L.marker([columns.y[index], columns.x[index]], { icon: icon(index), keyboard: false, zIndexOffset });
    return marker.bindPopup(() => card(name, siteFacts(columns, index)));
  });
  return L.layerGroup(markers);
}

function siteFacts(columns, index) {
  const facts = [[texts.commune, columns.commune[index]], [texts.kind, page.kinds[columns.kind[index]]]];
  if (columns.added) facts.push([texts.rank, show(index + 1)], [texts.persons_added, show(columns.added[index])]);
  if (columns.option) facts.push([texts.decision, columns.option[index]]);
  if (columns.capacity) facts.push([texts.consultations_capacity, show(columns.capacity[index])], [texts.consultations_given, show(columns.given[index])]);
  if (columns.within) facts.push([texts.persons_within, show(columns.within[index])], [texts.persons_only_it, show(columns.lost[index])]);
  return facts;
}

function communeFacts(columns, index) {
  const facts = [[texts.persons, show(columns.persons[index])]];
  for (const when of moments) {
    facts.push(
      [texts[`minutes_${when}`], show(columns[`minutes_mean_${when}`][index], 1)],
      [texts[`minutes_max_${when}`], show(columns[`minutes_max_${when}`][index], 1)],
      [texts[`beyond_${when}`], show(columns[`beyond_${when}`][index])],
    );
  }
  return facts;
}

function card(title, facts) {
  const box = element("div", "", { class: "card" });
  const list = element("dl");
  for (const [name, value] of facts) list.append(element("dt", name), element("dd", value));
  box.append(element("strong", title), list);
  return box;
}

function say(title, facts) {
  const told = facts.map(([name, value]) => `${name} ${value}`).join(" ; ");
  document.getElementById("said").textContent = `${title}. ${told}`;
}

function chosen(name) {
  return document.querySelector(`input[name="${name}"]:checked`).value;
}

// The hatching follows the moment shown: today with today's minutes, the plan with everything else.
function drawLayers() {
  const ground = chosen("ground");
  const isOn = (name) => document.querySelector(`input[name="layer"][value="${name}"]`)?.checked;
  const wanted = new Set([ground]);
  const moment = ground === "before" ? "before" : moments.at(-1);
  for (const hatched of document.querySelectorAll('input[name="layer"][value^="beyond"]:checked')) wanted.add(`${hatched.value}_${moment}`);
  for (const name of Object.keys(vectors)) if (isOn(name)) wanted.add(name);
  for (const [name, layer] of Object.entries({ ...pictures, ...vectors })) {
    if (wanted.has(name)) layer.addTo(map);
    else layer.remove();
  }
  for (const legend of document.querySelectorAll("[data-legend]")) {
    legend.hidden = !legend.dataset.legend.split(" ").includes(ground);
  }
}

function drawCrowd() {
  const view = map.getBounds();
  let inView = 0;
  for (const { x, y } of [page.houses, page.existing]) x.forEach((_, i) => { inView += view.contains([y[i], x[i]]); });
  map.getContainer().classList.toggle("crowded", inView > CROWD);
}

function showHouse(index) {
  const box = document.querySelector('input[name="layer"][value="houses"]');
  box.checked = true;
  drawLayers();
  const marker = vectors.houses.getLayers()[index];
  map.setView(marker.getLatLng(), Math.max(map.getZoom(), HOUSE_ZOOM), { animate: false });
  marker.openPopup();
  say(page.houses.name[index], siteFacts(page.houses, index));
  document.getElementById("map").scrollIntoView({ block: "center" });
}

function showCommune(index) {
  const columns = page.areas.commune;
  const place = [columns.y[index], columns.x[index]];
  const title = `${columns.name[index]} (${columns.code[index]})`;
  map.setView(place, Math.max(map.getZoom(), HOUSE_ZOOM), { animate: false });
  L.popup().setLatLng(place).setContent(card(title, communeFacts(columns, index))).openOn(map);
  say(title, communeFacts(columns, index));
  document.getElementById("map").scrollIntoView({ block: "center" });
}

// Names that begin with the words first, then those that hold them; a code finds its commune.
function matches(words) {
  const columns = page.areas.commune;
  const sought = plain(words.trim());
  if (!sought) return [];
  const rank = (index) => {
    const name = plain(columns.name[index]);
    if (name === sought || columns.code[index].toLowerCase() === sought) return 0;
    if (name.startsWith(sought)) return 1;
    return name.includes(sought) ? 2 : 3;
  };
  const ranked = columns.name.map((_, index) => [rank(index), index]).filter(([order]) => order < 3);
  return ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, 8).map(([, index]) => index);
}

function listMatches() {
  const words = document.getElementById("sought").value;
  const found = matches(words);
  const columns = page.areas.commune;
  const items = found.map((index) => {
    const item = element("li");
    item.append(button(`${columns.name[index]} (${columns.code[index]})`, () => showCommune(index)));
    return item;
  });
  if (words.trim() && !found.length) items.push(element("li", texts.search_none));
  document.getElementById("found").replaceChildren(...items);
}

document.getElementById("sought").addEventListener("input", listMatches);
document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const [first] = matches(document.getElementById("sought").value);
  if (first !== undefined) showCommune(first);
});
for (const input of document.querySelectorAll('input[name="ground"], input[name="layer"]')) {
  input.addEventListener("change", drawLayers);
}
map.on("popupopen", (event) => {
  const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
  if (close) close.setAttribute("aria-label", texts.close);
});
for (const row of document.querySelectorAll("#houses tbody tr")) {
  const index = Number(row.cells[0].textContent) - 1;
  const cell = row.cells[1];
  const opener = button(cell.textContent, () => showHouse(index));
  opener.title = texts.show_on_map;
  cell.replaceChildren(opener);
}
drawLayers();
map.on("moveend", drawCrowd);
drawCrowd();
