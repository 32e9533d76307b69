"use strict";
// Fills a device's page: values, diagram, trends, alarms; sends commands. No library.
const texts = JSON.parse(document.getElementById("texts").textContent);
const words = texts.words;
const byId = (id) => document.getElementById(id);
const all = (selector) => Array.from(document.querySelectorAll(selector));
const KEPT_ROWS = 600;
let points = {};
let columns = [];
let rows = [];
let lastTick = -1;
let operator = false;
let levels = false; // the device takes breaker commands as on or off, not as a toggle

function format(name, value, bare) {
  const point = texts.points[name] || { unit: "", kind: "float" };
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "string") return texts.states[value] || value;
  if (typeof value !== "number") return "–";
  const size = Math.abs(value);
  const digits = size < 0.005 || point.kind === "int" || size >= 500 ? 0 : size >= 100 ? 0 : size >= 20 ? 1 : 2;
  const shown = value.toFixed(digits).replace(/^-(0(\.0*)?)$/, "$1");
  return bare || !point.unit ? shown : shown + " " + point.unit;
}

// "a&b>50|c": true if a holds and b is above 50, or if c holds.
function holds(condition) {
  return condition.split("|").some((side) => side.split("&").every((part) => {
    const [name, limit] = part.split(">");
    return limit === undefined ? Boolean(points[name]) : points[name] > Number(limit);
  }));
}

function clockText(seconds) {
  const whole = Math.floor(seconds);
  const pair = (number) => String(number).padStart(2, "0");
  return Math.floor(whole / 3600) + ":" + pair(Math.floor(whole / 60) % 60) + ":" + pair(whole % 60);
}

function fillValues() {
  for (const element of all("[data-value]")) {
    const name = element.dataset.value;
    element.textContent = format(name, points[name], element.dataset.bare);
  }
  for (const element of all("[data-live]")) element.classList.toggle("live", holds(element.dataset.live));
  for (const element of all("[data-on]")) element.classList.toggle("on", holds(element.dataset.on));
  for (const element of all("[data-command]")) {
    const flag = element.dataset.pressed;
    element.classList.toggle("pressed", Boolean(flag && points[flag]));
  }
}

function line(tag, content) {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}

function fillAlarms(history) {
  const active = [];
  for (const [names, kind] of [[texts.alarms, "alarm"], [texts.warnings, "warning"]]) {
    for (const name of names) {
      if (!points[name]) continue;
      const item = line("li", texts.points[name].title);
      item.className = kind;
      active.push(item);
    }
  }
  if (!active.length) {
    const calm = line("li", words.no_alarms);
    calm.className = "calm";
    active.push(calm);
  }
  byId("active").replaceChildren(...active);
  byId("history").replaceChildren(...history.map((entry) => {
    const item = document.createElement("li");
    const title = (texts.points[entry.name] || { title: entry.name }).title;
    item.append(line("time", clockText(entry.time_s)), line("span", title),
      line("em", entry.raised ? words.raised : words.cleared));
    return item;
  }));
}

const SVG = "http://www.w3.org/2000/svg";
function path(d, kind) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("d", d);
  element.setAttribute("class", kind);
  return element;
}

function drawTrend(svg) {
  const names = svg.dataset.points.split(" ");
  const series = names.map((name) => rows.map((row) => row[columns.indexOf(name)]));
  let low = Number(svg.dataset.low);
  let high = Number(svg.dataset.high);
  for (const values of series) for (const value of values) high = Math.max(high, value);
  const y = (value) => 150 - 150 * (Math.min(Math.max(value, low), high) - low) / (high - low);
  const parts = [0, 0.5, 1].map((share) => path("M0 " + 150 * share + "H600", "grid"));
  const last = rows.length ? rows[rows.length - 1][0] : 0;
  const x = (tick) => 600 - (last - tick) / 60000 * 600;
  series.forEach((values, index) => {
    if (!values.length) return;
    const curve = values.map((value, at) => (at ? "L" : "M") + x(rows[at][0]).toFixed(1) + " " + y(value).toFixed(1)).join("");
    if (series.length === 1) parts.push(path(curve + "V150H" + x(rows[0][0]).toFixed(1) + "Z", "fill series" + index));
    parts.push(path(curve, "curve series" + index));
  });
  svg.replaceChildren(...parts);
  let scale = svg.nextElementSibling;
  if (!scale) {
    scale = document.createElement("div");
    scale.className = "scale";
    svg.after(scale);
  }
  scale.replaceChildren(line("span", "−10 min"), line("span", low + " … " + Math.round(high)), line("span", "0"));
}

