// The run sheet of a drill: a tap takes the moment on this phone and keeps it before anything is sent, so that
// a reload, a closed browser or no network loses nothing. What others took is merged in; the earliest counts.

import { csrfToken } from "../main.js";
import { newId } from "./upload.js";
import { drop, keep } from "./outbox.js";

const clock = (moment) => moment.toLocaleTimeString("zh-CN", { hour12: false });

export function mount(sheet) {
  const { drill, url, since, until } = sheet.dataset;
  const key = `run:${drill}`;
  const said = sheet.querySelector("[data-said]");
  const total = sheet.querySelector("[data-total]");
  const rows = new Map([...sheet.querySelectorAll("[data-step]")].map((row) => [row.dataset.step, row]));
  let local = JSON.parse(localStorage.getItem(key) || "[]");
  let known = JSON.parse(localStorage.getItem(`${key}:known`) || "{}");
  // How far this phone's clock is from the server's; small differences are the way there and back.
  let skew = Number(localStorage.getItem("clock-skew")) || 0;

  const store = () => {
    localStorage.setItem(key, JSON.stringify(local));
    localStorage.setItem(`${key}:known`, JSON.stringify(known));
  };
  const undone = () => new Set(local.flatMap((one) => one.undo || []));

  function moments() {
    const gone = undone();
    const found = new Map();
    for (const [step, one] of Object.entries(known)) {
      const ids = one.ids.filter((id) => !gone.has(id));
      if (ids.length) found.set(step, { at: Date.parse(one.at), by: one.by, ids });
    }
    for (const one of local) {
      if (!one.step || gone.has(one.id)) continue;
      const had = found.get(one.step);
      const at = Date.parse(one.at);
      if (!had) found.set(one.step, { at, by: one.waits ? "待上传" : "", ids: [one.id] });
      else {
        if (!had.ids.includes(one.id)) had.ids.push(one.id);
        if (at < had.at) Object.assign(had, { at, by: "待上传" });
      }
    }
    return found;
  }

  function show() {
    const found = moments();
    const start = found.get(since);
    for (const [step, row] of rows) {
      const one = found.get(step);
      const take = row.querySelector("[data-take]");
      const back = row.querySelector("[data-undo]");
      row.classList.toggle("is-done", Boolean(one));
      if (take) take.hidden = Boolean(one);
      if (back) back.hidden = !one;
      const passed = one && start && "timed" in row.dataset && step !== since ? `，第 ${Math.round((one.at - start.at) / 1000)} 秒` : "";
      row.querySelector("[data-when]").textContent = one ? `${clock(new Date(one.at))}${passed} ${one.by}` : "";
    }
    tick(found);
    const waiting = local.filter((one) => one.waits).length;
    said.textContent = waiting ? `${waiting} 项保存在手机，联网后自动上传` : "";
  }

  function tick(found = moments()) {
    const start = found.get(since);
    const end = found.get(until);
    if (!start) { total.textContent = "0 秒"; return; }
    const last = end ? end.at : Date.now() + skew;
    total.textContent = `${Math.max(0, Math.round((last - start.at) / 1000))} 秒`;
  }

  function take(answer) {
    known = answer.steps;
    const off = Date.parse(answer.now) - Date.now();
    skew = Math.abs(off) > 2000 ? off : 0;
    localStorage.setItem("clock-skew", String(skew));
    local = local.filter((one) => one.waits);
    store();
    show();
  }

  async function send(one) {
    const data = new FormData();
    data.append("form_id", one.id);
    if (one.undo) one.undo.forEach((id) => data.append("undo", id));
    else { data.append("step", one.step); data.append("at", one.at); }
    try {
      const answer = await fetch(url, { method: "POST", body: data, headers: { Accept: "application/json", "X-CSRFToken": csrfToken() } });
      if (answer.ok && answer.headers.get("Content-Type")?.includes("json")) {
        one.waits = false;
        await drop(one.id).catch(() => {});
        take(await answer.json());
        return;
      }
      if (!answer.redirected && answer.status < 500) {
        const words = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main")?.textContent.trim();
        local = local.filter((other) => other !== one);
        await drop(one.id).catch(() => {});
        store();
        show();
        said.textContent = words ? words.replace(/\s+/g, " ").slice(0, 80) : "没有被接受，请刷新页面后重记。";
      }
    } catch { show(); }
  }

  // Kept on the phone first, and in the outbox that any page of ours empties; then sent.
  async function note(one) {
    local.push(one);
    store();
    show();
    const entries = one.undo ? one.undo.map((id) => ["undo", id]) : [["step", one.step], ["at", one.at]];
    await keep({ id: one.id, url, title: "演练时刻", person: document.body.dataset.person, entries: [["form_id", one.id], ...entries] }).catch(() => {});
    await send(one);
  }

  sheet.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-take]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.hidden) return;
    form.hidden = true;
    note({ id: newId(), step: form.elements.step.value, at: new Date(Date.now() + skew).toISOString(), waits: true });
  }, true);

  sheet.addEventListener("click", (event) => {
    const back = event.target.closest("[data-undo]");
    if (!back) return;
    const row = back.closest("[data-step]");
    const one = moments().get(row.dataset.step);
    if (!one || !window.confirm("撤回这个时刻？")) return;
    note({ id: newId(), undo: one.ids, waits: true });
  });

  async function look() {
    for (const one of local.filter((other) => other.waits)) await send(one);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) take(await answer.json());
    } catch { show(); }
  }

  document.addEventListener("anyuan:live", (event) => { if (event.detail.kind === "drill_run") look(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  window.addEventListener("online", look);
  setInterval(tick, 250);
  setInterval(() => { if (!document.hidden) look(); }, 20_000);
  show();
  look();
}
