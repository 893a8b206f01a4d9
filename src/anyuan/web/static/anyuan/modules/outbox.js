// What was filled in without network: kept in the browser, sent again when it is back. Each entry has the
// form's own key, so that sending twice makes one record.

const NAME = "anyuan-outbox";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("sent", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const request = work(base.transaction("sent", mode).objectStore("sent"));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export const keep = (entry) => store("readwrite", (kept) => kept.put(entry));
export const drop = (id) => store("readwrite", (kept) => kept.delete(id));
export const pending = () => store("readonly", (kept) => kept.getAll());

function say(text, state) {
  let line = document.querySelector("[data-outbox]");
  if (!line) {
    line = document.createElement("div");
    line.dataset.outbox = "";
    line.setAttribute("role", "status");
    document.querySelector("main")?.prepend(line);
  }
  line.className = `alert alert-${state}`;
  line.textContent = text;
}

export async function flush() {
  const waiting = await pending();
  if (!waiting.length) return;
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  let sent = 0;
  for (const entry of waiting) {
    const data = new FormData();
    entry.entries.forEach(([name, value]) => { if (name !== "csrfmiddlewaretoken") data.append(name, value); });
    try {
      const answer = await fetch(entry.url, { method: "POST", body: data, headers: { "X-CSRFToken": token } });
      if (answer.redirected && answer.url.includes("/accounts/login")) { say("有未上传的记录，请登录后上传。", "warning"); return; }
      if (answer.redirected || answer.ok) { await drop(entry.id); sent += 1; }
      else if (answer.status < 500) say(`“${entry.title}”没有被接受，请打开检查表重新填写。`, "danger");
    } catch {
      say(`有 ${waiting.length - sent} 份记录保存在手机，联网后自动上传。`, "warning");
      return;
    }
  }
  if (sent) say(`已上传 ${sent} 份保存在手机的记录。`, "success");
}

window.addEventListener("online", flush);
