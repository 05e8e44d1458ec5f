"use strict";
// Rows: n number, t time, s server, c connection, d direction, k kind, m what, r status, f failed, o open, u took,
// b bodies, each [heading, text]. Everything of them becomes text nodes; nothing is ever parsed as markup.
const rows = JSON.parse(document.getElementById("rows").textContent);
const list = document.getElementById("list"), detail = document.getElementById("detail");
const find = document.getElementById("find"), count = document.getElementById("count");
const HEIGHT = 24;
let shown = rows, picked = null;

// Characters that change how others look, or that cannot be seen, are written out.
const visible = text => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g,
  c => c === "\r" ? "" : "\u2039U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "\u203a");

function make(name, kind, text) {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = visible(text);
  return element;
}

// A reader of JSON that keeps every spelling: {raw} for what has no parts, {open, close, parts: [[key, value]]} else.
function read(text) {
  let at = 0;
  const space = () => { while (" \t\r\n".includes(text[at]) && at < text.length) at++; };
  const token = pattern => { pattern.lastIndex = at; const found = pattern.exec(text); if (!found) throw at; at = pattern.lastIndex; return found[0]; };
  const string = () => token(/"(?:[^"\\]|\\.)*"/y);
  function value(depth) {
    if (depth > 500) throw at;
    space();
    if (text[at] === "{" || text[at] === "[") {
      const open = text[at++], close = open === "{" ? "}" : "]", parts = [];
      space();
      while (text[at] !== close) {
        let key = null;
        if (open === "{") { space(); key = string(); space(); token(/:/y); }
        parts.push([key, value(depth + 1)]);
        space();
        if (text[at] === ",") at++; else if (text[at] !== close) throw at;
      }
      at++;
      return { open, close, parts };
    }
    if (text[at] === "\"") return { raw: string(), kind: "string" };
    const raw = token(/[^\s,\]}{[":]+/y);
    return { raw, kind: /^-?\d/.test(raw) ? "number" : "word" };
  }
  const whole = value(0);
  space();
  if (at < text.length) throw at;
  return whole;
}

function tree(key, value, depth) {
  const label = key === null ? [] : [make("span", "key", key), document.createTextNode(": ")];
  if (value.raw !== undefined) {
    const leaf = make("div", "leaf");
    leaf.append(...label, make("span", value.kind, value.raw));
    return leaf;
  }
  const node = make("details");
  const summary = make("summary");
  const noun = value.open === "{" ? ["member", "members"] : ["item", "items"];
  summary.append(...label, document.createTextNode(value.open + value.close + " "),
    make("span", "dim", value.parts.length + " " + noun[value.parts.length === 1 ? 0 : 1]));
  node.append(summary);
  let filled = false;
  const fill = () => {
    if (filled) return;
    filled = true;
    for (const [name, part] of value.parts.slice(0, 5000)) node.append(tree(name, part, depth + 1));
    if (value.parts.length > 5000) node.append(make("div", "dim", "\u2026 " + (value.parts.length - 5000) + " more"));
  };
  node.addEventListener("toggle", () => { if (node.open) fill(); });
  if (depth < 4 && value.parts.length <= 200) { fill(); node.open = true; }
  return node;
}

function show(row) {
  picked = row;
  detail.replaceChildren();
  const title = make("h2", row.f ? "bad" : "", row.m || row.k);
  const facts = ["#" + row.n, row.t, row.s, row.d, row.k, row.r, row.u].filter(Boolean).join(" \u00b7 ");
  detail.append(title, make("p", "dim", facts));
  for (const [heading, text] of row.b) {
    const head = make("h3", "", heading), body = make("div");
    detail.append(head, body);
    let parsed = null;
    try { parsed = read(text); } catch { /* not JSON: as it is */ }
    const raw = () => body.replaceChildren(make("pre", "", text));
    if (!parsed) { raw(); continue; }
    const laid = () => { const box = make("div", "tree"); box.append(tree(null, parsed, 0)); body.replaceChildren(box); };
    let plain = false;
    const button = make("button", "", "raw");
    button.type = "button";
    button.addEventListener("click", () => { plain = !plain; button.textContent = plain ? "tree" : "raw"; plain ? raw() : laid(); });
    head.append(button);
    laid();
  }
  draw();
}

function line(row, index) {
  const element = make("div", row === picked ? "row picked" : "row");
  element.style.top = index * HEIGHT + "px";
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", row === picked);
  element.append(make("span", "dim", String(row.n).padStart(5)), make("span", "dim", row.t), make("span", "", row.d),
    make("span", row.f ? "what bad" : "what", row.m || row.k), make("span", row.f ? "bad" : row.o ? "word" : "dim", row.r), make("span", "dim", row.u));
  element.addEventListener("click", () => show(row));
  return element;
}

const space = make("div", "space");
function draw() {
  const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 5);
  const last = Math.min(shown.length, first + Math.ceil(list.clientHeight / HEIGHT) + 10);
  space.style.height = shown.length * HEIGHT + "px";
  list.replaceChildren(space, ...shown.slice(first, last).map((row, place) => line(row, first + place)));
  count.textContent = shown.length === rows.length ? rows.length + " rows" : shown.length + " of " + rows.length;
}

// Words are looked for everywhere in a row; -word must not be there; status:error is what went wrong, kind:, srv: and
// status: look there only.
function fits(row, words) {
  return words.every(([not, key, word]) => {
    let has;
    if (key === "kind") has = row.k.startsWith(word);
    else if (key === "srv") has = row.s.toLowerCase().includes(word);
    else if (key === "status") has = word === "error" ? row.f : row.r.toLowerCase().includes(word);
    else has = [row.m, row.r, row.s, row.k, ...row.b.map(body => body[1])].some(text => text.toLowerCase().includes(word));
    return has !== not;
  });
}

function filter() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean).map(word => {
    const not = word.length > 1 && word[0] === "-", rest = not ? word.slice(1) : word;
    const split = /^(kind|srv|status):(.+)$/.exec(rest);
    return split ? [not, split[1], split[2]] : [not, "", rest];
  });
  shown = words.length ? rows.filter(row => fits(row, words)) : rows;
  list.scrollTop = 0;
  draw();
}

function move(by) {
  if (!shown.length) return;
  const at = shown.indexOf(picked);
  const next = at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + by));
  const top = next * HEIGHT;
  if (top < list.scrollTop) list.scrollTop = top;
  if (top + HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = top + HEIGHT - list.clientHeight;
  show(shown[next]);
}

find.addEventListener("input", filter);
list.addEventListener("scroll", draw);
addEventListener("resize", draw);
addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target === find) { if (event.key === "Enter" || event.key === "Escape") { list.focus(); move(0); } return; }
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[event.key];
  if (step && !(event.target.closest && event.target.closest("#detail"))) { event.preventDefault(); move(step); }
  if (event.key === "/") { event.preventDefault(); find.focus(); }
});
document.getElementById("light").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.classList.contains("dark") || (!root.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
  root.classList.toggle("dark", !dark);
  root.classList.toggle("light", dark);
});
draw();
if (shown.length) show(shown.find(row => row.f) || shown[0]);