function keepRows(fresh) {
  if (fresh.length && rows.length && fresh[0][0] <= lastTick) rows = [];
  rows = rows.concat(fresh).slice(-KEPT_ROWS);
  if (rows.length) lastTick = rows[rows.length - 1][0];
}

async function refresh() {
  try {
    const answer = await fetch("/api/state?after=" + lastTick, { signal: AbortSignal.timeout(4000) });
    const state = await answer.json();
    points = state.points;
    columns = state.columns;
    levels = state.levels;
    if (state.time_s * 100 < lastTick) { rows = []; lastTick = -1; }
    keepRows(state.rows);
    byId("clock").textContent = clockText(state.time_s);
    byId("offline").hidden = true;
    fillValues();
    fillAlarms(state.alarms);
    all(".trend").forEach(drawTrend);
    if (state.operator !== operator) showOperator(state.operator);
  } catch {
    byId("offline").hidden = false;
  }
}

function toast(content, bad) {
  const element = byId("toast");
  element.textContent = content;
  element.className = "shown" + (bad ? " bad" : "");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { element.className = ""; }, bad ? 4000 : 1500);
}

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body || {}),
  });
  const content = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(content.error[texts.language]), { status: answer.status });
  return content;
}

function showOperator(now) {
  operator = now;
  if (byId("login")) byId("login").textContent = now ? words.logout : words.login;
  byId("form").hidden = !now;
  byId("locked").hidden = now;
  if (now) loadSettings();
}

function askPassword() {
  return new Promise((resolve) => {
    const dialog = byId("door");
    byId("wrong").textContent = "";
    byId("password").value = "";
    dialog.querySelector("form").onsubmit = async (event) => {
      if (event.submitter && event.submitter.value !== "yes") return;
      event.preventDefault();
      try {
        await post("/api/login", { password: byId("password").value });
        showOperator(true);
        dialog.close("yes");
      } catch (error) {
        byId("wrong").textContent = error.message;
      }
    };
    dialog.onclose = () => resolve(operator);
    byId("away").onclick = () => dialog.close();
    dialog.returnValue = "";
    dialog.showModal();
    byId("password").focus();
  });
}

function confirmed(title) {
  return new Promise((resolve) => {
    const dialog = byId("ask");
    byId("ask-title").textContent = title;
    dialog.returnValue = "";
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
    dialog.showModal();
  });
}

async function send(point, value, done) {
  try {
    await post("/api/command", { point, value });
    toast(done);
  } catch (error) {
    if (error.status === 401) showOperator(false);
    toast(error.message, true);
  }
  refresh();
}

async function press(element) {
  if (!operator && !(await askPassword())) return;
  if (element.dataset.ask && !(await confirmed(element.textContent))) return;
  const flag = element.dataset.pressed;
  const level = levels && element.dataset.command.endsWith("_breaker");
  send(element.dataset.command, level ? !points[flag] : true, words.done);
}

async function loadSettings() {
  const answer = await fetch("/api/settings");
  if (!answer.ok) return;
  for (const [name, value] of Object.entries(await answer.json())) {
    const input = byId("set-" + name);
    if (!input) continue;
    if (input.type === "checkbox") input.checked = value;
    else input.value = value;
    all(`[data-save="${name}"]`).forEach((button) => { button.disabled = true; });
  }
}

async function save(button) {
  const input = byId("set-" + button.dataset.save);
  if (!input.reportValidity()) return;
  const value = input.type === "checkbox" ? input.checked
    : input.type === "number" ? Number(input.value) : input.value;
  button.disabled = true;
  await send(input.name, value, words.saved);
  if (input.dataset.secret) input.value = "";
  loadSettings();
}

function showTab(key) {
  for (const tab of all(".tab")) tab.setAttribute("aria-selected", String(tab.dataset.tab === key));
  byId("overview").hidden = key !== "overview";
  byId("settings").hidden = key !== "settings";
}

for (const element of all("[data-en]")) element.textContent = element.dataset[texts.language];
for (const tab of all(".tab")) tab.onclick = () => { location.hash = tab.dataset.tab; };
for (const button of all("[data-command]")) button.onclick = () => press(button);
for (const button of all("[data-save]")) {
  button.onclick = () => save(button);
  byId("set-" + button.dataset.save).oninput = () => { button.disabled = false; };
}
byId("form").onsubmit = (event) => event.preventDefault();
window.onhashchange = () => showTab(location.hash === "#settings" ? "settings" : "overview");
window.onhashchange();
byId("theme").onclick = () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = "theme=" + root.dataset.theme + "; path=/; max-age=31536000; samesite=strict";
};
if (byId("login")) {
  byId("login").onclick = async () => {
    if (!operator) return void askPassword();
    await post("/api/logout");
    showOperator(false);
  };
}
refresh();
setInterval(refresh, 1000);
