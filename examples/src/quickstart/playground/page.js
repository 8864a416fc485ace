"use strict";

/** What stands in a path for a parameter, until something else is written there. */
const SAMPLES = { id: "7", user: "alice" };
/** What is sent with a request. */
const BODIES = { "POST /orders": { id: 3 } };
/** The route that is a WebSocket. */
const ROOM = "/room";

const byId = (id) => document.getElementById(id);

/** The token, once there is one, and when it is over, in milliseconds. */
let minted = null;
let rows = [];

start();

async function start() {
  byId("claims").addEventListener("submit", (event) => {
    event.preventDefault();
    mint(event.target);
  });
  byId("call-all").addEventListener("click", callAll);
  setInterval(() => minted?.accepted && showStanding(), 250);

  const routes = await ask("/playground/routes");
  rows = routes.map(rowOf);
  byId("routes").replaceChildren(...rows.map((row) => row.item));
  showReach(routes);
}

/** What this page's own part of the program answers. */
async function ask(path, settings) {
  try {
    const answer = await fetch(path, settings);
    if (answer.ok) {
      return await answer.json();
    }
    byId("standing").textContent = `The program refuses: ${answer.status} ${await answer.text()}`;
  } catch {
    byId("standing").textContent = "There is no answer. Is the program still running?";
  }
  throw new Error(`no answer of ${path}`);
}

// The token.

async function mint(form) {
  const data = new FormData(form);
  const wanted = {
    subject: data.get("subject"),
    scopes: data.getAll("scopes"),
    roles: data.getAll("roles"),
    permissions: data.getAll("permissions"),
    lifetime: Number(data.get("lifetime")),
    audience: data.get("audience"),
    key: data.get("key"),
  };
  const { token, refused, routes } = await ask("/playground/tokens", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wanted),
  });
  const claims = claimsOf(token);
  minted = { token, end: claims.exp * 1000, accepted: refused === null };
  byId("says").textContent = JSON.stringify(claims, null, 2);
  byId("token").textContent = token;
  byId("minted").hidden = false;
  byId("with-token").disabled = false;
  showReach(routes);
  if (minted.accepted) {
    showStanding();
  } else {
    byId("standing").textContent = `The API does not accept this token: ${refused}.`;
  }
}

function claimsOf(token) {
  const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** How long it is good, which is told aloud only where it begins and ends. */
async function showStanding() {
  const left = Math.ceil((minted.end - Date.now()) / 1000);
  if (left > 0) {
    const standing = byId("standing");
    if (!standing.querySelector("[aria-hidden]")) {
      const time = make("span", { "aria-hidden": "true" });
      standing.replaceChildren("The API accepts this token", time, ".");
    }
    standing.querySelector("[aria-hidden]").textContent = `, for ${duration(left)} more`;
    return;
  }
  minted.accepted = false;
  byId("standing").textContent = "The token has expired. Mint another.";
  showReach(await ask("/playground/routes"));
}

function duration(seconds) {
  const rest = String(seconds % 60).padStart(2, "0");
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${rest} min`;
}

// The routes.

function rowOf({ methods, path, access }) {
  const method = methods.split(",")[0];
  const title = `${method} ${path}`;
  const row = { method, title, parts: [], isSocket: path === ROOM, socket: null };

  row.reach = make("span", { class: "reach" });
  row.status = make("span", { class: "status" });
  row.button = make("button", { type: "button" });
  row.button.addEventListener("click", () => (row.isSocket ? toggle(row) : call(row)));
  label(row, row.isSocket ? "Open" : "Call");
  row.answer = make("div", { class: "answer", hidden: "" });

  // `/orders/{id}`: the names are at the odd places.
  row.parts = path.split(/\{(.*?)\}/).map((part, place) => {
    if (place % 2 === 0) {
      return part;
    }
    const input = make("input", { "aria-label": `${part} of ${title}`, autocapitalize: "none", autocomplete: "off", spellcheck: "false" });
    input.value = SAMPLES[part] ?? "1";
    return input;
  });
  row.item = make("li", {},
    make("div", { class: "row" },
      make("code", { class: "method" }, methods === "any" ? "WebSocket" : methods),
      make("code", { class: "path" }, ...row.parts.map((part) => (typeof part === "string" ? make("span", {}, part) : part))),
      make("code", { class: "rule" }, access),
      row.reach,
      row.status,
      make("span", { class: "button" }, row.button),
    ),
    row.answer,
  );
  return row;
}

function label(row, text) {
  row.button.textContent = text;
  row.button.setAttribute("aria-label", `${text} ${row.title}`);
}

function showReach(routes) {
  routes.forEach(({ reach }, place) => {
    const [condition] = reach.split(" ", 1);
    const text = condition === "if" ? ["if ", make("code", {}, reach.slice(3))] : [reach];
    rows[place].reach.className = `reach ${condition}`;
    rows[place].reach.replaceChildren(make("span", { class: "label" }, "reached: "), ...text);
  });
}

function pathOf(row) {
  return row.parts.map((part) => (typeof part === "string" ? part : encodeURIComponent(part.value))).join("");
}

function tokenToSend() {
  return minted && byId("with-token").checked ? minted.token : null;
}

async function call(row) {
  const [token, body] = [tokenToSend(), BODIES[row.title]];
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { "content-type": "application/json" }) };
  const path = `${byId("verbose").checked ? "/verbose" : ""}${pathOf(row)}`;
  const request = `${row.method} ${path}`;
  try {
    const answer = await fetch(path, { method: row.method, headers, body: body && JSON.stringify(body), cache: "no-store" });
    const status = `${answer.status} ${answer.statusText}`.trim();
    const text = await answer.text();
    const why = detailOf(text);
    showAnswer(row, status, [
      ["Request", make("code", {}, `${request}${token ? "" : ", without a token"}`)],
      ...(why ? [["Why", make("code", {}, why)]] : []),
      ["Challenge", make("code", {}, answer.headers.get("www-authenticate") ?? "none")],
      ["Body", make("pre", {}, text ? pretty(text) : "none")],
    ]);
  } catch {
    showAnswer(row, "no answer", [["Request", make("code", {}, request)]]);
  }
}

/** What a refusal says of itself (RFC 9457). */
function detailOf(text) {
  try {
    return JSON.parse(text).detail;
  } catch {
    return undefined;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function showAnswer(row, status, entries) {
  row.status.textContent = status;
  const list = make("dl", {}, ...entries.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  row.answer.replaceChildren(list);
  row.answer.hidden = false;
  byId("said").textContent = `${row.title}: ${status}`;
}

async function callAll() {
  const called = rows.filter((row) => !row.isSocket);
  for (const row of called) {
    await call(row);
  }
  byId("said").textContent = called.map((row) => `${row.title}: ${row.status.textContent}`).join(". ");
}

// The WebSocket.

function toggle(row) {
  if (row.socket) {
    row.socket.close(1000);
  } else {
    open(row);
  }
}

function open(row) {
  const url = new URL(pathOf(row), location.href);
  url.protocol = "ws:";
  const token = tokenToSend();
  const socket = token ? new WebSocket(url, ["bearer", token]) : new WebSocket(url);
  const begun = performance.now();
  row.socket = socket;
  label(row, "Close");

  const log = make("ol", { class: "log", role: "log", "aria-label": "What happens to the WebSocket" });
  const input = make("input", { "aria-label": "Something to say", value: "hello", autocomplete: "off" });
  const talk = make("form", { class: "talk" }, input, make("button", { type: "submit" }, "Say"));
  talk.hidden = true;
  row.answer.replaceChildren(log, talk);
  row.answer.hidden = false;

  const note = (text) => {
    const time = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
    log.append(make("li", {}, make("time", {}, time), make("span", {}, text)));
  };
  row.status.textContent = "opening";
  socket.addEventListener("open", () => {
    row.status.textContent = "open";
    talk.hidden = false;
    note(socket.protocol ? `opened, with the protocol ${socket.protocol}` : "opened, with no protocol");
  });
  socket.addEventListener("message", (event) => note(`heard “${event.data}”`));
  socket.addEventListener("close", (event) => {
    const code = `${event.code} ${event.reason}`.trim();
    row.status.textContent = `closed: ${event.code}`;
    note(`closed with ${code}`);
    if (talk.contains(document.activeElement)) {
      row.button.focus();
    }
    talk.hidden = true;
    row.socket = null;
    label(row, "Open");
  });
  talk.addEventListener("submit", (event) => {
    event.preventDefault();
    note(`said “${input.value}”`);
    socket.send(input.value);
  });
}

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, value);
  }
  element.append(...children);
  return element;
}
